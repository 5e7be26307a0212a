#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/secret.hpp"

namespace prevision::platform {

class Store;

/// What the bearer of a token may do: everything, or only look.
enum class Role { admin, viewer };

std::string_view to_string(Role role);

/// Error usage when it is none.
Role parse_role(std::string_view text);

/// A token, as far as it can be told: what it is itself was shown once and is known here as a hash only.
struct TokenRecord {
    std::string id;
    std::string name;
    Role role = Role::admin;
    std::string created_at;
    std::string revoked_at;  ///< empty while it is good
};

struct NewToken {
    TokenRecord record;
    Secret token;
};

/// The tokens that open a served platform. Of 256 random bits each, so that a plain hash of one tells nothing
/// of it. Safe on any thread. Errors beside those named are the store's.
class Tokens {
  public:
    Tokens(Store& store, const Clock& clock) : store_(store), clock_(clock) {}

    /// Error invalid without a name, conflict while a good token has that name.
    NewToken create(const std::string& name, Role role);

    /// In the order of creation, with those that were revoked.
    std::vector<TokenRecord> list();

    /// By name or id; it holds for the next call already. Error not_found when no good token has it.
    TokenRecord revoke(const std::string& name_or_id);

    /// Whose token it is; nothing when it is no good one. How long that takes tells nothing of the token.
    std::optional<TokenRecord> find(std::string_view token);

  private:
    Store& store_;
    const Clock& clock_;
};

}  // namespace prevision::platform
