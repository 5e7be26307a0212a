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
    std::vector<std::string> sorts;
    std::vector<std::string> filters;
    std::optional<std::int64_t> limit;
};

/// `columns` are the names that TAB offers; where they are known only at run time, `kind` says whose they are.
void add_list_options(Command& command, ListOptions& options, const std::vector<std::string>& columns,
                      Completes kind = Completes::nothing);

/// `--columns`, which lists and the verbs that show an object have.
void add_columns_option(Command& command, std::vector<std::string>& columns,
                        const std::vector<std::string>& names, Completes kind = Completes::nothing);

/// The index of the column `name`, in upper or lower case; `_id` means `id`. Error usage when no column has the name.
std::size_t column_index(const std::vector<std::string>& names, const std::string& name);

/// A column of a kind of object, and how its cell is read off one.
template <typename Object>
struct Field {
    render::Column column;
    std::function<std::optional<std::string>(const Object&)> cell;
    bool in_lists = true;                    ///< whether a list shows it unless `--columns` says otherwise
    std::function<void(Services&)> prepare;  ///< fetches what the cells need beside the objects, or empty
    std::function<void(Services&, const Object&)> prepare_one;  ///< the same for one object
};

/// A text as a cell: empty is "not set".
std::optional<std::string> cell(const std::string& text);

/// Empty without a value.
std::string yes_or_no(const std::optional<bool>& value);
std::string digits(const std::optional<std::uint64_t>& value);

/// A time as a cell, converted to UTC.
std::optional<std::string> time_cell(const std::string& text);

/// A column that shows a text of the object.
template <typename Object>
Field<Object> text(std::string name, std::string Object::*member) {
    return {{std::move(name)}, [member](const Object& object) { return cell(object.*member); }};
}

/// The column of the object's id.
template <typename Object>
Field<Object> id_field() {
    return {{.name = "id", .is_id = true}, [](const Object& object) { return cell(object.id); }};
}

/// A column that shows a time of the object.
template <typename Object>
Field<Object> time(const std::string& name, std::string Object::*member) {
    return {{.name = name, .is_time = true},
            [member](const Object& object) { return time_cell(object.*member); }};
}

/// A column that shows a number of the object, which may be unknown.
template <typename Object, typename Number>
Field<Object> number(std::string name, std::optional<Number> Object::*member) {
    return {{std::move(name), render::Alignment::right},
            [member](const Object& object) -> std::optional<std::string> {
                if (!(object.*member)) return std::nullopt;
                return std::to_string(*(object.*member));
            }};
}

/// A column of a number that counts something, which a table shows as people read it.
template <typename Object, typename Number>
Field<Object> quantity(std::string name, render::Quantity kind, std::optional<Number> Object::*member) {
    auto field = number(std::move(name), member);
    field.column.quantity = kind;
    return field;
}

/// The column, shown in a list only where `--columns` names it.
template <typename Object>
Field<Object> extra(Field<Object> field) {
    field.in_lists = false;
    return field;
}

/// Shows objects as a list: picks columns, filters, sorts and limits, and streams where nothing has to be
/// sorted.
class Listing {
  public:
    /// `shown` are the names of the columns that a list shows by default. Error usage when an option names an unknown column.
    Listing(Console& console, const ListOptions& options, std::vector<render::Column> columns,
            const std::vector<std::string>& shown, render::Settings settings);

    /// Takes the next object; false when no more is wanted.
    bool add(render::Row row);
    void finish();

    /// Runs `source`, which adds the objects, and finishes; when it throws, the output that was begun is ended.
    void show(const std::function<void()>& source);

    /// Whether cells of the column with this index are shown, sorted or filtered by.
    [[nodiscard]] bool uses(std::size_t column) const;

    /// How many were shown.
    [[nodiscard]] std::int64_t count() const { return count_; }

  private:
    struct Filter {
        std::size_t column;
        std::string glob;
        bool wanted;  ///< whether rows that match are shown, or the others
    };
    struct Sort {
        std::size_t column;
        bool descending;
    };

