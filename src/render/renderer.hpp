#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/io.hpp"

namespace prevision::render {

enum class Format { table, json, jsonl, csv, tsv, yaml, id };

/// The names that `--output` takes, in the order of the help.
const std::vector<std::string>& format_names();
std::optional<Format> parse_format(std::string_view name);

struct FormatTraits {
    bool cells = false;     ///< whether it shows columns; else ids, or the objects' JSON text
    bool document = false;  ///< a list of it is one document, which ends only when the list does
};

FormatTraits traits(Format format);

enum class Alignment { left, right };

/// What a number counts. A table shows a size as "953.7 MiB" and a count as "2,000,000"; the other formats show its digits.
enum class Quantity { none, count, bytes };

struct Column {
    std::string name;  ///< as `--columns` and the csv header spell it: lower case, "rows_per_page"
    Alignment alignment = Alignment::left;
    bool is_time = false;  ///< of RFC 3339 in UTC: a table without room shows the minute, or the day
    bool is_id = false;    ///< a table on a narrow terminal leaves it out first
    Quantity quantity = Quantity::none;
    bool is_list = false;  ///< parts joined by ", ", between which a terminal's lines are broken
};

/// One object of a list. `cells` are as many as columns; nothing in a cell is "not set".
struct Row {
    std::string id;
    std::vector<std::optional<std::string>> cells;
    std::string document;  ///< the object as JSON text, shown by `json`, `jsonl` and `yaml`; else unused
};

struct Settings {
    Format format = Format::table;
    std::optional<int> width = {};  ///< cut a table to that many cells; nothing on a pipe
    bool bold = false;              ///< the header of a table, where colour is on
    bool header = true;           ///< of `table`, `csv` and `tsv`; without it one object's table has no names
    bool terminal = false;        ///< whether stdout is one: then `csv`, `tsv` and `id` are `printable` too
    bool header_of_none = false;  ///< whether a table without rows has a header
    bool upper_case_header = true;  ///< of a table; off where columns are named by the data
};

/// Shows objects as they come, in one format. `add` any number of times, then `finish` once. Nothing is
/// written before the first `add` or `finish`, so that a command that fails early leaves stdout empty. All
/// but `table` hold one object at a time.
class Renderer {
  public:
    virtual ~Renderer() = default;

    /// Error internal for a wrong number of cells and for a `document` that is not JSON; else what `out` throws.
    virtual void add(const Row& row) = 0;
    virtual void finish() = 0;

    /// Ends the output after a failure: json stays one document.
    virtual void abandon() {}
};

/// Runs `source`, which adds the rows, then calls `finish`, or `abandon` when it throws.
void show_all(Renderer& renderer, const std::function<void()>& source);

/// A list. `out` must outlive it.
///  table  columns two spaces apart, the header in upper case; `-` where a cell is not set. No row, no
///  header.
///         Where `width` is set, the widest columns are cut first (`…`), and columns at the right are left
///         out where even that is not enough. Every value is `printable`.
///  json   one array of the documents, indented by two spaces, numbers and texts spelled as they were
///  jsonl  a document a line
///  csv    RFC 4180 with CRLF; a cell that is not set is empty, an empty text is `""`
///  tsv    tab, line end and backslash within a value are \t \n \r \\; empty and not set are both empty
///  yaml   a sequence of the documents; `[]` where there is none. Code points that Unicode gives no character
///         (U+FFFE, U+FFFF) become U+FFFD.
///  id     an id a line
std::unique_ptr<Renderer> make_list_renderer(std::vector<Column> columns, const Settings& settings,
                                             Output& out);

/// One object: `table` shows a field that is set a line ("name:  value", never cut; where `width` is set, a long value goes
/// on below its beginning), `json`, `jsonl` and `yaml` the object itself, and the others are as for a list. Errors as
/// `Renderer::add`.
void render_object(const std::vector<Column>& columns, const Row& row, const Settings& settings, Output& out);

/// The JSON text again, indented by two spaces, without a line end; numbers and texts are spelled as they
/// were, but for characters that a terminal must not see: these are written as \u escapes. Error internal
/// when it is not JSON or is nested more than 1000 deep.
std::string pretty_json(std::string_view json);

/// The same on one line and without blanks.
std::string compact_json(std::string_view json);

/// A text that is safe for a terminal: control characters, invalid UTF-8, line separators and the characters
/// that change the direction of writing are shown as escapes (\n, \x1b, \u202e, …), all else as it is, a
/// backslash too.
std::string printable(std::string_view text);

/// How many cells of a terminal a printable text takes, a character with its marks or joined parts (an
/// accent, a flag, a family of emoji) counted as the one that it looks like.
int display_width(std::string_view text);

/// A printable text in lines of at most `width` cells, broken at blanks. A longer word has a line of its own.
std::vector<std::string> wrap_text(const std::string& text, int width);

/// The same for parts joined by ", ": only a part that is too long by itself is broken at its blanks.
std::vector<std::string> wrap_list(const std::string& text, int width);

}  // namespace prevision::render
