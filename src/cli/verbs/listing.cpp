#include "cli/verbs/listing.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fnmatch.h>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

std::optional<double> as_number(const std::string& text) {
    double value = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failure != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// "Not set" comes first, then numbers by value, then texts.
bool is_before(const std::optional<std::string>& left, const std::optional<std::string>& right) {
    if (!left || !right) return !left && right;
    const auto left_number = as_number(*left);
    const auto right_number = as_number(*right);
    if (left_number && right_number) return *left_number < *right_number;
    if (left_number || right_number) return left_number.has_value();
    return *left < *right;
}

}  // namespace

void add_list_options(Command& command, ListOptions& options, const std::vector<std::string>& columns,
                      Completes kind) {
    auto sorts = columns;
    std::vector<std::string> filters;
    for (const auto& column : columns) {
        sorts.push_back("-" + column);
        filters.push_back(column + "=");
    }
    add_columns_option(command, options.columns, columns, kind);
    command.flag("--no-header", options.no_header, "Leave the header out");
    command.option("--sort", options.sorts,
                   "Sort by a column; with '-' before it, backwards; several: the first counts most",
                   {.value = "[-]COLUMN", .completes = kind, .suggestions = sorts, .name_prefix = "-"});
    command.option("--filter", options.filters,
                   "Only where a column matches, such as name=prod*; with != where it does not",
                   {.value = "COLUMN=GLOB", .completes = kind, .suggestions = filters, .name_suffix = "="});
    command.option("--limit", options.limit, "Show at most that many");
}

void add_columns_option(Command& command, std::vector<std::string>& columns,
                        const std::vector<std::string>& names, Completes kind) {
    command.comma_list("--columns", columns, "Which columns to show, in this order; of table, csv and tsv",
                       {.value = "A,B,...", .missing = "a column", .completes = kind, .suggestions = names});
}

std::size_t column_index(const std::vector<std::string>& names, const std::string& name) {
    // A table's header is in upper case, and in JSON an id is `_id`.
    for (const auto& wanted : {name, to_lower(name), name == "_id" ? std::string("id") : name}) {
        const auto found = std::ranges::find(names, wanted);
        if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    }
    const auto meant = closest(name, names);
    throw Error(
        ErrorClass::usage, fmt::format("there is no column '{}'", name),
        (meant ? fmt::format("did you mean '{}'? ", *meant) : "") + "the columns are " + join(names, ", "));
}

Listing::Listing(Console& console, const ListOptions& options, std::vector<render::Column> columns,
                 const std::vector<std::string>& shown, render::Settings settings)
    : columns_(std::move(columns)),
      shows_cells_(render::traits(settings.format).cells),
      limit_(options.limit) {
    std::vector<render::Column> shown_columns;
    for (const auto& name : options.columns.empty() ? shown : options.columns) {
        shown_.push_back(next_index_of(name));
        shown_columns.push_back(columns_[shown_.back()]);
        // A column that was asked for is shown.
        if (!options.columns.empty()) shown_columns.back().is_id = false;
    }
    for (const auto& filter : options.filters) filters_.push_back(parse_filter(filter));
    for (const auto& sort : options.sorts) {
        const bool descending = sort.starts_with('-');
        sorts_.push_back({index_of(sort.substr(descending ? 1 : 0)), descending});
    }
    if (limit_ && *limit_ < 0) throw Error(ErrorClass::usage, "--limit: it cannot be negative");
    settings.header = !options.no_header;
    renderer_ = render::make_list_renderer(std::move(shown_columns), settings, console.io().out);
}

bool Listing::add(render::Row row) {
    if (limit_ && *limit_ == 0) return false;
    if (!matches(row)) return true;
    if (!sorts_.empty()) {
        held_.push_back(std::move(row));
        return true;
    }
    return show_row(std::move(row));
}

void Listing::finish() {
    show_held();
    renderer_->finish();
}

void Listing::show(const std::function<void()>& source) {
    render::show_all(*renderer_, [&] {
        source();
        show_held();
    });
}

void Listing::show_held() {
    if (sorts_.empty()) return;
    sort_rows();
    for (auto& row : held_) {
        if (!show_row(std::move(row))) break;
    }
}

bool Listing::uses(std::size_t column) const {
    const bool shown = shows_cells_ && std::ranges::find(shown_, column) != shown_.end();
    const auto is_it = [&](const auto& used) { return used.column == column; };
    return shown || std::ranges::any_of(sorts_, is_it) || std::ranges::any_of(filters_, is_it);
}

std::size_t Listing::index_of(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& column : columns_) names.push_back(column.name);
    return column_index(names, name);
}

Listing::Filter Listing::parse_filter(const std::string& text) const {
    const auto equals = text.find('=');
    if (equals == std::string::npos) {
        throw Error(ErrorClass::usage,
                    fmt::format("--filter: '{}' is not of the form COLUMN=GLOB or COLUMN!=GLOB", text));
    }
    const bool negated = equals > 0 && text[equals - 1] == '!';
    return {index_of(text.substr(0, negated ? equals - 1 : equals)), text.substr(equals + 1), !negated};
}

// A request may give two columns one name.
std::size_t Listing::next_index_of(const std::string& name) const {
    const auto first = index_of(name);
    for (std::size_t i = first; i < columns_.size(); ++i) {
        if (columns_[i].name == columns_[first].name && std::ranges::find(shown_, i) == shown_.end())
            return i;
    }
    return first;
}

bool Listing::matches(const render::Row& row) const {
    return std::ranges::all_of(filters_, [&](const Filter& filter) {
        const auto& cell = row.cells[filter.column];
        return (::fnmatch(filter.glob.c_str(), cell.value_or("").c_str(), 0) == 0) == filter.wanted;
    });
}

void Listing::sort_rows() {
    std::ranges::stable_sort(held_, [&](const render::Row& left, const render::Row& right) {
        for (const auto& [column, descending] : sorts_) {
            const auto& first = (descending ? right : left).cells[column];
            const auto& second = (descending ? left : right).cells[column];
            if (is_before(first, second)) return true;
            if (is_before(second, first)) return false;
        }
        return false;
    });
}

bool Listing::show_row(render::Row row) {
    if (shows_cells_) {
        std::vector<std::optional<std::string>> cells;
        for (const auto index : shown_) cells.push_back(row.cells[index]);
        row.cells = std::move(cells);
    }
    renderer_->add(row);
    ++count_;
    return !limit_ || count_ < *limit_;
}

void say_list_is_empty(Console& console, const ListOptions& options, const std::string& noun,
                       const std::string& maker) {
    const bool is_table = console.options().format() == render::Format::table;
    if (!is_table || !console.io().out_is_terminal || options.limit == 0) return;
    console.message(!options.filters.empty()
                        ? fmt::format("no {} matches the filter", noun)
                        : fmt::format("no {} yet: see 'prevision {} --help'", noun, maker));
}

std::string yes_or_no(const std::optional<bool>& value) {
    if (!value) return {};
    return *value ? "yes" : "no";
}

std::string digits(const std::optional<std::uint64_t>& value) {
    return value ? fmt::format("{}", *value) : std::string();
}

std::optional<std::string> cell(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return text;
}

std::optional<std::string> time_cell(const std::string& text) { return cell(to_utc(text)); }

}  // namespace prevision::cli