    [[nodiscard]] std::size_t index_of(const std::string& name) const;
    [[nodiscard]] Filter parse_filter(const std::string& text) const;
    /// The first column of that name that is not shown yet; the first of that name when all are shown.
    [[nodiscard]] std::size_t next_index_of(const std::string& name) const;
    [[nodiscard]] bool matches(const render::Row& row) const;
    void show_held();
    void sort_rows();
    bool show_row(render::Row row);

    std::vector<render::Column> columns_;
    std::vector<std::size_t> shown_;
    bool shows_cells_;  ///< rather than documents or ids
    std::vector<Filter> filters_;
    std::vector<Sort> sorts_;
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
Listing make_listing(Console& console, const ListOptions& options, const std::vector<Field<Object>>& fields) {
    std::vector<std::string> shown;
    for (const auto& field : fields) {
        if (field.in_lists) shown.push_back(field.column.name);
    }
    return Listing(console, options, columns_of(fields), shown, console.render_settings());
}

/// Says on a terminal, where an empty table shows nothing, that there is no object, and which command makes the first.
void say_list_is_empty(Console& console, const ListOptions& options, const std::string& noun,
                       const std::string& maker);

/// The fields that `--columns` names, in its order; all without it. Error usage when it names an unknown one.
template <typename Object>
std::vector<Field<Object>> pick_fields(const std::vector<Field<Object>>& fields,
                                       const std::vector<std::string>& columns) {
    if (columns.empty()) return fields;
    std::vector<Field<Object>> picked;
    picked.reserve(columns.size());
    for (const auto& column : columns) picked.push_back(fields[column_index(column_names(fields), column)]);
    return picked;
}

/// Fetches what the cells that the listing uses need beside the objects. Returns the indices of their columns.
template <typename Object>
std::vector<std::size_t> prepare_used(Services& services, const std::vector<Field<Object>>& fields,
                                      const Listing& listing) {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (!listing.uses(i)) continue;
        if (fields[i].prepare) fields[i].prepare(services);
        used.push_back(i);
    }
    return used;
}

/// Fetches what the object's cells need beside it, where the format has cells.
template <typename Object>
void prepare_cells(Services& services, const std::vector<Field<Object>>& fields, const Object& object) {
    if (!render::traits(services.options().format()).cells) return;
    for (const auto& field : fields) {
        if (field.prepare_one) field.prepare_one(services, object);
    }
}

/// Shows one object, as `create` and `show` do.
template <typename Object>
void show_object(Services& services, const std::vector<Field<Object>>& fields, const Object& object) {
    prepare_cells(services, fields, object);
    render::render_object(columns_of(fields), to_row(fields, object), services.render_settings(),
                          services.io().out);
}

/// Shows the objects of a command that takes several names: one as `show_object` does, several as a list; as a table, blocks
/// with an empty line between them.
template <typename Object>
class ObjectList {
  public:
    ObjectList(Services& services, std::vector<Field<Object>> fields, std::size_t count)
        : services_(services), fields_(std::move(fields)) {
        const auto settings = services.render_settings();
        blocks_ = count == 1 || settings.format == render::Format::table;
        if (!blocks_) list_ = render::make_list_renderer(columns_of(fields_), settings, services.io().out);
    }

    void add(const Object& object) {
        if (!blocks_) {
            prepare_cells(services_, fields_, object);
            list_->add(to_row(fields_, object));
            return;
        }
        if (std::exchange(begun_, true)) services_.io().out.write("\n");
        show_object(services_, fields_, object);
    }

    void finish() {
        if (!blocks_) list_->finish();
    }

  private:
    Services& services_;
    std::vector<Field<Object>> fields_;
    bool blocks_ = false;
    bool begun_ = false;
    std::unique_ptr<render::Renderer> list_;
};

/// Says what was done to an object: a message for people; all formats but table show the object too.
template <typename Object>
void show_done(Services& services, const std::vector<Field<Object>>& fields, const Object& object,
               const std::string& message) {
    if (services.options().format() != render::Format::table) show_object(services, fields, object);
    services.message(message);
}

}  // namespace prevision::cli
