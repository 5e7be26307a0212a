#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "render/formats.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

constexpr std::string_view mark = "…";  // one cell wide
constexpr int gap = 2;
constexpr int useful_first = 24;  // an id, or most of a name
constexpr int useful = 6;
constexpr int narrow = 80;         // cells: an id would take a third of it
constexpr int to_the_minute = 17;  // "2026-01-31T08:30Z"
constexpr int to_the_day = 10;

std::string in_bold(std::string_view text, bool bold) {
    return bold ? "\x1b[1m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string to_upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

std::string cut(const std::string& text, int width) {
    const auto part = fitting_part(text, width);
    return part.size() == text.size() ? text : std::string(part) + std::string(mark);
}

/// A time in the longest form that fits.
std::string cut_time(const std::string& text, int width) {
    const bool is_time = text.size() > to_the_minute && text[to_the_day] == 'T';
    if (!is_time || display_width(text) <= width || width < to_the_day) return cut(text, width);
    return width < to_the_minute ? text.substr(0, to_the_day) : text.substr(0, to_the_minute - 1) + "Z";
}

/// The number in digits, when the column counts something and the cell holds its number.
std::optional<std::uint64_t> quantity(const Column& column, const std::optional<std::string>& cell) {
    if (column.quantity == Quantity::none || !cell) return std::nullopt;
    std::uint64_t number = 0;
    const auto [end, failure] = std::from_chars(cell->data(), cell->data() + cell->size(), number);
    if (failure != std::errc{} || end != cell->data() + cell->size()) return std::nullopt;
    return number;
}

/// A cell as people read it: "953.7 MiB", "2,000,000".
std::string shown(const Column& column, const std::optional<std::string>& cell) {
    if (const auto number = quantity(column, cell))
        return column.quantity == Quantity::bytes ? format_bytes(*number) : format_count(*number);
    return cell ? printable(*cell) : std::string(not_set);
}

int line_width(const std::vector<int>& widths) {
    return std::accumulate(widths.begin(), widths.end(), gap * (static_cast<int>(widths.size()) - 1));
}

/// Narrows the widest columns until the line fits, none below its least width.
void shrink(std::vector<int>& widths, const std::vector<int>& least, int available) {
    int surplus = line_width(widths) - available;
    while (surplus > 0) {
        std::size_t widest = widths.size();
        int next = 0;  // how far the widest may shrink before another is as wide
        for (std::size_t i = 0; i < widths.size(); ++i) {
            if (widths[i] == least[i]) continue;
            if (widest == widths.size() || widths[i] > widths[widest]) {
                next = widest == widths.size() ? 0 : widths[widest];
                widest = i;
            } else {
                next = std::max(next, widths[i]);
            }
        }
        if (widest == widths.size()) return;
        const int goal = std::max({least[widest], next - 1, widths[widest] - surplus});
        surplus -= widths[widest] - goal;
        widths[widest] = goal;
    }
}

struct Layout {
    std::vector<int> widths;  ///< of the columns that are shown
    bool complete = true;     ///< false where columns at the right are left out
};

/// Shortens times to the minute, and to the day when the line is still too long.
void shorten_times(std::vector<int>& widths, const std::vector<Column>& columns, int available) {
    for (const int length : {to_the_minute, to_the_day}) {
        if (line_width(widths) <= available) return;
        for (std::size_t i = 0; i < widths.size(); ++i) {
            if (columns[i].is_time) widths[i] = std::min(widths[i], length);
        }
    }
}

/// Chooses as many columns as fit at their least width, then widens them. The first is always shown.
Layout lay_out(std::vector<int> widths, const std::vector<Column>& columns, std::optional<int> width) {
    if (width) shorten_times(widths, columns, *width);
    if (!width || line_width(widths) <= *width) return {.widths = std::move(widths)};
    std::vector<int> least;
    least.reserve(widths.size());
    for (std::size_t i = 0; i < widths.size(); ++i) {
        // A number without its last digits would be another one.
        const int enough = columns[i].quantity != Quantity::none ? widths[i]
                           : columns[i].is_time                  ? to_the_day
                                                                 : useful;
        least.push_back(std::min(widths[i], i == 0 ? useful_first : enough));
    }
    int available = std::max(1, *width);
    bool complete = line_width(least) <= available || least.size() == 1;
    if (!complete) {
        // For the mark at the end of the line, unless the terminal has too few cells for it.
        constexpr int mark_width = gap + 1;
        complete = available <= mark_width;
        if (!complete) available -= mark_width;
        while (least.size() > 1 && line_width(least) > available) least.pop_back();
        widths.resize(least.size());
    }
    if (least.size() == 1) least.front() = std::max(1, std::min(least.front(), available));
    shrink(widths, least, available);
    return {.widths = std::move(widths), .complete = complete};
}

class TableRenderer final : public Renderer {
  public:
    TableRenderer(std::vector<Column> columns, const Settings& settings, Output& out)
        : columns_(std::move(columns)), settings_(settings), out_(out), widths_(columns_.size(), 0) {}

    void add(const Row& row) override {
        check_cells(row, columns_);
        if (rows_.empty() && settings_.header) add_header();
        std::vector<std::string> line;
        line.reserve(row.cells.size());
        for (std::size_t i = 0; i < columns_.size(); ++i) line.push_back(shown(columns_[i], row.cells[i]));
        keep(std::move(line));
    }

    void finish() override {
        if (rows_.empty() && settings_.header && settings_.header_of_none) add_header();
        leave_out_ids();
        const Layout layout = lay_out(widths_, columns_, settings_.width);
        bool header = settings_.header;
        for (const auto& row : rows_) {
            out_.write(in_bold(format(row, layout), std::exchange(header, false) && settings_.bold) + "\n");
        }
    }

  private:
    void add_header() {
        std::vector<std::string> names;
        names.reserve(columns_.size());
        for (const auto& column : columns_) {
            names.push_back(printable(settings_.upper_case_header ? to_upper(column.name) : column.name));
        }
        keep(std::move(names));
    }

    /// On a narrow terminal a name says more than an id.
    void leave_out_ids() {
        if (!settings_.width || *settings_.width > narrow || line_width(widths_) <= *settings_.width) return;
        for (std::size_t i = columns_.size(); i-- > 0;) {
            if (!columns_[i].is_id || columns_.size() == 1) continue;
            const auto at = static_cast<std::ptrdiff_t>(i);
            columns_.erase(columns_.begin() + at);
            widths_.erase(widths_.begin() + at);
            for (auto& row : rows_) row.erase(row.begin() + at);
        }
    }

    void keep(std::vector<std::string> row) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            // A huge value is kept only as far as it can be shown.
            if (settings_.width) row[i] = cut(row[i], std::max(1, *settings_.width));
            widths_[i] = std::max(widths_[i], display_width(row[i]));
        }
        rows_.push_back(std::move(row));
    }

    std::string format(const std::vector<std::string>& row, const Layout& layout) const {
        std::string line;
        for (std::size_t i = 0; i < layout.widths.size(); ++i) {
            const auto text =
                columns_[i].is_time ? cut_time(row[i], layout.widths[i]) : cut(row[i], layout.widths[i]);
            const auto padding = static_cast<std::size_t>(layout.widths[i] - display_width(text));
            if (i > 0) line.append(gap, ' ');
            if (columns_[i].alignment == Alignment::right) line.append(padding, ' ');
            line += text;
            if (columns_[i].alignment == Alignment::left) line.append(padding, ' ');
        }
        if (!layout.complete) line.append(gap, ' ').append(mark);
        line.erase(line.find_last_not_of(' ') + 1);
        return line;
    }

    std::vector<Column> columns_;
    Settings settings_;
    Output& out_;
    std::vector<int> widths_;                     // natural, in cells
    std::vector<std::vector<std::string>> rows_;  // the header first, where there is one
};

