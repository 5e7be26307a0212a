#include "platform/store/tables/rows.hpp"

#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "model/json_parts.hpp"

namespace prevision::platform::rows {

void Binder::operator()(std::string_view /*column*/, const std::string& value) {
    statement_.bind(++index_, valid_utf8(value));
}

void Binder::operator()(std::string_view column, const std::map<std::string, std::string>& value) {
    model::JsonObject object;
    for (const auto& [name, text] : value) object.text(name, text);
    (*this)(column, object.finish());
}

void Binder::operator()(std::string_view column, const std::vector<model::SchemaColumn>& value) {
    (*this)(column, model::encode_schema(value));
}

void Reader::operator()(std::string_view /*column*/, std::string& value) { value = row_.text(index_++); }

void Reader::operator()(std::string_view /*column*/, std::map<std::string, std::string>& value) {
    const auto members = row_.text(index_++);
    model::for_each_member(members, [&](std::string_view name, std::string_view text) {
        value.emplace(name, model::text_of(text));
        return true;
    });
}

void Reader::operator()(std::string_view /*column*/, std::vector<model::SchemaColumn>& value) {
    value = model::decode_schema(model::parse_json(row_.text(index_++)));
}

std::uint64_t count(sqlite::Database& database, std::string_view sql, const std::string& parameter) {
    auto statement = database.prepare(sql);
    statement.bind(1, parameter).step();
    return static_cast<std::uint64_t>(statement.integer(0));
}

void require_in_project(sqlite::Database& database, std::string_view noun, const std::string& id,
                        const std::string& project_id) {
    auto statement = database.prepare(fmt::format("SELECT 1 FROM {}s WHERE id = ? AND project_id = ?", noun));
    if (statement.bind(1, id).bind(2, project_id).step()) return;
    throw Error(ErrorClass::not_found,
                fmt::format("invalid {0}_id: there is no {0} {1} in the project", noun, id));
}

void refuse_while_used(sqlite::Database& database, std::string_view sql, const std::string& id,
                       std::string_view one, std::string_view many, const std::string& hint) {
    const auto users = count(database, sql, id);
    if (users > 0)
        throw Error(ErrorClass::conflict, fmt::format("{} {}", users, users == 1 ? one : many), hint);
}

void require_project(sqlite::Database& database, const std::string& id) {
    auto statement = database.prepare("SELECT 1 FROM projects WHERE id = ?");
    if (!statement.bind(1, id).step())
        throw Error(ErrorClass::not_found, fmt::format("there is no project {}", id));
}

}  // namespace prevision::platform::rows
