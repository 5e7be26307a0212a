#include "cli/connector/names.hpp"

#include "core/error.hpp"

namespace prevision::cli {

void ConnectorNames::load(Services& services) {
    loaded_ = true;
    try {
        services.client().list<model::Connector>(services.project_id(),
                                                 [&](const model::Connector& connector) {
                                                     names_.emplace(connector.id, connector.name);
                                                     return true;
                                                 });
    } catch (const Error& error) {
        // Whoever may see the list alone still sees it, with ids.
        const auto error_class = error.error_class();
        if (error_class != ErrorClass::auth && error_class != ErrorClass::not_found) throw;
    }
}

std::optional<std::string> ConnectorNames::find(const std::string& id) const {
    if (!loaded_) return std::nullopt;
    const auto found = names_.find(id);
    return cell(found == names_.end() ? id : found->second);
}

}  // namespace prevision::cli