/// The cell of an object that is shown alone, with the exact number of bytes.
std::string shown_of_one(const Column& column, const std::optional<std::string>& cell) {
    auto text = shown(column, cell);
    if (const auto bytes = quantity(column, cell);
        bytes && column.quantity == Quantity::bytes && *bytes >= 1024)
        text += fmt::format(" ({} bytes)", format_count(*bytes));
    return text;
}

/// The value, on several lines where the terminal's are too short for it, each below its beginning.
std::string below_its_beginning(const Column& column, const std::string& value, int indent,
                                const Settings& settings) {
    constexpr int least =
        20;  // with less room, lines of a few words would be harder to read than a broken word
    const int room = settings.width.value_or(0) - indent;
    if (room < least || display_width(value) <= room) return value;
    const auto lines = column.is_list ? wrap_list(value, room) : wrap_text(value, room);
    return join(lines, "\n" + std::string(static_cast<std::size_t>(indent), ' '));
}

}  // namespace

std::unique_ptr<Renderer> make_table_renderer(std::vector<Column> columns, const Settings& settings,
                                              Output& out) {
    return std::make_unique<TableRenderer>(std::move(columns), settings, out);
}

void render_fields(const std::vector<Column>& columns, const Row& row, const Settings& settings,
                   Output& out) {
    check_cells(row, columns);
    // With names, what is not set is left out; without them a value is known by its place.
    const auto is_shown = [&](std::size_t i) { return row.cells[i] || !settings.header; };
    int widest = 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (is_shown(i)) widest = std::max(widest, display_width(printable(columns[i].name)));
    }
    const int indent = settings.header ? widest + 1 + gap : 0;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        if (!is_shown(i)) continue;
        std::string line;
        if (settings.header) {
            const std::string name = printable(columns[i].name) + ":";
            line = in_bold(name, settings.bold);
            line.append(static_cast<std::size_t>(indent - display_width(name)), ' ');
        }
        line += below_its_beginning(columns[i], shown_of_one(columns[i], row.cells[i]), indent, settings);
        line.erase(line.find_last_not_of(' ') + 1);
        out.write(line + "\n");
    }
}

}  // namespace prevision::render
