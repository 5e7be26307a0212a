#pragma once

#include <optional>
#include <string>

#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

/// What the tables of all objects that belong to a project share. Errors beside those named are the store's.
template <typename Object>
class Table {
  public:
    explicit Table(Store& store) : store_(store) {}

    std::optional<Object> find(const std::string& id);

    /// Error not_found when there is no such project.
    Listed<Object> list(const std::string& project_id, const Page& page);

  protected:
    Store& store_;
};

}  // namespace prevision::platform
