#include "platform/store/tokens.hpp"

#include <array>

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
constexpr auto columns = "id, name, role, created_at, revoked_at, hash";

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
            .created_at = row.text(3),
            .revoked_at = row.text(4)};
}

/// The valid token with this name or id.
std::optional<TokenRecord> find_good(sqlite::Database& database, const std::string& name_or_id) {
    auto statement = database.prepare(
        fmt::format("SELECT {} FROM tokens WHERE (name = ?1 OR id = ?1) AND revoked_at = ''", columns));
    if (!statement.bind(1, name_or_id).step()) return std::nullopt;
    return read_row(statement);
}

}  // namespace

std::string_view to_string(Role role) { return role == Role::admin ? "admin" : "viewer"; }

Role parse_role(std::string_view text) {
    if (text == "admin") return Role::admin;
    if (text == "viewer") return Role::viewer;
    throw Error(ErrorClass::usage, fmt::format("invalid role: '{}' is not one of admin, viewer", text));
}

NewToken Tokens::create(const std::string& name, Role role) {
    if (name.empty()) throw Error(ErrorClass::invalid, "invalid name: a token needs one");
    TokenRecord record{.id = new_id(),
                       .name = valid_utf8(name),
                       .role = role,
                       .created_at = format_time(clock_.now()),
                       .revoked_at = {}};
    auto token = make_token(record.id);
    store_.write([&](sqlite::Database& database) {
        if (find_good(database, record.name)) {
            throw Error(ErrorClass::conflict, fmt::format("there is a token '{}' already", record.name),
                        "choose another name, or revoke that one first");
        }
        database.prepare("INSERT INTO tokens (id, name, role, hash, created_at) VALUES (?, ?, ?, ?, ?)")
            .bind(1, record.id)
            .bind(2, record.name)
            .bind(3, to_string(role))
            .bind_blob(4, bytes_of(hash_of(token.reveal())))
            .bind(5, record.created_at)
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
        auto record = find_good(database, name_or_id);
        if (!record) {
            throw Error(ErrorClass::not_found, fmt::format("there is no token '{}' to revoke", name_or_id),
                        "'prevision serve token list' shows them");
        }
        record->revoked_at = format_time(clock_.now());
        database.prepare("UPDATE tokens SET revoked_at = ? WHERE id = ?")
            .bind(1, record->revoked_at)
            .bind(2, record->id)
            .run();
        return *record;
    });
}

std::optional<TokenRecord> Tokens::find(std::string_view token) {
    if (!token.starts_with(prefix) || token.size() < prefix.size() + id_size) return std::nullopt;
    const auto hash = hash_of(token);
    return store_.read([&](sqlite::Database& database) -> std::optional<TokenRecord> {
        auto statement =
            database.prepare(fmt::format("SELECT {} FROM tokens WHERE id = ? AND revoked_at = ''", columns));
        if (!statement.bind(1, token.substr(prefix.size(), id_size)).step()) return std::nullopt;
        const auto stored = statement.text(5);
        if (stored.size() != hash.size() || sodium_memcmp(stored.data(), hash.data(), hash.size()) != 0)
            return std::nullopt;
        return read_row(statement);
    });
}

}  // namespace prevision::platform
