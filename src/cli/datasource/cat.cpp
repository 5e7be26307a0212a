#include "cli/datasource/verbs.hpp"
#include "cli/output_sink.hpp"

namespace prevision::cli {

void add_datasource_cat(Command& command, Services& services) {
    auto verb = command.subcommand("cat", "Write the remote data to stdout, and store nothing");
    auto& name = verb.keep<std::string>();
    verb.argument("NAME", name, "Its name or id", true, {.completes = Completes::datasource});
    verb.detail(
        "A table is written as CSV, a file as its own bytes; --output changes only how an error is shown.");
    verb.example("prevision datasource cat orders | head -n 3");
    verb.action([&name, &services] {
        const auto datasource = find<model::Datasource>(services, name);
        OutputSink sink(services.io());
        services.client().read_datasource(api::refer_to(datasource), sink);
        sink.finish();
    });
}

}  // namespace prevision::cli
