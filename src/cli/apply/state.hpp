#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "cli/apply/fields.hpp"
#include "cli/services.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// An object of the platform, in the words of a declaration.
struct PlatformObject {
    Kind kind = Kind::connector;
    std::string id;
    std::string name;
    std::map<std::string, std::string, std::less<>> fields;  ///< those that are set
};

/// What a project has.
struct PlatformState {
    std::vector<PlatformObject> objects;                               ///< in the order of kinds
    std::multimap<std::pair<Kind, std::string>, std::size_t> by_name;  ///< indexes of `objects`
    std::map<std::string, model::Connector> connectors;                ///< by name

    /// The object of that name, or nullptr. Error usage with every id when several have it.
    [[nodiscard]] const PlatformObject* find(Kind kind, const std::string& name) const;
};

/// Reads the objects of these kinds, and always the connectors, since the others name them.
PlatformState read_platform_state(Services& services, const std::set<Kind>& kinds);

}  // namespace prevision::cli
