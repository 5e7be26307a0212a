#include "cli/dataset/verbs.hpp"
#include "cli/verbs/changes.hpp"

namespace prevision::cli {

void add_dataset_update(Command& command, Services& services, const DatasetNoun& noun) {
    struct Options {
        std::string name;
        std::optional<std::string> new_name;
    };
    auto verb = command.subcommand("update", "Rename a dataset");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = Completes::dataset});
    add_new_name(verb, options.new_name);
    verb.example("prevision dataset update my_dataset --name orders_january");
    show_result_of(verb, services, noun, [&options, &services] {
        return send_changes(services, find<model::Dataset>(services, options.name), options.new_name, {});
    });
}

}  // namespace prevision::cli
