#pragma once

#include <string>

#include "api/client.hpp"
#include "model/exporter.hpp"

namespace prevision::api {

/// The platform's exporters, over a client's calls; its errors are the client's. The client must outlive it.
class Exporters {
  public:
    explicit Exporters(Client& client) : client_(client) {}

    void list(const std::string& project_id, const Client::Each<model::Exporter>& each);
    model::Exporter get(const std::string& id);
    model::Exporter create(const std::string& project_id, const model::Exporter& exporter);
    void remove(const ObjectReference& exporter);
    /// Removes those of a project that are wanted; none where the platform knows of no exporters.
    void remove_each(const std::string& project_id,
                     const std::function<bool(const model::Exporter&)>& wanted);

    /// Writes a dataset through it. The export may be under way still when this returns.
    model::Export run(const ObjectReference& exporter, const ObjectReference& dataset);
    model::Export get_export(const std::string& id);

  private:
    Client& client_;
};

}  // namespace prevision::api
