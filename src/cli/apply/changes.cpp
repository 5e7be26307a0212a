#include "cli/apply/changes.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "cli/verbs/listing.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "platform/datasets/file_format.hpp"

namespace prevision::cli {

namespace {

class StateReader {
  public:
    explicit StateReader(Services& services) : services_(services) {}

    PlatformState read(const std::set<Kind>& kinds) {
        auto& client = services_.client();
        const auto& project = services_.project_id();
        client.list_connectors(project, [&](model::Connector connector) {
            add(connector);
            return true;
        });
        if (kinds.contains(Kind::datasource)) {
            client.list_datasources(project, [&](const model::Datasource& datasource) {
                add(datasource);
                return true;
            });
        }
        if (kinds.contains(Kind::exporter)) {
            client.list_exporters(project, [&](const model::Exporter& exporter) {
                add(exporter);
                return true;
            });
        }
        return std::move(state_);
    }

  private:
    using Fields = std::vector<std::pair<std::string, std::string>>;

    void add(Kind kind, const std::string& id, const std::string& name, const Fields& fields) {
        PlatformObject object{.kind = kind, .id = id, .name = name, .fields = {}};
        for (const auto& [field, value] : fields) {
            if (!value.empty()) object.fields.emplace(field, value);
        }
        state_.objects.push_back(std::move(object));
    }

    void add(model::Connector& connector) {
        Fields fields{{"type", connector.type},
                      {"host", connector.host},
                      {"port", connector.port ? fmt::format("{}", *connector.port) : ""},
                      {"username", connector.username}};
        for (const auto& [name, value] : connector.options) fields.emplace_back(name, value);
        add(Kind::connector, connector.id, connector.name, fields);
        names_[connector.id] = connector.name;
        state_.connectors.emplace(connector.name, std::move(connector));
    }

    void add(const model::Datasource& datasource) {
        add(Kind::datasource, datasource.id, datasource.name,
            {{"connector", name_of(datasource.connector_id)},
             {"database", datasource.database},
             {"table", datasource.table},
             {"request", datasource.request},
             {"bucket", datasource.bucket},
             {"path", datasource.path},
             {"g_cloud", datasource.g_cloud},
             {"separator", datasource.format.separator},
             {"quote", datasource.format.quote},
             {"escape", datasource.format.escape},
             {"comment", datasource.format.comment},
             {"header", yes_or_no(datasource.format.header)},
             {"skip", digits(datasource.format.skip)},
             {"encoding", datasource.format.encoding}});
    }

    void add(const model::Exporter& exporter) {
        add(Kind::exporter, exporter.id, exporter.name,
            {{"connector", name_of(exporter.connector_id)},
             {"database", exporter.database},
             {"table", exporter.table},
             {"bucket", exporter.bucket},
             {"path", exporter.filepath},
             {"g_cloud", exporter.g_cloud},
             {"write_mode", exporter.table.empty() ? exporter.file_write_mode : exporter.database_write_mode},
             {"description", exporter.description}});
    }

    [[nodiscard]] std::string name_of(const std::string& connector_id) const {
        const auto found = names_.find(connector_id);
        return found == names_.end() ? connector_id : found->second;
    }

