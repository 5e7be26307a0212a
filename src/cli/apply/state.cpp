#include "cli/apply/state.hpp"

#include <fmt/format.h>

#include "cli/verbs/listing.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

class StateReader {
  public:
    explicit StateReader(Services& services) : services_(services) {}

    PlatformState read(const std::set<Kind>& kinds) {
        list<model::Connector>();
        if (kinds.contains(Kind::datasource)) list<model::Datasource>();
        if (kinds.contains(Kind::exporter)) list<model::Exporter>();
        return std::move(state_);
    }

  private:
    template <typename Object>
    void list() {
        services_.client().list<Object>(services_.project_id(), [&](Object object) {
            add(object);
            return true;
        });
    }

    /// Adds an object; its fields are set afterwards, those with a value.
    PlatformObject& add(Kind kind, const std::string& id, const std::string& name) {
        state_.by_name.emplace(std::pair(kind, name), state_.objects.size());
        return state_.objects.emplace_back(
            PlatformObject{.kind = kind, .id = id, .name = name, .fields = {}});
    }

    static void set(PlatformObject& object, std::string_view field, const std::string& value) {
        if (!value.empty()) object.fields.emplace(field, value);
    }

    void add(model::Connector& connector) {
        auto& object = add(Kind::connector, connector.id, connector.name);
        set(object, "type", connector.type);
        set(object, "host", connector.host);
        if (connector.port) set(object, "port", fmt::format("{}", *connector.port));
        set(object, "username", connector.username);
        for (const auto& [name, value] : connector.options) set(object, name, value);
        names_[connector.id] = connector.name;
        state_.connectors.emplace(connector.name, std::move(connector));
    }

    void add(const model::Datasource& datasource) {
        auto& object = add(Kind::datasource, datasource.id, datasource.name);
        set(object, "connector", name_of(datasource.connector_id));
        for (const auto& text : datasource_texts) set(object, text.name, datasource.*text.member);
        set(object, "separator", datasource.format.separator);
        set(object, "quote", datasource.format.quote);
        set(object, "escape", datasource.format.escape);
        set(object, "comment", datasource.format.comment);
        set(object, "header", yes_or_no(datasource.format.header));
        set(object, "skip", digits(datasource.format.skip));
        set(object, "encoding", datasource.format.encoding);
    }

    void add(const model::Exporter& exporter) {
        auto& object = add(Kind::exporter, exporter.id, exporter.name);
        set(object, "connector", name_of(exporter.connector_id));
        for (const auto& text : exporter_texts) set(object, text.name, exporter.*text.member);
        set(object, "write_mode",
            exporter.table.empty() ? exporter.file_write_mode : exporter.database_write_mode);
    }

    [[nodiscard]] std::string name_of(const std::string& connector_id) const {
        const auto found = names_.find(connector_id);
        return found == names_.end() ? connector_id : found->second;
    }

    Services& services_;
    PlatformState state_;
    std::map<std::string, std::string> names_;  ///< of connectors, by id
};

}  // namespace

const PlatformObject* PlatformState::find(Kind kind, const std::string& name) const {
    const auto [first, last] = by_name.equal_range({kind, name});
    if (first == last) return nullptr;
    if (std::next(first) == last) return &objects[first->second];
    std::vector<std::string> ids;
    for (auto found = first; found != last; ++found) ids.push_back(objects[found->second].id);
    throw Error(ErrorClass::usage,
                fmt::format("{} {}s are named '{}': {}", ids.size(), to_string(kind), name, join(ids, ", ")),
                "a file names objects by their names: rename or delete all but one");
}

PlatformState read_platform_state(Services& services, const std::set<Kind>& kinds) {
    return StateReader(services).read(kinds);
}

}  // namespace prevision::cli
