#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/apply/declaration.hpp"
#include "cli/apply/state.hpp"

namespace prevision::cli {

/// A field whose value differs between the platform and the file; empty is not set.
struct FieldChange {
    std::string name;
    std::string from;
    std::string to;
};

/// What has to be done to an object so that the platform has what a file says.
struct Change {
    enum class Action { create, update, remove };

    Action action = Action::create;
    Kind kind = Kind::connector;
    std::string name;
    std::string id;                      ///< of the object that is there
    const Declared* declared = nullptr;  ///< nothing where it is removed; lives in the Declarations
    std::vector<FieldChange> fields;     ///< of an update
    std::string secrets{};               ///< how the secrets compare: "password differs"
};

std::string to_string(Change::Action action);

/// What differs between a declaration and the object that is there.
std::vector<FieldChange> differing_fields(const Declared& declared, const PlatformObject& there);

/// What the sections of the files do not have, each before what it needs.
std::vector<Change> removals(const Declarations& declarations, const PlatformState& state);

}  // namespace prevision::cli
