#include <set>

#include <fmt/format.h>

#include "cli/apply/state.hpp"
#include "cli/connector/secrets.hpp"
#include "cli/nouns.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// "my shop!" → "MY_SHOP_PASSWORD", followed by a number when that is taken.
std::string variable_for(const std::string& name, std::set<std::string>& taken) {
    std::string stem;
    for (const char c : name) {
        const bool is_small = c >= 'a' && c <= 'z';
        const bool is_kept = (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (is_small || is_kept) {
            stem += is_small ? static_cast<char>(c - 'a' + 'A') : c;
        } else if (!stem.empty() && stem.back() != '_') {
            stem += '_';
        }
    }
    if (stem.ends_with('_')) stem.pop_back();
    if (stem.empty() || (stem[0] >= '0' && stem[0] <= '9')) stem = stem.empty() ? "CONNECTOR" : "_" + stem;
    auto variable = stem + "_PASSWORD";
    for (int number = 2; !taken.insert(variable).second; ++number)
        variable = fmt::format("{}_PASSWORD_{}", stem, number);
    return variable;
}

/// A whole project as JSON, in the form that `apply` reads.
class Dump {
  public:
    explicit Dump(const PlatformState& state) : state_(state) {}

    std::string write() {
        model::JsonObject document;
        for (const auto kind : all_kinds) {
            model::JsonArray objects;
            for (const auto& object : state_.objects) {
                if (object.kind == kind) objects.json(write(object));
            }
            document.json(to_string(kind) + "s", objects.finish());
        }
        return document.finish();
    }

  private:
    std::string write(const PlatformObject& object) {
        static_cast<void>(state_.find(object.kind, object.name));  // Error usage when two have the name
        model::JsonObject document;
        document.text("name", object.name);
        for (const auto& field : declared_fields(object.kind)) {
            const auto found = object.fields.find(field);
            if (found == object.fields.end()) continue;
            const auto number = field == "port" ? parse_integer(found->second) : std::nullopt;
            if (number) {
                document.value(field, *number);
            } else {
                document.text(field, found->second);
            }
        }
        if (object.kind == Kind::connector) write_references(object, document);
        return document.finish();
    }

    /// The platform does not say which secrets there are: a connector has those that its type requires, and who
    /// logs in mostly has a password.
    void write_references(const PlatformObject& connector, model::JsonObject& document) {
        const auto type = connector.fields.find("type");
        for (const auto& [of_type, option] : sources::connector_options()) {
            if (type == connector.fields.end() || type->second != of_type || !option->secret ||
                !option->required || option->name == "password")
                continue;
            document.text(file_field(*option), connector.name + (option->is_object ? ".json" : ".txt"));
        }
        if (connector.fields.contains("username"))
            document.text("password_env", variable_for(connector.name, variables_));
    }

    const PlatformState& state_;
    std::set<std::string> variables_;
};

std::string heading() {
    const auto fields = secret_fields(Kind::connector);
    return fmt::format(
        "# For 'prevision apply'. The platform never shows a secret: say where each one comes from, with\n"
        "# {} or {}.\n",
        fmt::join(fields.begin(), fields.end() - 1, ", "), fields.back());
}

void run_dump(Services& services) {
    using render::Format;
    auto settings = services.render_settings();
    if (settings.format == Format::table) settings.format = Format::yaml;
    if (!render::traits(settings.format).document) {
        throw Error(ErrorClass::usage, "dump writes yaml or json", "leave out -q or -o, or use -o json");
    }
    const auto state = read_platform_state(services, {all_kinds.begin(), all_kinds.end()});
    const auto document = Dump(state).write();
    if (settings.format == Format::yaml) services.io().out.write(heading());
    render::render_object({}, {.id = {}, .cells = {}, .document = document}, settings, services.io().out);
}

}  // namespace

void add_dump(Command& root, Services& services) {
    auto command = root.subcommand("dump", "Write connectors, datasources and exporters as a file for apply");
    command.detail(
        "It is YAML, or JSON with -o json. It has no secrets: for each connector that logs in it names an "
        "environment variable for the password; set it, or name another source.");
    command.example("prevision dump > platform.yaml");
    command.action([&services] { run_dump(services); });
}

}  // namespace prevision::cli
