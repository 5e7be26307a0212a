#include "cli/datasource/verbs.hpp"
#include "cli/verbs/sample.hpp"

namespace prevision::cli {

void add_datasource_preview(Command& command, Services& services) {
    struct Options {
        std::string name;
        int rows = 10;
        ListOptions list;
    };
    auto verb = command.subcommand("preview", "Show the first rows of the remote data");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::datasource});
    verb.option("-n,--rows", options.rows, "How many rows");
    add_list_options(verb, options.list, {}, Completes::datasource_column);
    verb.detail("--sort, --filter and --limit apply only to the rows that --rows has fetched.");
    verb.example("prevision datasource preview orders -n 3");
    verb.action([&options, &services] {
        check_rows(options.rows);
        const auto datasource = find<model::Datasource>(services, options.name);
        show_sample(services, services.client().preview_datasource(api::refer_to(datasource), options.rows),
                    options.list);
    });
}

}  // namespace prevision::cli