    Services& services_;
    PlatformState state_;
    std::map<std::string, std::string> names_;  ///< of connectors, by id
};

/// What the platform keeps for a field: a tab by itself, however it was written.
std::string kept_value(const Declared& declared, const std::string& field, const model::FileFormat& format) {
    if (field == "separator") return format.separator;
    if (field == "quote") return format.quote;
    if (field == "escape") return format.escape;
    if (field == "comment") return format.comment;
    if (field == "header") return yes_or_no(format.header);
    if (field == "skip") return digits(format.skip);
    if (field == "encoding") return format.encoding;
    return declared.text(field);
}

/// Whether the platform settles a field by itself where it is left out: then what it chose is no difference.
bool is_settled_by_platform(const std::string& field) {
    constexpr std::array<std::string_view, 3> fields{"type", "host_key", "write_mode"};
    return std::ranges::find(fields, field) != fields.end();
}

std::vector<FieldChange> differing_fields(const Declared& declared, const PlatformObject& there) {
    std::vector<FieldChange> changes;
    const auto format = declared_format(declared);
    for (const auto& field : declared_fields(declared.kind)) {
        const auto wanted = kept_value(declared, field, format);
        if (wanted.empty() && is_settled_by_platform(field)) continue;
        const auto found = there.fields.find(field);
        const auto value = found == there.fields.end() ? std::string() : found->second;
        const bool any_case = field == "type" || field == "encoding";
        const bool is_tab = field == "separator" && value == "\t" && (wanted == "tab" || wanted == "\\t");
        const bool same = is_tab || (any_case ? equal_ignoring_case(value, wanted) : value == wanted);
        if (!same) changes.push_back({.name = field, .from = value, .to = wanted});
    }
    return changes;
}

}  // namespace

model::FileFormat declared_format(const Declared& declared) {
    const auto told = [&](std::string_view field) {
        auto value = declared.text(field);
        return value == "auto" ? std::string() : value;
    };
    model::FileFormat format{.separator = told("separator"),
                             .quote = told("quote"),
                             .escape = told("escape"),
                             .comment = told("comment"),
                             .header = {},
                             .skip = {},
                             .encoding = told("encoding")};
    if (const auto skip = told("skip"); !skip.empty()) {
        const auto lines = parse_integer(skip).value_or(-1);
        if (lines < 0) {
            throw Error(ErrorClass::invalid,
                        fmt::format("{}: skip '{}' is neither a number of lines nor auto",
                                    declared.where("skip"), skip));
        }
        format.skip = static_cast<std::uint64_t>(lines);
    }
    const auto header = told("header");
    if (header == "yes" || header == "true") format.header = true;
    if (header == "no" || header == "false") format.header = false;
    if (!header.empty() && !format.header) {
        throw Error(ErrorClass::invalid, fmt::format("{}: header '{}' is none of auto, yes, no",
                                                     declared.where("header"), header));
    }
    try {
        return platform::normal_format(format);
    } catch (const Error& error) {
        throw Error(error.error_class(), fmt::format("{}: {}", declared.where("separator"), error.what()),
                    error.hint());
    }
}

const PlatformObject* PlatformState::find(Kind kind, const std::string& name) const {
    const PlatformObject* found = nullptr;
    for (const auto& object : objects) {
        if (object.kind != kind || object.name != name) continue;
        if (found != nullptr) {
            throw Error(
                ErrorClass::usage,
                fmt::format("two {}s are named '{}': {} and {}", to_string(kind), name, found->id, object.id),
                "a file tells objects by their names: delete one of the two");
        }
        found = &object;
    }
    return found;
}

PlatformState read_platform_state(Services& services, const std::set<Kind>& kinds) {
    return StateReader(services).read(kinds);
}

std::string to_string(Change::Action action) {
    switch (action) {
        case Change::Action::create:
            return "create";
        case Change::Action::update:
            return "update";
        case Change::Action::replace:
            return "replace";
        default:
            return "delete";
    }
}

std::vector<Change> compare(const Declarations& declarations, const PlatformState& state, bool prune) {
    std::vector<Change> changes;
    for (const auto& declared : declarations.objects) {
        Change change{
            .kind = declared.kind, .name = declared.name, .id = {}, .declared = &declared, .fields = {}};
        if (const auto* there = state.find(declared.kind, declared.name)) {
            change.id = there->id;
            change.fields = differing_fields(declared, *there);
            if (change.fields.empty()) continue;
            // The platform has no call that changes an exporter.
            change.action =
                declared.kind == Kind::exporter ? Change::Action::replace : Change::Action::update;
        }
        changes.push_back(std::move(change));
    }
    if (!prune) return changes;
    for (auto object = state.objects.rbegin(); object != state.objects.rend(); ++object) {
        if (!declarations.sections.contains(object->kind) ||
            declarations.find(object->kind, object->name) != nullptr)
            continue;
        changes.push_back({.action = Change::Action::remove,
                           .kind = object->kind,
                           .name = object->name,
                           .id = object->id,
                           .declared = nullptr,
                           .fields = {}});
    }
    return changes;
}

}  // namespace prevision::cli
