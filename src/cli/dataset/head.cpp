#include "cli/dataset/verbs.hpp"
#include "cli/verbs/sample.hpp"

namespace prevision::cli {

void add_dataset_head(Command& command, Services& services) {
    add_sample_verb(command, services,
                    {.name = "head",
                     .help = "Show a dataset's first rows",
                     .rows_help = "How many rows; a platform may give at most ten",
                     .example = "prevision dataset head orders_today -n 3",
                     .object = Completes::dataset,
                     .columns = Completes::dataset_column,
                     .fetch = [](Services& of, const std::string& name, int rows) {
                         const auto dataset = find<model::Dataset>(of, name);
                         auto sample = of.client().sample_dataset(api::refer_to(dataset), rows);
                         // A platform without `limit` always sends ten rows.
                         const auto wanted = static_cast<std::size_t>(rows);
                         if (sample.rows.size() > wanted) sample.rows.resize(wanted);
                         return sample;
                     }});
}

}  // namespace prevision::cli
