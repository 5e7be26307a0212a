#include "cli/dataset/snapshot_watch.hpp"
#include "cli/dataset/transfer.hpp"
#include "cli/dataset/verbs.hpp"

namespace prevision::cli {

void add_dataset_wait(Command& command, Services& services, const DatasetNoun& noun) {
    struct Options {
        std::vector<std::string> names;
        std::vector<std::string> columns;
        std::string progress = "auto";
    };
    auto verb = command.subcommand("wait", "Wait until snapshots are done");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.names, "Its name or id; several may be given", true,
                  {.completes = Completes::dataset});
    add_columns_option(verb, options.columns, column_names(noun.fields));
    add_progress(verb, options.progress);
    verb.detail(
        "For snapshots that 'dataset create --no-wait' has started. Exits with the class of a failure.");
    verb.example("prevision dataset wait orders_today");
    verb.action([&options, &noun, &services] {
        ObjectList<model::Dataset> shown(services, pick_fields(noun.fields, options.columns),
                                         options.names.size());
        Batch batch(services, "snapshots failed", options.names.size());
        for (const auto& name : options.names) {
            batch.run([&] {
                const auto dataset = find<model::Dataset>(services, name);
                shown.add(wait_for_snapshot(services, dataset, options.progress));
            });
        }
        shown.finish();
        batch.finish();
    });
}

}  // namespace prevision::cli
