#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "model/model.hpp"
#include "platform/store/page.hpp"
#include "platform/store/store.hpp"

namespace prevision::platform {

struct ProjectRecord {
    model::Project project;
    std::uint64_t datasets = 0;
};

/// The projects of a store. Errors beside those named are the store's.
class ProjectTable {
  public:
    explicit ProjectTable(Store& store) : store_(store) {}

    /// Calls `change` on the current project, and writes and returns the result. Error not_found, and what `change`
    /// throws: nothing is written then.
    ProjectRecord update(const std::string& id, const std::function<void(model::Project&)>& change,
                         Names names);

    void insert(const model::Project& project, Names names = Names::repeated);
    std::optional<ProjectRecord> find(const std::string& id);
    Listed<ProjectRecord> list(const Page& page);

    /// The list of one project only; empty when there is no such project, or it is not on the page.
    Listed<ProjectRecord> list_one(const std::string& id, const Page& page);

    /// Error not_found, or conflict while anything belongs to it.
    void remove(const std::string& id);

  private:
    Store& store_;
};

}  // namespace prevision::platform
