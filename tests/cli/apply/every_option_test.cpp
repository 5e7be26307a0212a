#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <set>
#include <span>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "sources/registry.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

namespace {

/// What can be created: a connector of an engine, or of a type that is kept without one.
struct Kind {
    std::string name;
    std::string type;
    std::span<const sources::Option> options;
    const sources::Engine* engine = nullptr;
};

std::vector<Kind> all_kinds() {
    std::vector<Kind> kinds;
    for (const auto& engine : sources::engines())
        kinds.push_back(
            {std::string(engine.name), std::string(engine.type), engine.connector_options, &engine});
    for (const auto& kept : sources::kept_types())
        kinds.push_back({to_lower(std::string(kept.type)), std::string(kept.type), kept.connector_options});
    return kinds;
}

/// A value that the engine takes for an option, by its table: the first choice, else by what the option is.
std::string value_for(const Kind& kind, const sources::Option& option) {
    if (!option.choices.empty()) return split(option.choices, '|').front();
    if (option.name == "host" && kind.engine->is_file) return "/data/shop.db";
    if (option.name == "port") return "4321";
    if (option.name == "host_key") return "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    if (option.name == "encoding") return "LATIN1";
    if (option.name == "region") return "eu-west-1";
    if (option.name == "time_zone") return "Europe/Paris";
    return std::string(option.name) + ".example";
}

struct Definition {
    std::vector<std::string> arguments;
    std::map<std::string, std::string> shown;  ///< what `show` must answer
    std::set<std::string> secrets;             ///< what the store must keep sealed
};

/// The file of a secret, which is named by its flag: "credentials.json" for --credentials-file.
std::string make_secret_file(const Prevision& prevision, const sources::Option& secret) {
    const auto file = prevision.file(std::string(secret.name)).string();
    if (secret.name == "private_key") {
        testing::shell(fmt::format("rm -f '{0}'; ssh-keygen -q -t ed25519 -N secret -f '{0}'", file));
    } else {
        std::ofstream(file) << (secret.is_object ? R"({"type":"service_account"})" : "secret");
    }
    return file;
}

/// A connector with every option of its table.
Definition define(const Prevision& prevision, const Kind& kind) {
    Definition definition{.arguments = {"connector", "create", kind.name, "--type", kind.type},
                          .shown = {{"type", kind.type}},
                          .secrets = {}};
    const auto add = [&](std::string flag, const std::string& value) {
        std::ranges::replace(flag, '_', '-');
        definition.arguments.insert(definition.arguments.end(), {"--" + flag, value});
    };
    if (kind.engine != nullptr) {
        add("engine", kind.name);
        definition.shown.emplace("engine", kind.name);
    }
    for (const auto& option : kind.options) {
        const std::string name(option.name);
        if (option.secret) definition.secrets.insert(name);
        if (name == "password") {
            definition.arguments.emplace_back("--password-stdin");
        } else if (option.secret) {
            add((option.file_flag.empty() ? name : std::string(option.file_flag)) + "-file",
                make_secret_file(prevision, option));
        } else {
            const auto value = value_for(kind, option);
            add(name, value);
            definition.shown.emplace(name, value);
        }
    }
    return definition;
}

/// The secrets that the store keeps for a connector.
std::set<std::string> sealed_secrets(const Prevision& prevision, const std::string& name) {
    const auto rows = testing::shell(fmt::format(
        "sqlite3 '{}' \"SELECT field FROM secrets JOIN connectors ON id = connector_id WHERE name = '{}'\"",
        (prevision.home() / "prevision.db").string(), name));
    std::set<std::string> fields;
    for (auto& line : split(rows, '\n')) {
        if (!line.empty()) fields.insert(std::move(line));
    }
    return fields;
}

void check_shown(const Prevision& prevision, const std::string& name,
                 const std::map<std::string, std::string>& fields) {
    const auto text = prevision.ok({"connector", "show", name, "-o", "json"});
    const auto shown = model::parse_json_object(text);
    for (const auto& [field, value] : fields) {
        INFO(name << ": " << field);
        const auto* member = model::find_member(shown, field);
        REQUIRE(member != nullptr);
        CHECK(model::scalar_text(*member) == value);
    }
}

}  // namespace

TEST_CASE("an option is named as a secret when it is one") {
    for (const auto& kind : all_kinds()) {
        for (const auto& option : kind.options) {
            INFO(kind.name << ": " << option.name);
            CHECK(option.secret == model::is_secret_field(option.name));
        }
    }
}

TEST_CASE("every option of every engine is kept, shown, dumped and applied") {
    const Prevision first;
    std::map<std::string, std::map<std::string, std::string>> shown;
    std::map<std::string, std::string> environment;
    for (const auto& kind : all_kinds()) {
        const auto definition = define(first, kind);
        const auto created = first(definition.arguments, "secret");
        INFO(kind.name << ": " << created.err);
        REQUIRE(created.exit_code == 0);
        CHECK(sealed_secrets(first, kind.name) == definition.secrets);
        shown[kind.name] = definition.shown;
        auto variable = kind.name + "_password";
        for (auto& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        environment[variable] = "secret";
    }
    for (const auto& [name, fields] : shown) check_shown(first, name, fields);

    const auto dumped = first.ok({"dump"});
    const Prevision second;
    std::ofstream(second.file("dump.yaml")) << dumped;
    for (const auto& kind : all_kinds()) {
        for (const auto& option : kind.options) {
            if (option.is_object) std::ofstream(second.file(kind.name + ".json")) << "{}";
        }
    }
    const auto applied = second({"apply", second.file("dump.yaml").string()}, "", environment);
    INFO(applied.err);
    REQUIRE(applied.exit_code == 0);
    for (const auto& [name, fields] : shown) check_shown(second, name, fields);
    CHECK(second.ok({"dump"}) == dumped);
}
