#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/utf8.hpp"
#include "model/model.hpp"
#include "platform/store/tables/table.hpp"
#include "sqlite/sqlite.hpp"

/// Reads and writes rows of the store's tables. Call these functions inside a transaction.
namespace prevision::platform::rows {

/// How an object is stored in a table. A specialization has
/// - `table`, and `noun` for messages;
/// - `owner`: the column whose value selects a list, such as "project_id";
/// - `visit(object, column)`, which calls `column(name, member)` for every column, "id" first;
/// - optionally `keeps_name`: the condition on an object that another one's name must differ from;
/// - optionally `complete(object)`, which derives the members that have no column from those that were read.
template <typename Object>
struct Layout;

/// Binds each visited member to the next parameter. Texts are made valid UTF-8.
class Binder {
  public:
    explicit Binder(sqlite::Statement& statement) : statement_(statement) {}

    void operator()(std::string_view column, const std::string& value);
    void operator()(std::string_view /*column*/, const bool& value) {
        statement_.bind(++index_, static_cast<std::int64_t>(value));
    }
    void operator()(std::string_view column, const std::map<std::string, std::string>& value);
    void operator()(std::string_view column, const std::vector<model::SchemaColumn>& value);
    template <typename Number>
    void operator()(std::string_view /*column*/, const std::optional<Number>& value) {
        ++index_;
        if (value) {
            statement_.bind(index_, static_cast<std::int64_t>(*value));
        } else {
            statement_.bind_null(index_);
        }
    }

  private:
    sqlite::Statement& statement_;
    int index_ = 0;
};

/// Sets each visited member from the next column of a row.
class Reader {
  public:
    explicit Reader(const sqlite::Statement& row) : row_(row) {}

    void operator()(std::string_view column, std::string& value);
    void operator()(std::string_view /*column*/, bool& value) { value = row_.integer(index_++) != 0; }
    void operator()(std::string_view column, std::map<std::string, std::string>& value);
    void operator()(std::string_view column, std::vector<model::SchemaColumn>& value);
    template <typename Number>
    void operator()(std::string_view /*column*/, std::optional<Number>& value) {
        if (!row_.is_null(index_)) value = static_cast<Number>(row_.integer(index_));
        ++index_;
    }

  private:
    const sqlite::Statement& row_;
    int index_ = 0;
};

/// The names of the columns in the order of `visit`, each put into `format`, separated by commas.
template <typename Object>
std::string columns(std::string_view format) {
    std::string text;
    const Object object{};
    Layout<Object>::visit(object, [&](std::string_view name, const auto& /*member*/) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", fmt::format(fmt::runtime(format), name));
    });
    return text;
}

template <typename Object>
Object read(const sqlite::Statement& row) {
    Object object{};
    Reader reader(row);
    Layout<Object>::visit(object, reader);
    if constexpr (requires { Layout<Object>::complete(object); }) Layout<Object>::complete(object);
    return object;
}

template <typename Object>
sqlite::Statement select(sqlite::Database& database, std::string_view clauses) {
    return database.prepare(
        fmt::format("SELECT {} FROM {} {}", columns<Object>("\"{}\""), Layout<Object>::table, clauses));
}

template <typename Object>
std::optional<Object> find(sqlite::Database& database, const std::string& id) {
    auto statement = select<Object>(database, "WHERE id = ?");
    if (!statement.bind(1, id).step()) return std::nullopt;
    return read<Object>(statement);
}

/// Error not_found: "there is no connector 5f…".
template <typename Object>
[[noreturn]] void fail_missing(const std::string& id) {
    throw Error(ErrorClass::not_found, fmt::format("there is no {} {}", Layout<Object>::noun, id));
}

/// Error not_found.
template <typename Object>
Object get(sqlite::Database& database, const std::string& id) {
    auto object = find<Object>(database, id);
    if (!object) fail_missing<Object>(id);
    return std::move(*object);
}

template <typename Object>
inline constexpr bool has_name = requires(Object object) {
    object.name;
};

/// Error conflict when an object of the same list has the name: "there is a connector 'shop' already".
template <typename Object>
void require_free_name(sqlite::Database& database, const Object& object) {
    std::string condition;
    if constexpr (requires { Layout<Object>::keeps_name; }) condition = Layout<Object>::keeps_name;
    auto statement = database.prepare(fmt::format("SELECT id FROM {} WHERE {} = ?1 AND name = ?2{}{}",
                                                  Layout<Object>::table, Layout<Object>::owner,
                                                  condition.empty() ? "" : " AND ", condition));
    if constexpr (requires { object.project_id; }) {
        statement.bind(1, object.project_id);
    } else {
        statement.bind(1, std::string_view());
    }
    if (!statement.bind(2, valid_utf8(object.name)).step()) return;
    throw Error(ErrorClass::conflict, fmt::format("there is a {} '{}' already: {}", Layout<Object>::noun,
                                                  object.name, statement.text(0)));
}

template <typename Object>
void insert(sqlite::Database& database, const Object& object, Names names = Names::repeated) {
    if constexpr (has_name<Object>) {
        if (names == Names::unique) require_free_name(database, object);
    }
    auto statement = database.prepare(fmt::format("INSERT INTO {} ({}) VALUES ({})", Layout<Object>::table,
                                                  columns<Object>("\"{}\""), columns<Object>("?")));
    Binder binder(statement);
    Layout<Object>::visit(object, binder);
    statement.run();
}

/// Writes every column of the row that has the object's id.
template <typename Object>
void update(sqlite::Database& database, const Object& object) {
    auto statement = database.prepare(
        fmt::format("UPDATE {} SET {} WHERE id = ?1", Layout<Object>::table, columns<Object>("\"{}\" = ?")));
    Binder binder(statement);
    Layout<Object>::visit(object, binder);
    statement.run();
}

