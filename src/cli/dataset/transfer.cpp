#include "cli/dataset/transfer.hpp"

#include <fmt/format.h>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

/// Counts, hashes and forwards what arrives.
class HashingSink final : public ByteSink {
  public:
    /// Without `next`, the bytes go nowhere.
    HashingSink(ByteSink* next, std::optional<std::uint64_t> total, render::Progress& progress)
        : next_(next), total_(total), progress_(progress) {}

    void write(std::string_view chunk) override {
        // An answer may be endless.
        if (total_ && chunk.size() > *total_ - bytes_) {
            throw Error(ErrorClass::integrity,
                        fmt::format("the dataset has {} bytes, but more arrive", *total_),
                        "download it again; if that does not help, take the snapshot again");
        }
        if (next_ != nullptr) next_->write(chunk);
        hash_.update(chunk);
        bytes_ += chunk.size();
        progress_.update({.bytes = bytes_, .total_bytes = total_});
    }

    Transferred finish() { return {.bytes = bytes_, .sha256 = hash_.finish()}; }

  private:
    ByteSink* next_;
    std::optional<std::uint64_t> total_;
    render::Progress& progress_;
    Sha256 hash_;
    std::uint64_t bytes_ = 0;
};

void check(const model::Dataset& dataset, const Transferred& arrived) {
    if (dataset.bytes && *dataset.bytes != arrived.bytes) {
        throw Error(ErrorClass::integrity,
                    fmt::format("the dataset '{}' has {} bytes, but {} arrived", dataset.name, *dataset.bytes,
                                arrived.bytes),
                    "download it again; if that does not help, take the snapshot again");
    }
    if (!dataset.sha256.empty() && !equal_ignoring_case(dataset.sha256, arrived.sha256)) {
        throw Error(ErrorClass::integrity,
                    fmt::format("the dataset '{}' has the SHA-256 {}, but what arrived has {}", dataset.name,
                                dataset.sha256, arrived.sha256),
                    "download it again; if that does not help, take the snapshot again");
    }
}

}  // namespace

Transferred transfer(Services& services, const model::Dataset& dataset, const std::string& extension,
                     ByteSink* next, render::Progress& progress) {
    // The dataset's size and hash are those of its csv form.
    const bool is_csv = extension == "csv";
    HashingSink sink(next, is_csv ? dataset.bytes : std::nullopt, progress);
    services.client().download_dataset(api::refer_to(dataset), extension, sink);
    auto arrived = sink.finish();
    if (is_csv) check(dataset, arrived);
    return arrived;
}

Transferred hash_source(Services& services, const model::Datasource& datasource, render::Progress& progress) {
    HashingSink sink(nullptr, std::nullopt, progress);
    services.client().read_datasource(api::refer_to(datasource), sink);
    return sink.finish();
}

void add_progress(Command& verb, std::string& progress) {
    verb.option("--progress", progress, "How to show progress on stderr",
                {.value = "MODE", .choices = render::progress_mode_names()});
}

std::unique_ptr<render::Progress> make_progress(Services& services, const std::string& label,
                                                const std::string& mode) {
    auto chosen = render::parse_progress_mode(mode).value_or(render::ProgressMode::automatic);
    // With JSON, stderr holds one object or nothing, except for the progress that was asked for.
    if (chosen == render::ProgressMode::automatic && services.options().json_errors())
        chosen = render::ProgressMode::none;
    return render::make_progress(label, services.io(), chosen);
}

std::vector<Field<TransferredDataset>> transfer_fields() {
    using Row = TransferredDataset;
    return {{{"name"}, [](const Row& row) { return cell(row.dataset.name); }},
            {{"path"}, [](const Row& row) { return cell(row.path); }},
            {{.name = "bytes", .alignment = render::Alignment::right, .quantity = render::Quantity::bytes},
             [](const Row& row) { return std::optional(fmt::format("{}", row.content.bytes)); }},
            {{"sha256"}, [](const Row& row) { return cell(row.content.sha256); }}};
}

TransferredDataset describe_transfer(const model::Dataset& dataset, const Transferred& content,
                                     const std::string& path) {
    return {.id = dataset.id,
            .dataset = dataset,
            .content = content,
            .path = path,
            .document = model::JsonObject()
                            .text("_id", dataset.id)
                            .text("name", dataset.name)
                            .text_or_null("path", path)
                            .value("bytes", content.bytes)
                            .text("sha256", content.sha256)
                            .finish()};
}

}  // namespace prevision::cli
