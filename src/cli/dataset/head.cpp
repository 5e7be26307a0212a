#include "cli/dataset/verbs.hpp"
#include "cli/verbs/sample.hpp"

namespace prevision::cli {

void add_dataset_head(Command& command, Services& services) {
    struct Options {
        std::string name;
        int rows = 10;
        ListOptions list;
    };
    auto verb = command.subcommand("head", "Show a dataset's first rows");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::dataset});
    verb.option("-n,--rows", options.rows, "How many rows; a platform may give at most ten");
    add_list_options(verb, options.list, {}, Completes::dataset_column);
    verb.detail("--sort, --filter and --limit apply only to the rows that --rows has fetched.");
    verb.example("prevision dataset head orders_today -n 3");
    verb.action([&options, &services] {
        check_rows(options.rows);
        const auto dataset = find<model::Dataset>(services, options.name);
        auto sample = services.client().sample_dataset(api::refer_to(dataset), options.rows);
        // A platform without `limit` always sends ten rows.
        const auto wanted = static_cast<std::size_t>(options.rows);
        if (sample.rows.size() > wanted) sample.rows.resize(wanted);
        show_sample(services, sample, options.list);
    });
}

}  // namespace prevision::cli
