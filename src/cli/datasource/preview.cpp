#include "cli/datasource/verbs.hpp"
#include "cli/verbs/sample.hpp"

namespace prevision::cli {

void add_datasource_preview(Command& command, Services& services) {
    add_sample_verb(command, services,
                    {.name = "preview",
                     .help = "Show the first rows of the remote data",
                     .rows_help = "How many rows",
                     .example = "prevision datasource preview orders -n 3",
                     .object = Completes::datasource,
                     .columns = Completes::datasource_column,
                     .fetch = [](Services& of, const std::string& name, int rows) {
                         const auto datasource = find<model::Datasource>(of, name);
                         return of.client().preview_datasource(api::refer_to(datasource), rows);
                     }});
}

}  // namespace prevision::cli
