#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/secret.hpp"

namespace prevision::platform {

class Store;

/// What a token allows: everything; everything but to manage tokens and compare secrets; only to read. In falling
/// order of power.
enum class Role { admin, editor, viewer };

std::string_view to_string(Role role);

/// Error usage for an unknown role.
Role parse_role(std::string_view text);

/// A token without its secret, of which only a hash is stored.
struct TokenRecord {
    std::string id;
    std::string name;
    Role role = Role::admin;
    std::string project_id;  ///< the only project that it is valid for; empty: all
    std::string created_at;
    std::string expires_at;  ///< empty: never
    std::string revoked_at;  ///< empty while it is valid
};

struct TokenRequest {
    std::string name;
    Role role = Role::admin;
    std::optional<std::chrono::milliseconds> lifetime{};
    std::string project{};  ///< name or id; empty: all projects
};

struct NewToken {
    TokenRecord record;
    Secret token;
};

/// The tokens of a served platform. Each has 256 random bits, so that an unsalted hash is safe to store. Safe on any
/// thread. Every call can also throw the store's errors.
class Tokens {
  public:
    Tokens(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// Error invalid without a name, conflict while a valid token has that name or several projects have the
    /// project's, not_found without such a project.
    NewToken create(const TokenRequest& request);

    /// In the order of creation, with the revoked and the expired ones.
    std::vector<TokenRecord> list();

    /// Revokes by name or id, from the next call on. Error not_found when no valid token has it, conflict where it is one
    /// token's name and another one's id.
    TokenRecord revoke(const std::string& name_or_id);

    /// The record of a token; nothing when it is not valid. Takes constant time in the secret part.
    std::optional<TokenRecord> find(std::string_view token);

    /// The ids of the valid tokens.
    std::set<std::string> valid_ids();

    /// Whether the token has neither been revoked nor expired.
    [[nodiscard]] bool is_valid(const TokenRecord& record) const;

  private:
    Store& store_;
    const Clock& clock_;
};

}  // namespace prevision::platform
