#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cli/apply/declaration.hpp"
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
    std::vector<PlatformObject> objects;                 ///< in the order of kinds
    std::map<std::string, model::Connector> connectors;  ///< by name

    /// The object of that name, or nullptr. Error usage with both ids when there are two.
    [[nodiscard]] const PlatformObject* find(Kind kind, const std::string& name) const;

    /// That error alone.
    void require_unique(Kind kind, const std::string& name) const { static_cast<void>(find(kind, name)); }
};

/// Reads the objects of these kinds, and the connectors always: the others name them.
PlatformState read_platform_state(Services& services, const std::set<Kind>& kinds);

/// A field whose value the platform and the file do not agree on; empty is not set.
struct FieldChange {
    std::string name;
    std::string from;
    std::string to;
};

/// How the file of a declared datasource is written, as the platform keeps it. Error invalid, with the place.
model::FileFormat declared_format(const Declared& declared);

/// What has to be done to an object so that the platform has what a file says.
struct Change {
    enum class Action { create, update, replace, remove };

    Action action = Action::create;
    Kind kind = Kind::connector;
    std::string name;
    std::string id;                      ///< of the object that is there
    const Declared* declared = nullptr;  ///< nothing where it is removed; lives in the Declarations
    std::vector<FieldChange> fields;     ///< of an update or a replacement
};

std::string to_string(Change::Action action);

/// The changes in an order in which they can be made: what is new and what changed, each after what it needs,
/// then (with `prune`) what the sections of the file do not have, each before what it needs.
std::vector<Change> compare(const Declarations& declarations, const PlatformState& state, bool prune);

}  // namespace prevision::cli
