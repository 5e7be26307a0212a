#include "platform/store/tokens.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <sodium.h>

#include "core/error.hpp"
#include "core/id.hpp"
#include "core/utf8.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

namespace {

constexpr std::string_view prefix = "prv_";
constexpr std::size_t id_size = 24;
constexpr std::size_t secret_bytes = 32;
constexpr auto columns = "id, name, role, project_id, created_at, expires_at, revoked_at, hash";

// ?2 is the time; times are texts of one form, so that they compare as texts.
constexpr auto is_valid_now = "revoked_at = '' AND (expires_at = '' OR expires_at > ?2)";

constexpr std::array<std::pair<Role, std::string_view>, 3> roles{
    {{Role::admin, "admin"}, {Role::editor, "editor"}, {Role::viewer, "viewer"}}};

using Hash = std::array<unsigned char, 32>;

Hash hash_of(std::string_view token) {
    Hash hash{};
    crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(token.data()),
                       token.size(), nullptr, 0);
    return hash;
}

std::string_view bytes_of(const Hash& hash) {
    return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

/// "prv_ID_SECRET": the id finds the hash to compare with.
Secret make_token(const std::string& id) {
    std::array<unsigned char, secret_bytes> random{};
    randombytes_buf(random.data(), random.size());
    std::string text(sodium_base64_ENCODED_LEN(secret_bytes, sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), random.data(), random.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random.data(), random.size());
    text.pop_back();  // the NUL
    Secret token(fmt::format("{}{}_{}", prefix, id, text));
    wipe(text);
    return token;
}

TokenRecord read_row(const sqlite::Statement& row) {
    return {.id = row.text(0),
            .name = row.text(1),
            .role = parse_role(row.text(2)),
            .project_id = row.text(3),
            .created_at = row.text(4),
            .expires_at = row.text(5),
            .revoked_at = row.text(6)};
}

/// The token with this name or id that has not been revoked; it may have expired. Error conflict where one token's name
/// is another one's id.
std::optional<TokenRecord> find_unrevoked(sqlite::Database& database, const std::string& name_or_id) {
    auto statement = database.prepare(
        fmt::format("SELECT {} FROM tokens WHERE (name = ?1 OR id = ?1) AND revoked_at = ''", columns));
    if (!statement.bind(1, name_or_id).step()) return std::nullopt;
    auto record = read_row(statement);
    if (!statement.step()) return record;
    throw Error(ErrorClass::conflict, fmt::format("several tokens have the name or the id '{}'", name_or_id),
                fmt::format("give the id of the one with that name: {}",
                            record.name == name_or_id ? record.id : statement.text(0)));
}

void set_revoked(sqlite::Database& database, const std::string& id, const std::string& time) {
    database.prepare("UPDATE tokens SET revoked_at = ? WHERE id = ?").bind(1, time).bind(2, id).run();
}

/// The id of the project with this name or id; empty for an empty text.
std::string find_project(sqlite::Database& database, const std::string& name_or_id) {
    if (name_or_id.empty()) return {};
    auto statement = database.prepare("SELECT id FROM projects WHERE name = ?1 OR id = ?1");
    statement.bind(1, name_or_id);
    if (!statement.step())
        throw Error(ErrorClass::not_found, fmt::format("there is no project '{}'", name_or_id));
    auto id = statement.text(0);
    if (!statement.step()) return id;
    throw Error(ErrorClass::conflict, fmt::format("several projects have the name '{}'", name_or_id),
                fmt::format("give the id: {} or {}", id, statement.text(0)));
}

}  // namespace

std::string_view to_string(Role role) {
    return std::ranges::find(roles, role, &std::pair<Role, std::string_view>::first)->second;
}

Role parse_role(std::string_view text) {
    const auto* const found = std::ranges::find(roles, text, &std::pair<Role, std::string_view>::second);
    if (found != roles.end()) return found->first;
    throw Error(ErrorClass::usage,
                fmt::format("invalid role: '{}' is not one of admin, editor, viewer", text));
}

NewToken Tokens::create(const TokenRequest& request) {
    if (request.name.empty()) throw Error(ErrorClass::invalid, "invalid name: a token needs one");
    const auto now = clock_.now();
    TokenRecord record{.id = new_id(),
                       .name = valid_utf8(request.name),
                       .role = request.role,
                       .project_id = {},
                       .created_at = format_time(now),
                       .expires_at = request.lifetime ? format_time(now + *request.lifetime) : "",
                       .revoked_at = {}};
    auto token = make_token(record.id);
    store_.write([&](sqlite::Database& database) {
        record.project_id = find_project(database, request.project);
        if (const auto other = find_unrevoked(database, record.name)) {
            if (is_valid(*other)) {
                throw Error(ErrorClass::conflict, fmt::format("there is a token '{}' already", record.name),
                            "choose another name, or revoke that one first");
            }
            set_revoked(database, other->id, other->expires_at);
        }
        database
            .prepare(
                "INSERT INTO tokens (id, name, role, project_id, created_at, expires_at, hash)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)")
            .bind(1, record.id)
            .bind(2, record.name)
            .bind(3, to_string(record.role))
            .bind(4, record.project_id)
            .bind(5, record.created_at)
            .bind(6, record.expires_at)
            .bind_blob(7, bytes_of(hash_of(token.reveal())))
            .run();
    });
    return {.record = std::move(record), .token = std::move(token)};
}

std::vector<TokenRecord> Tokens::list() {
    return store_.read([&](sqlite::Database& database) {
        std::vector<TokenRecord> tokens;
        auto statement = database.prepare(fmt::format("SELECT {} FROM tokens ORDER BY seq", columns));
        while (statement.step()) tokens.push_back(read_row(statement));
        return tokens;
    });
}

TokenRecord Tokens::revoke(const std::string& name_or_id) {
    return store_.write([&](sqlite::Database& database) {
        auto record = find_unrevoked(database, name_or_id);
        if (!record) {
            throw Error(ErrorClass::not_found, fmt::format("there is no token '{}' to revoke", name_or_id),
                        "'prevision serve token list' shows them");
        }
        record->revoked_at = format_time(clock_.now());
        set_revoked(database, record->id, record->revoked_at);
        return *record;
    });
}

std::optional<TokenRecord> Tokens::find(std::string_view token) {
    if (!token.starts_with(prefix) || token.size() < prefix.size() + id_size) return std::nullopt;
    const auto hash = hash_of(token);
    return store_.read([&](sqlite::Database& database) -> std::optional<TokenRecord> {
        auto statement = database.prepare(
            fmt::format("SELECT {} FROM tokens WHERE id = ?1 AND {}", columns, is_valid_now));
        statement.bind(1, token.substr(prefix.size(), id_size)).bind(2, format_time(clock_.now()));
        if (!statement.step()) return std::nullopt;
        const auto stored = statement.text(7);
        if (stored.size() != hash.size() || sodium_memcmp(stored.data(), hash.data(), hash.size()) != 0)
            return std::nullopt;
        return read_row(statement);
    });
}

std::set<std::string> Tokens::valid_ids() {
    return store_.read([&](sqlite::Database& database) {
        std::set<std::string> ids;
        auto statement = database.prepare(fmt::format("SELECT id FROM tokens WHERE {}", is_valid_now));
        statement.bind(2, format_time(clock_.now()));
        while (statement.step()) ids.insert(statement.text(0));
        return ids;
    });
}

bool Tokens::is_valid(const TokenRecord& record) const {
    return record.revoked_at.empty() &&
           (record.expires_at.empty() || record.expires_at > format_time(clock_.now()));
}

}  // namespace prevision::platform
