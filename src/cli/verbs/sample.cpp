#include "cli/verbs/sample.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::cli {

void check_rows(int rows) {
    if (rows < 0) throw Error(ErrorClass::usage, "--rows: it cannot be negative");
}

void show_sample(Console& console, const model::Sample& sample, const ListOptions& options) {
    std::vector<render::Column> columns;
    for (const auto& name : sample.columns) columns.push_back({name});
    auto settings = console.render_settings();
    settings.upper_case_header = false;
    settings.header_of_none = true;
    Listing listing(console, options, columns, sample.columns, settings);
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
        if (!listing.add(
                {.id = fmt::format("{}", i + 1), .cells = sample.rows[i], .document = sample.documents[i]}))
            break;
    }
    listing.finish();
}

}  // namespace prevision::cli
