#pragma once

#include <string>
#include <vector>

#include "render/renderer.hpp"
#include "support/memory_io.hpp"

namespace prevision::testing {

/// What a list renderer writes for these rows.
inline std::string render_list(const std::vector<render::Column>& columns,
                               const std::vector<render::Row>& rows, const render::Settings& settings) {
    MemoryOutput out;
    const auto renderer = render::make_list_renderer(columns, settings, out);
    for (const auto& row : rows) renderer->add(row);
    renderer->finish();
    return out.text;
}

inline std::string render_one(const std::vector<render::Column>& columns, const render::Row& row,
                              const render::Settings& settings) {
    MemoryOutput out;
    render::render_object(columns, row, settings, out);
    return out.text;
}

/// A row of cells alone.
inline render::Row cells(std::vector<std::optional<std::string>> values) {
    return {.id = "id", .cells = std::move(values), .document = "{}"};
}

inline render::Row document(std::string json) {
    return {.id = "id", .cells = {}, .document = std::move(json)};
}

}  // namespace prevision::testing
