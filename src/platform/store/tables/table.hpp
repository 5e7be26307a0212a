#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

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

    // The same without holding them: these call `each` while they read, and return how many there are on all pages. `each`
    // must not use the store.
    std::uint64_t each(const std::string& project_id, const Page& page,
                       const std::function<void(Object)>& each);
    std::uint64_t each_id(const std::string& project_id, const Page& page,
                          const std::function<void(std::string_view)>& each);

  protected:
    Store& store_;
};

}  // namespace prevision::platform
