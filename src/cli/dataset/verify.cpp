#include "cli/dataset/transfer.hpp"
#include "cli/dataset/verbs.hpp"

namespace prevision::cli {

namespace {

/// Fetches the bytes, keeps none, and compares them. Error integrity when they differ, conflict for a failed snapshot, invalid
/// where the platform gives no SHA-256.
TransferredDataset verify(Services& services, const model::Dataset& dataset) {
    const auto failure = fmt::format("cannot verify the dataset '{}'", dataset.name);
    if (dataset.failed()) {
        throw Error(ErrorClass::conflict, fmt::format("{}: the snapshot failed{}", failure,
                                                      dataset.message.empty() ? "" : ": " + dataset.message));
    }
    if (dataset.sha256.empty())
        throw Error(ErrorClass::invalid, fmt::format("{}: it has no SHA-256", failure));
    const auto progress = make_progress(services, dataset.name);
    const auto arrived = transfer(services, dataset, "csv", nullptr, *progress);
    progress->finish("read " + dataset.name, {.bytes = arrived.bytes});
    services.message(fmt::format("the dataset '{}' is unchanged: its size and SHA-256 match", dataset.name));
    return describe_transfer(dataset, arrived);
}

}  // namespace

void add_dataset_verify(Command& command, Services& services) {
    auto verb = command.subcommand("verify", "Compare a dataset's bytes with its size and SHA-256");
    auto& names = verb.keep<std::vector<std::string>>();
    verb.argument("NAME", names, "Its name or id; several may be given", true,
                  {.completes = Completes::dataset});
    verb.example("prevision dataset verify orders_today");
    verb.action([&names, &services] {
        ObjectList<TransferredDataset> shown(services, transfer_fields(), names.size());
        Batch batch(services, "datasets failed the verification", names.size());
        for (const auto& name : names)
            batch.run([&] { shown.add(verify(services, find<model::Dataset>(services, name))); });
        shown.finish();
        batch.finish();
    });
}

}  // namespace prevision::cli
