#include <memory>

#include <unistd.h>

#include "cli/process.hpp"
#include "cli/run.hpp"
#include "core/io.hpp"

int main(int argc, char** argv) {
    using namespace prevision;
    const auto arguments = cli::take_arguments(argc, argv);
    const auto cancellation = std::make_shared<Cancellation>();
    cli::prepare_process(cancellation);
    const auto in = system_input(*cancellation);
    const auto out = system_output(STDOUT_FILENO);
    const auto err = system_output(STDERR_FILENO);
    Io io = system_io(*in, *out, *err);
    return cli::run(arguments, io, *cancellation);
}
