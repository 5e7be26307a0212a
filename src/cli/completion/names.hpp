#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "cli/completion/completion.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// How long names of a platform or a remote system are cached.
inline constexpr std::chrono::seconds completion_cache_age{60};

/// How long TAB waits for names.
inline constexpr std::chrono::milliseconds completion_budget{250};

/// Asks the platform for the names, in this process. Throws as the client does.
std::vector<Candidate> ask_for_names(Services& services, const NameQuery& query);

/// The same: names of the embedded platform in this process, which ends when the budget is spent; others by another process of
/// this program. When the budget is spent that process continues, and caches the names for
/// the next TAB. Cached names are used while they are young enough. Never throws.
std::vector<Candidate> names_within_budget(Services& services, std::span<const std::string> words,
                                           const NameQuery& query);

/// Caches names for `names_within_budget` when they come over a network.
void keep_names(Services& services, const NameQuery& query, const std::vector<Candidate>& names);

/// A name a line, with a tab and its description; a name with a line break or tab is left out.
std::string to_lines(const std::vector<Candidate>& candidates);

}  // namespace prevision::cli
