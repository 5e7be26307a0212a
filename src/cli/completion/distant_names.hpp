#pragma once

#include <string>
#include <vector>

#include "cli/completion/completion.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// The names in the remote system of the connector on the line: databases, tables, buckets, or the contents of the folder
/// that is being typed. Throws as the client does.
std::vector<Candidate> distant_names(Services& services, const NameQuery& query);

/// The part of a typed path up to its last '/'; empty for other names.
std::string typed_folder(const NameQuery& query);

}  // namespace prevision::cli
