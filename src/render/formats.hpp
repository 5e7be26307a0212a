#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io.hpp"
#include "render/renderer.hpp"

namespace prevision::render {

// One factory a format, for lists; `make_list_renderer` chooses. `out` must outlive what they make.

std::unique_ptr<Renderer> make_table_renderer(std::vector<Column> columns, const Settings& settings,
                                              Output& out);

/// `csv` and `tsv`.
std::unique_ptr<Renderer> make_separated_renderer(std::vector<Column> columns, const Settings& settings,
                                                  Output& out);

/// `json`, `jsonl` and `yaml`.
std::unique_ptr<Renderer> make_document_renderer(const Settings& settings, Output& out);

std::unique_ptr<Renderer> make_id_renderer(const Settings& settings, Output& out);

/// One object as a field a line.
void render_fields(const std::vector<Column>& columns, const Row& row, const Settings& settings, Output& out);

/// Error internal when the row has not a cell for each column.
void check_cells(const Row& row, const std::vector<Column>& columns);

/// As `pretty_json`, all lines but the first one indented by so many spaces more.
std::string indented_json(std::string_view json, std::size_t indent);

/// A document of plain texts written again, with an indent as above, or on one line. Nothing when it is no JSON, or holds an
/// escape, a character beyond ASCII or an unusual number.
std::optional<std::string> reformat_plain(std::string_view json, std::optional<std::size_t> indent);

/// A JSON document as YAML, without a line end at the end. As an item it begins with "- ".
std::string yaml_text(std::string_view json, bool as_item);

/// What `table` shows for a cell that is not set.
constexpr std::string_view not_set = "-";

}  // namespace prevision::render
