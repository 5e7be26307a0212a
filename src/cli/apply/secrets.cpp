#include "cli/apply/secrets.hpp"

#include <fmt/format.h>

#include "cli/apply/objects.hpp"
#include "cli/connector/secrets.hpp"
#include "cli/github_actions.hpp"
#include "cli/secret_command.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

Secret read_password(const Declared& declared, const std::string& field, Services& services) {
    const auto value = declared.text(field);
    auto secret = at(declared, field, [&] {
        if (field.ends_with("_command"))
            return read_secret_command(value, field, services.options().time_limit(),
                                       services.cancellation());
        if (field.ends_with("_file"))
            return without_last_newline(read_file(beside(declared, value), secret_limit));
        auto variable = services.io().environment.get_raw(value);
        if (!variable) {
            throw Error(ErrorClass::not_found, fmt::format("{}: {} is not set", field, value),
                        fmt::format("export {}=..., or remove the line when there is no password", value));
        }
        return Secret(std::move(*variable));
    });
    services.remember(secret);
    if (!services.options().json_errors()) mask_secret(secret, services.io());
    return secret;
}

DeclaredSecrets read_secrets_of(const Declared& declared, Services& services) {
    DeclaredSecrets secrets;
    try {
        for (const auto& field : password_sources(declared))
            secrets.texts["password"] = read_password(declared, field, services);
        for (const auto* option : sources::secret_options()) {
            if (option->name == "password" || !declared.has(file_field(*option))) continue;
            (option->is_object ? secrets.objects : secrets.texts)[std::string(option->name)] =
                read_secret_of(declared, *option, services);
        }
    } catch (const Error& error) {
        services.cancellation().check();
        secrets.failure = error;
    }
    return secrets;
}

}  // namespace

std::string DeclaredSecrets::to_json() const {
    model::JsonObject object;
    for (const auto& [name, secret] : texts) object.text(name, secret.reveal());
    for (const auto& [name, secret] : objects) object.json(name, secret.reveal());
    return object.finish();
}

bool has_secrets(const Declared& declared) {
    for (const auto& field : secret_fields(declared.kind)) {
        if (declared.has(field)) return true;
    }
    return false;
}

std::vector<std::string> password_sources(const Declared& declared) {
    std::vector<std::string> fields;
    for (const auto& field : secret_fields(declared.kind)) {
        if (field.starts_with("password_") && declared.has(field)) fields.push_back(field);
    }
    return fields;
}

std::filesystem::path beside(const Declared& declared, const std::string& path) {
    return std::filesystem::path(declared.file).parent_path() / path;
}

Secret read_secret_of(const Declared& declared, const sources::Option& option, Console& console) {
    const auto field = file_field(option);
    return at(declared, field, [&] {
        return read_secret_file(option, beside(declared, declared.text(field)), field, console);
    });
}

SecretsByConnector read_secrets(const Declarations& declarations, Services& services) {
    SecretsByConnector all;
    for (const auto& declared : declarations.objects) {
        if (has_secrets(declared)) all.emplace(&declared, read_secrets_of(declared, services));
    }
    return all;
}

SecretComparison compare_secrets(const DeclaredSecrets& secrets, const PlatformObject& there,
                                 Services& services) {
    std::map<std::string, std::string> compared;
    if (!secrets.failure) {
        auto body = secrets.to_json();
        compared = services.client().compare_secrets({there.id, there.name}, body);
        wipe(body);
    }
    SecretComparison result;
    std::vector<std::string> parts;
    const auto add = [&](const std::string& name) {
        const auto found = compared.find(name);
        const auto answer = found == compared.end() ? "" : found->second;
        result.differs = result.differs || answer == "different";
        result.is_whole = result.is_whole && (answer == "different" || answer == "same");
        parts.push_back(name + (answer == "different" ? " differs"
                                : answer == "same"    ? " same"
                                                      : " not compared"));
    };
    for (const auto& [name, secret] : secrets.texts) add(name);
    for (const auto& [name, secret] : secrets.objects) add(name);
    if (secrets.failure) {
        parts.emplace_back("secrets not compared");
        result.is_whole = false;
    }
    result.text = join(parts, ", ");
    return result;
}

}  // namespace prevision::cli
