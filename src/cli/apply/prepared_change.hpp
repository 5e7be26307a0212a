#pragma once

#include <map>
#include <string>

#include "cli/apply/changes.hpp"
#include "cli/apply/secrets.hpp"

namespace prevision::cli {

/// A change, with all that sending it takes: only the platform can still refuse it.
class PreparedChange {
  public:
    /// Throws the Error of a secret that it needs and that could not be read.
    PreparedChange(const Change& change, const SecretsByConnector& secrets);

    /// Makes the change and returns the object's id. `connector_ids` are by name; those of created connectors are
    /// added. Throws as the client does.
    std::string make(std::map<std::string, std::string>& connector_ids, Services& services) const;

    [[nodiscard]] const Change& change() const { return change_; }

  private:
    std::string create(std::map<std::string, std::string>& connector_ids, Services& services,
                       api::Names names) const;
    std::string update(std::map<std::string, std::string>& connector_ids, Services& services) const;
    [[nodiscard]] std::string changed_fields(const std::map<std::string, std::string>& connector_ids) const;
    void remove(api::Client& client) const;

    Change change_;
    model::Connector connector_;  ///< with its secrets, where it is one
};

}  // namespace prevision::cli
