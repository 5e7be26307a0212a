#pragma once

#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "cli/completion/completion.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// How long names of a platform or a distant system are kept.
inline constexpr std::chrono::seconds completion_cache_age{60};

/// How long TAB waits for names.
inline constexpr std::chrono::milliseconds completion_budget{250};

/// The names, asked of the platform in this process. Throws as the client does.
std::vector<Candidate> ask_for_names(Services& services, const NameQuery& query);

/// The same by another run of this program, which is left alone when the budget is spent: it goes on and
/// keeps what it finds for the next TAB. Kept names are taken where they are young enough. Never throws.
std::vector<Candidate> names_within_budget(Services& services, std::span<const std::string> words,
                                           const NameQuery& query);

/// Keeps names for `names_within_budget`, where they come from afar.
void keep_names(Services& services, const NameQuery& query, const std::vector<Candidate>& names);

/// A name a line, with a tab and its description; a name that a line cannot hold is left out.
std::string to_lines(const std::vector<Candidate>& candidates);

}  // namespace prevision::cli
