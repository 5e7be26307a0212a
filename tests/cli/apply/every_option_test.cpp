#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <fstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "model/json.hpp"
#include "sources/registry.hpp"
#include "support/program.hpp"

using namespace prevision;
using testing::Prevision;

namespace {

/// A value that the engine takes for an option, by its table: the first choice, else by what the option is.
std::string value_for(const sources::Engine& engine, const sources::Option& option) {
    if (!option.choices.empty()) return split(option.choices, '|').front();
    if (option.name == "host" && engine.is_file) return "/data/shop.db";
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
};

/// A connector of the engine with every option of its table.
Definition define(const Prevision& prevision, const sources::Engine& engine) {
    Definition definition{
        .arguments = {"connector", "create", std::string(engine.name), "--type", std::string(engine.type),
                      "--engine", std::string(engine.name)},
        .shown = {{"type", std::string(engine.type)}, {"engine", std::string(engine.name)}}};
    for (const auto& option : engine.connector_options) {
        const std::string name(option.name);
        if (!option.secret) {
            std::string flag = "--" + name;
            std::ranges::replace(flag, '_', '-');
            const auto value = value_for(engine, option);
            definition.arguments.insert(definition.arguments.end(), {flag, value});
            definition.shown.emplace(name, value);
        } else if (name == "private_key") {
            const auto file = prevision.file("key");
            const auto made = fmt::format("ssh-keygen -q -t ed25519 -N secret -f '{}'", file.string());
            testing::shell(made);
            definition.arguments.insert(definition.arguments.end(), {"--private-key-file", file.string()});
        } else {
            definition.arguments.insert(definition.arguments.end(), {"--password-stdin"});
        }
    }
    return definition;
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

TEST_CASE("every option of every engine is kept, shown, dumped and applied") {
    const Prevision first;
    std::map<std::string, std::map<std::string, std::string>> shown;
    std::map<std::string, std::string> environment;
    for (const auto& engine : sources::engines()) {
        const auto definition = define(first, engine);
        const auto created = first(definition.arguments, "secret");
        INFO(created.err);
        REQUIRE(created.exit_code == 0);
        shown[std::string(engine.name)] = definition.shown;
        auto variable = std::string(engine.name) + "_password";
        for (auto& c : variable) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
        environment[variable] = "secret";
    }
    for (const auto& [name, fields] : shown) check_shown(first, name, fields);

    const auto dumped = first.ok({"dump"});
    const Prevision second;
    std::ofstream(second.file("dump.yaml")) << dumped;
    const auto applied = second({"apply", second.file("dump.yaml").string()}, "", environment);
    INFO(applied.err);
    REQUIRE(applied.exit_code == 0);
    for (const auto& [name, fields] : shown) check_shown(second, name, fields);
    CHECK(second.ok({"dump"}) == dumped);
}
