#include "cli/dataset/verbs.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

using model::Dataset;

struct PinOptions {
    std::vector<std::string> names;
};

/// Error invalid on a platform that does not know pins.
Dataset set_pinned(Services& services, const Dataset& dataset, bool pinned) {
    auto changed = services.client().update<Dataset>(api::refer_to(dataset),
                                                     model::JsonObject().value("pinned", pinned).finish());
    if (changed.pinned == pinned) return changed;
    throw Error(ErrorClass::invalid,
                fmt::format("cannot {} the dataset '{}': the platform does not know pins",
                            pinned ? "pin" : "unpin", dataset.name));
}

void add_verb(Command& command, Services& services, const DatasetNoun& noun, const std::string& name,
              const std::string& help, bool pinned) {
    auto verb = command.subcommand(name, help);
    auto& options = verb.keep<PinOptions>();
    verb.argument("NAME", options.names, "Its name or id; several may be given", true,
                  {.completes = Completes::dataset});
    verb.example(fmt::format("prevision dataset {} my_dataset", name));
    verb.action([&options, &noun, &services, name, pinned] {
        ObjectList<Dataset> shown(services, noun.fields, options.names.size());
        Batch batch(services, fmt::format("datasets were not {}ned", name), options.names.size());
        for (const auto& wanted : options.names) {
            batch.run([&] {
                const auto changed = set_pinned(services, find<Dataset>(services, wanted), pinned);
                if (services.options().format() != render::Format::table) shown.add(changed);
                services.message(fmt::format("{}ned the dataset '{}'", name, changed.name));
            });
        }
        shown.finish();
        batch.finish();
    });
}

}  // namespace

void add_dataset_pin(Command& command, Services& services, const DatasetNoun& noun) {
    add_verb(command, services, noun, "pin", "Keep a dataset: neither prune nor delete removes it", true);
}

void add_dataset_unpin(Command& command, Services& services, const DatasetNoun& noun) {
    add_verb(command, services, noun, "unpin", "Let a pinned dataset be removed again", false);
}

}  // namespace prevision::cli
