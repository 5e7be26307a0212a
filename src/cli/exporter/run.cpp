#include "cli/exporter/verbs.hpp"
#include "core/wait.hpp"

namespace prevision::cli {

namespace {

using model::Export;

/// A platform may answer before it is done.
Export wait_for_end(Services& services, Export done) {
    constexpr std::chrono::milliseconds pause{500};
    while (done.status != "done" && done.status != "failed") {
        wait_for(pause, services.cancellation());
        done = services.client().get_export(done.id);
    }
    return done;
}

}  // namespace

void add_exporter_run(Command& command, Services& services) {
    struct Options {
        std::string name;
        std::string dataset;
    };
    auto verb = command.subcommand("run", "Write a dataset through an exporter");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The exporter's name or id", true,
                  {.completes = Completes::exporter});
    verb.option("--dataset", options.dataset, "The dataset's name or id",
                {.value = "NAME", .required = true, .completes = Completes::dataset});
    verb.example("prevision exporter run results --dataset today");
    verb.action([&options, &services] {
        const auto exporter = find<model::Exporter>(services, options.name);
        const auto dataset = find<model::Dataset>(services, options.dataset);
        const auto done = wait_for_end(
            services, services.client().run_exporter(api::refer_to(exporter), api::refer_to(dataset)));
        show_object(services, export_fields(), done);
        if (done.status != "failed") return;
        throw Error(parse_error_class(done.error_class).value_or(ErrorClass::internal),
                    fmt::format("cannot export '{}': {}", dataset.name, done.logs));
    });
}

}  // namespace prevision::cli