/// Changes the object that has the id, and returns it. With `Names::unique`, a new name must be free.
template <typename Object, typename Change>
Object change(sqlite::Database& database, const std::string& id, const Change& change, Names names) {
    auto object = get<Object>(database, id);
    const auto name = object.name;
    change(object);
    if (names == Names::unique && object.name != name) require_free_name(database, object);
    update(database, object);
    return object;
}

/// Error not_found.
template <typename Object>
void remove(sqlite::Database& database, const std::string& id) {
    database.prepare(fmt::format("DELETE FROM {} WHERE id = ?", Layout<Object>::table)).bind(1, id).run();
    if (database.changes() == 0) fail_missing<Object>(id);
}

/// Runs a SELECT COUNT(*) with one parameter.
std::uint64_t count(sqlite::Database& database, std::string_view sql, const std::string& parameter);

/// Calls `each` with every row of a page of those that belong to `owner`, in the order of creation; `select` makes the
/// statement from its clauses. Returns how many rows all pages have: counted only where this page does not show it.
template <typename Object, typename Select, typename Each>
std::uint64_t read_page(sqlite::Database& database, const std::string& owner, const Page& page, Select select,
                        Each each) {
    const bool by_name = has_name<Object> && page.name;
    const auto where = fmt::format("WHERE {} = ?1{}", Layout<Object>::owner, by_name ? " AND name = ?2" : "");
    const auto bind = [&](sqlite::Statement& statement) {
        statement.bind(1, owner);
        if (by_name) statement.bind(2, valid_utf8(*page.name));
    };
    auto statement = select(where + " ORDER BY seq LIMIT ?3 OFFSET ?4");
    bind(statement);
    bind_page(statement, 3, page);
    std::uint64_t rows = 0;
    for (; statement.step(); ++rows) each(statement);
    const bool is_last = rows < page.size && (rows > 0 || page.number == 1);
    if (is_last) return page.offset() + rows;
    auto counted = database.prepare(fmt::format("SELECT COUNT(*) FROM {} {}", Layout<Object>::table, where));
    bind(counted);
    counted.step();
    return static_cast<std::uint64_t>(counted.integer(0));
}

/// Calls `each` with every object of a page of those that belong to `owner`. Returns how many all pages have.
template <typename Object, typename Each>
std::uint64_t each_on_page(sqlite::Database& database, const std::string& owner, const Page& page,
                           Each each) {
    return read_page<Object>(
        database, owner, page, [&](const std::string& clauses) { return select<Object>(database, clauses); },
        [&](const sqlite::Statement& row) { each(read<Object>(row)); });
}

/// The same with their ids. An index holds these, so that no object is read.
template <typename Object, typename Each>
std::uint64_t each_id_on_page(sqlite::Database& database, const std::string& owner, const Page& page,
                              Each each) {
    return read_page<Object>(
        database, owner, page,
        [&](const std::string& clauses) {
            return database.prepare(fmt::format("SELECT id FROM {} {}", Layout<Object>::table, clauses));
        },
        [&](const sqlite::Statement& row) { each(row.view(0)); });
}

/// A page of the objects that belong to `owner`.
template <typename Object>
Listed<Object> list(sqlite::Database& database, const std::string& owner, const Page& page) {
    Listed<Object> list;
    list.total = each_on_page<Object>(database, owner, page,
                                      [&](Object object) { list.items.push_back(std::move(object)); });
    return list;
}

/// All objects whose column has the value, in the order of creation.
template <typename Object>
std::vector<Object> list_by(sqlite::Database& database, std::string_view column, const std::string& value) {
    std::vector<Object> objects;
    auto statement = select<Object>(database, fmt::format("WHERE {} = ?1 ORDER BY seq", column));
    statement.bind(1, value);
    while (statement.step()) objects.push_back(read<Object>(statement));
    return objects;
}

/// Error not_found unless the project has such an object: "invalid connector_id: there is no connector …".
void require_in_project(sqlite::Database& database, std::string_view noun, const std::string& id,
                        const std::string& project_id);

/// Error conflict when the SELECT COUNT(*) counts at least one: "2 datasources use the connector".
void refuse_while_used(sqlite::Database& database, std::string_view sql, const std::string& id,
                       std::string_view one, std::string_view many, const std::string& hint);

/// Error not_found when there is no such project.
void require_project(sqlite::Database& database, const std::string& id);

}  // namespace prevision::platform::rows

namespace prevision::platform {

template <typename Object>
std::optional<Object> Table<Object>::find(const std::string& id) {
    return store_.read([&](sqlite::Database& database) { return rows::find<Object>(database, id); });
}

template <typename Object>
Listed<Object> Table<Object>::list(const std::string& project_id, const Page& page) {
    return store_.read([&](sqlite::Database& database) {
        rows::require_project(database, project_id);
        return rows::list<Object>(database, project_id, page);
    });
}

template <typename Object>
std::uint64_t Table<Object>::each(const std::string& project_id, const Page& page,
                                  const std::function<void(Object)>& each) {
    return store_.read([&](sqlite::Database& database) {
        rows::require_project(database, project_id);
        return rows::each_on_page<Object>(database, project_id, page, each);
    });
}

template <typename Object>
std::uint64_t Table<Object>::each_id(const std::string& project_id, const Page& page,
                                     const std::function<void(std::string_view)>& each) {
    return store_.read([&](sqlite::Database& database) {
        rows::require_project(database, project_id);
        return rows::each_id_on_page<Object>(database, project_id, page, each);
    });
}

}  // namespace prevision::platform
