#pragma once

#include <map>
#include <string>

#include "cli/apply/changes.hpp"

namespace prevision::cli {

/// Checks every declaration as `create` would, before anything is sent. Error invalid names the file, the
/// line and the field.
void check_declarations(const Declarations& declarations, const PlatformState& state, Services& services);

/// A change, with all that sending it takes: nothing of it can be found wrong without the platform.
class PreparedChange {
  public:
    /// Reads the secrets that it needs. Error names the file and the line where that fails.
    PreparedChange(const Change& change, Services& services);

    /// Makes the change, and gives the object's id. `connector_ids` are by name, and get what is created.
    /// Throws as the client does.
    std::string make(std::map<std::string, std::string>& connector_ids, Services& services) const;

    [[nodiscard]] const Change& change() const { return change_; }

  private:
    std::string create(std::map<std::string, std::string>& connector_ids, Services& services) const;
    void update(const std::map<std::string, std::string>& connector_ids, Services& services) const;
    void remove(api::Client& client) const;

    Change change_;
    model::Connector connector_;  ///< with its secrets, where it is one
};

}  // namespace prevision::cli
