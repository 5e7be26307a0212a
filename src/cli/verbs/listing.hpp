#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/command/command.hpp"
#include "cli/services.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

/// The flags of every list.
struct ListOptions {
    std::vector<std::string> columns;
    bool no_header = false;
    std::string sort;
    std::vector<std::string> filters;
    std::optional<std::int64_t> limit;
};

/// `columns` are the names that TAB offers; where they are known at run time alone, `kind` says whose they
/// are.
void add_list_options(Command& command, ListOptions& options, const std::vector<std::string>& columns,
                      Completes kind = Completes::nothing);

/// A column of a kind of object, and how its cell is read off one.
template <typename Object>
struct Field {
    render::Column column;
    std::function<std::optional<std::string>(const Object&)> cell;
    bool in_lists = true;                    ///< whether a list shows it unless `--columns` says otherwise
    std::function<void(Services&)> prepare;  ///< fetches what the cells need beside the object, or empty
};

/// Shows objects as a list: picks columns, filters, sorts and limits, and streams where nothing has to be
/// sorted.
class Listing {
  public:
    /// `shown` are the names of the columns that a list has by itself. Error usage when an option names no
    /// column.
    Listing(Services& services, const ListOptions& options, std::vector<render::Column> columns,
            const std::vector<std::string>& shown, render::Settings settings);

    /// Takes the next object; false when no more is wanted.
    bool add(render::Row row);
    void finish();

    /// Runs `source`, which adds the objects, and finishes; where it throws what was begun is ended.
    void show(const std::function<void()>& source);

    /// Whether cells of the column with this index are shown, sorted or filtered by.
    [[nodiscard]] bool uses(std::size_t column) const;

    /// How many were shown.
    [[nodiscard]] std::int64_t count() const { return count_; }

  private:
    [[nodiscard]] std::size_t index_of(const std::string& name) const;
    /// The first column of that name that is not shown yet; the first one where all of them are.
    [[nodiscard]] std::size_t next_index_of(const std::string& name) const;
    [[nodiscard]] bool matches(const render::Row& row) const;
    void show_held();
    void sort_rows();
    bool show_row(render::Row row);

    std::vector<render::Column> columns_;
    std::vector<std::size_t> shown_;
    bool shows_cells_;  ///< rather than documents or ids
    std::vector<std::pair<std::size_t, std::string>> filters_;
    std::optional<std::size_t> sort_;
    bool descending_ = false;
    std::optional<std::int64_t> limit_;
    std::int64_t count_ = 0;
    std::vector<render::Row> held_;
    std::unique_ptr<render::Renderer> renderer_;
};

template <typename Object>
std::vector<std::optional<std::string>> cells_of(const std::vector<Field<Object>>& fields,
                                                 const Object& object) {
    std::vector<std::optional<std::string>> cells;
    cells.reserve(fields.size());
    for (const auto& field : fields) cells.push_back(field.cell(object));
    return cells;
}

template <typename Object>
render::Row to_row(const std::vector<Field<Object>>& fields, const Object& object) {
    return {.id = object.id, .cells = cells_of(fields, object), .document = object.document};
}

template <typename Object>
std::vector<render::Column> columns_of(const std::vector<Field<Object>>& fields) {
    std::vector<render::Column> columns;
    columns.reserve(fields.size());
    for (const auto& field : fields) columns.push_back(field.column);
    return columns;
}

template <typename Object>
std::vector<std::string> column_names(const std::vector<Field<Object>>& fields) {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const auto& field : fields) names.push_back(field.column.name);
    return names;
}

template <typename Object>
Listing make_listing(Services& services, const ListOptions& options,
                     const std::vector<Field<Object>>& fields) {
    std::vector<std::string> shown;
    for (const auto& field : fields) {
        if (field.in_lists) shown.push_back(field.column.name);
    }
    return Listing(services, options, columns_of(fields), shown, services.render_settings());
}

/// An empty list shows nothing: on a terminal a line on stderr says so, and which command makes the first.
void tell_of_none(Services& services, const ListOptions& options, const std::string& noun,
                  const std::string& maker);

/// Shows one object, as `create` and `show` do.
template <typename Object>
void show_object(Services& services, const std::vector<Field<Object>>& fields, const Object& object) {
    render::render_object(columns_of(fields), to_row(fields, object), services.render_settings(),
                          services.io().out);
}

/// Tells what was done to an object: a message for people, and in the formats of machines, of which json is
/// always a document, the object too.
template <typename Object>
void show_done(Services& services, const std::vector<Field<Object>>& fields, const Object& object,
               const std::string& message) {
    if (services.options().format() != render::Format::table) show_object(services, fields, object);
    services.message(message);
}

/// A text as a cell: empty is "not set".
std::optional<std::string> cell(const std::string& text);

/// A time as a cell: in UTC, whatever the platform sent.
std::optional<std::string> time_cell(const std::string& text);

}  // namespace prevision::cli
