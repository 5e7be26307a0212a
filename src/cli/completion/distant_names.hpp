#pragma once

#include <string>
#include <vector>

#include "cli/completion/completion.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

/// What lies within the distant system of the connector that the line names: databases, tables, buckets, or
/// what the folder that is being typed holds. Throws as the client does.
std::vector<Candidate> distant_names(Services& services, const NameQuery& query);

/// The part of a path that is settled: up to its last '/'. Empty for what is no path.
std::string typed_folder(const NameQuery& query);

}  // namespace prevision::cli
