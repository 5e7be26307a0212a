#include <memory>

#include <unistd.h>

#include "cli/process.hpp"
#include "cli/run.hpp"
#include "core/io.hpp"

namespace {

int run(int argc, char** argv) {
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

}  // namespace

int main(int argc, char** argv) {
    const int code = run(argc, argv);
#ifdef NDEBUG
    // What libraries do at the exit only frees what the process loses anyway, and takes longer than the rest of the end.
    ::_exit(code);
#else
    return code;  // the sanitizers, and the counting of lines that tests run, report at the exit
#endif
}
