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
    command.comma_list("--columns", options.columns,
                       "Which columns to show, in this order; of table, csv and tsv",
                       {.value = "A,B,...", .completes = kind, .suggestions = columns});
    command.flag("--no-header", options.no_header, "Leave the header out");
    command.option("--sort", options.sort, "Sort by a column; with '-' before it, backwards",
                   {.value = "[-]COLUMN", .completes = kind, .suggestions = sorts, .name_prefix = "-"});
    command.option("--filter", options.filters, "Only where a column matches, such as name=prod*",
                   {.value = "COLUMN=GLOB", .completes = kind, .suggestions = filters, .name_suffix = "="});
    command.option("--limit", options.limit, "Show that many at the most");
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
    }
    for (const auto& filter : options.filters) {
        const auto equals = filter.find('=');
        if (equals == std::string::npos) {
            throw Error(ErrorClass::usage,
                        fmt::format("--filter: '{}' is not of the form COLUMN=GLOB", filter));
        }
        filters_.emplace_back(index_of(filter.substr(0, equals)), filter.substr(equals + 1));
    }
    if (!options.sort.empty()) {
        descending_ = options.sort.starts_with('-');
        sort_ = index_of(options.sort.substr(descending_ ? 1 : 0));
    }
    if (limit_ && *limit_ < 0) throw Error(ErrorClass::usage, "--limit: it cannot be negative");
    settings.header = !options.no_header;
    renderer_ = render::make_list_renderer(std::move(shown_columns), settings, console.io().out);
}

bool Listing::add(render::Row row) {
    if (limit_ && *limit_ == 0) return false;
    if (!matches(row)) return true;
    if (sort_) {
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
    if (!sort_) return;
    sort_rows();
    for (auto& row : held_) {
        if (!show_row(std::move(row))) break;
    }
}

bool Listing::uses(std::size_t column) const {
    const bool shown = shows_cells_ && std::ranges::find(shown_, column) != shown_.end();
    return shown || sort_ == column ||
           std::ranges::any_of(filters_, [&](const auto& filter) { return filter.first == column; });
}

std::size_t Listing::index_of(const std::string& name) const {
    std::vector<std::string> names;
    for (const auto& column : columns_) names.push_back(column.name);
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
    return std::ranges::all_of(filters_, [&](const auto& filter) {
        return ::fnmatch(filter.second.c_str(), row.cells[filter.first].value_or("").c_str(), 0) == 0;
    });
}

void Listing::sort_rows() {
    std::ranges::stable_sort(held_, [&](const render::Row& left, const render::Row& right) {
        const auto& first = descending_ ? right : left;
        const auto& second = descending_ ? left : right;
        return is_before(first.cells[*sort_], second.cells[*sort_]);
    });
}

bool Listing::show_row(render::Row row) {
    std::vector<std::optional<std::string>> cells;
    for (const auto index : shown_) cells.push_back(row.cells[index]);
    row.cells = std::move(cells);
    renderer_->add(row);
    ++count_;
    return !limit_ || count_ < *limit_;
}

void tell_of_none(Console& console, const ListOptions& options, const std::string& noun,
                  const std::string& maker) {
    const bool is_table = console.options().format() == render::Format::table;
    if (!is_table || !console.io().out_is_terminal || options.limit == 0) return;
    console.message(!options.filters.empty()
                        ? fmt::format("no {} matches", noun)
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
