#include "cli/sample.hpp"

#include <fmt/format.h>

#include "model/json.hpp"

namespace prevision::cli {

namespace {

std::string to_document(const std::vector<std::string>& columns,
                        const std::vector<std::optional<std::string>>& cells) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    for (std::size_t i = 0; i < columns.size(); ++i) {
        writer.Key(columns[i].data(), static_cast<rapidjson::SizeType>(columns[i].size()));
        if (cells[i]) {
            writer.String(*cells[i]);
        } else {
            writer.Null();
        }
    }
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace

void show_sample(Services& services, const model::Sample& sample, const ListOptions& options) {
    std::vector<render::Column> columns;
    for (const auto& name : sample.columns) columns.push_back({name});
    auto settings = services.render_settings();
    settings.upper_case_header = false;
    Listing listing(services, options, columns, sample.columns, settings);
    std::size_t number = 0;
    for (auto cells : sample.rows) {
        cells.resize(columns.size());
        auto document = to_document(sample.columns, cells);
        if (!listing.add({.id = fmt::format("{}", ++number),
                          .cells = std::move(cells),
                          .document = std::move(document)}))
            break;
    }
    listing.finish();
}

}  // namespace prevision::cli
