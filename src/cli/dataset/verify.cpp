#include "cli/dataset/manifest_file.hpp"
#include "cli/dataset/source_comparison.hpp"
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

struct VerifyOptions {
    std::vector<std::string> names;
    std::string manifest;
    bool against_source = false;
};

/// Error usage where one manifest is given for several files, or a file is to be compared with a source.
void check_options(const VerifyOptions& options) {
    if (!options.manifest.empty() && options.against_source) {
        throw Error(ErrorClass::usage, "--manifest compares a file, and --against-source a dataset",
                    "leave out one of them");
    }
    if (options.manifest.empty() || options.names.size() == 1) return;
    throw Error(ErrorClass::usage, "--manifest describes one file, and several are named",
                "verify each file with its own manifest");
}

TransferredDataset run_verify(Services& services, const std::string& name, const VerifyOptions& options) {
    if (!options.manifest.empty()) return verify_file(services, name, options.manifest);
    const auto dataset = find<model::Dataset>(services, name);
    return options.against_source ? compare_with_source(services, dataset) : verify(services, dataset);
}

}  // namespace

void add_dataset_verify(Command& command, Services& services) {
    auto verb =
        command.subcommand("verify", "Compare a dataset, or a file, with its recorded size and SHA-256");
    auto& options = verb.keep<VerifyOptions>();
    verb.argument("NAME", options.names,
                  "Its name or id; several may be given; with --manifest, the path of a file, or -", true,
                  {.completes = Completes::dataset});
    verb.option(
        "--manifest", options.manifest,
        "Compare a file with this manifest, which 'dataset download --manifest' wrote; asks no platform",
        {.value = "FILE", .completes = Completes::file});
    verb.flag("--against-source", options.against_source,
              "Read the datasource again, and compare what it yields now with the dataset");
    verb.detail("Exits with 9 when the bytes differ.");
    verb.example("prevision dataset verify orders_today");
    verb.example("prevision dataset verify orders_today --against-source");
    verb.example("prevision dataset verify january.csv --manifest january.csv.manifest.json");
    verb.action([&options, &services] {
        check_options(options);
        ObjectList<TransferredDataset> shown(services, transfer_fields(), options.names.size());
        Batch batch(services, "datasets failed the verification", options.names.size());
        for (const auto& name : options.names) {
            batch.run([&] { shown.add(run_verify(services, name, options)); });
        }
        shown.finish();
        batch.finish();
    });
}

}  // namespace prevision::cli
