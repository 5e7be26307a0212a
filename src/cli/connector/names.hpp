#pragma once

#include <map>
#include <optional>
#include <string>

#include "cli/verbs/listing.hpp"

namespace prevision::cli {

/// The names of a project's connectors, for lists of what holds their ids.
class ConnectorNames {
  public:
    /// Asks the platform for them. Where it refuses there are none.
    void load(Services& services);

    /// The connector's name, or its id where that is not known; nothing before they were loaded.
    [[nodiscard]] std::optional<std::string> find(const std::string& id) const;

  private:
    bool loaded_ = false;
    std::map<std::string, std::string> names_;
};

/// The column `connector` of objects with a `connector_id`, which people read by its name. `names` must outlive it.
template <typename Object>
Field<Object> connector_field(ConnectorNames& names) {
    return {.column = {"connector"},
            .cell = [&names](const Object& object) { return names.find(object.connector_id); },
            .in_lists = true,
            .prepare = [&names](Services& services) { names.load(services); }};
}

}  // namespace prevision::cli
