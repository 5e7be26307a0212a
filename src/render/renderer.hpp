#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io.hpp"

namespace prevision::render {

enum class Format { table, json, csv, id };

/// The names that `--output` takes, in the order of the help.
const std::vector<std::string>& format_names();
std::optional<Format> parse_format(std::string_view name);

enum class Alignment { left, right };

struct Column {
    std::string name;  ///< as `--columns` and the csv header spell it: lower case, "rows_per_page"
    Alignment alignment = Alignment::left;
};

/// One object of a list. `cells` are as many as columns; nothing in a cell is "not set".
struct Row {
    std::string id;
    std::vector<std::optional<std::string>> cells;
    std::string document;  ///< the object as JSON text, shown by `json` as it is
};

struct Settings {
    Format format = Format::table;
    std::optional<int> width;  ///< cut a table to that many cells; nothing on a pipe
    bool bold = false;         ///< the header, where colour is on
};

/// Shows objects as they come, in one format. `add` any number of times, then `finish` once.
class Renderer {
  public:
    virtual ~Renderer() = default;
    virtual void add(const Row& row) = 0;
    virtual void finish() = 0;
};

/// A list: `json` is one array; `csv` and `table` have a header; `id` is an id a line.
std::unique_ptr<Renderer> make_list_renderer(std::vector<Column> columns, const Settings& settings,
                                             Output& out);

/// One object: `table` shows a field a line, `json` the object itself, and the others are as for a list.
void render_object(const std::vector<Column>& columns, const Row& row, const Settings& settings, Output& out);

/// The JSON text again, indented by two spaces, every number and text as it was. `json` must be valid.
std::string pretty_json(std::string_view json);

/// A text as a terminal may see it: control characters, invalid UTF-8 and the characters that change the
/// direction of writing are shown as escapes (\n, \x1b, …), all else as it is.
std::string printable(std::string_view text);

/// How many cells of a terminal a printable text takes.
int display_width(std::string_view text);

}  // namespace prevision::render
