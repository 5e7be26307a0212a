#include "cli/connector/secrets.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "cli/github_actions.hpp"
#include "cli/secret_command.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t secret_limit = std::size_t{1} << 20U;

}  // namespace

std::string file_field(const sources::Option& secret) {
    return fmt::format("{}_file", secret.file_flag.empty() ? secret.name : secret.file_flag);
}

Secret read_secret_file(const sources::Option& secret, const std::filesystem::path& file,
                        const std::string& field, Console& console) {
    auto text = read_file(file, secret_limit);
    const auto refuse = [&](const std::string& why) {
        throw Error(ErrorClass::invalid, fmt::format("invalid {}: {} {}", field, file.string(), why),
                    fmt::format("it has to be the {}", secret.help));
    };
    if (trim(text).empty()) refuse("is empty");
    const bool has_one_line = text.find('\n') >= text.size() - 1;
    auto read = has_one_line ? without_last_newline(std::move(text)) : Secret(std::move(text));
    if (secret.is_object) {
        try {
            model::parse_json_object(read.reveal());
        } catch (const Error& error) {
            refuse(fmt::format("is not a JSON object: {}", error.what()));
        }
    }
    console.remember(read);
    if (!console.options().json_errors()) mask_secret(read, console.io());
    return read;
}

bool gives_secret_file(const ConnectorOptions& options) {
    return std::ranges::any_of(options.secret_files,
                               [](const auto& file) { return file.second.has_value(); });
}

void read_secret_files(const ConnectorOptions& options, model::Connector& connector, Services& services) {
    for (const auto* option : sources::secret_options()) {
        const std::string name(option->name);
        const auto file = options.secret_files.find(name);
        if (file == options.secret_files.end() || !file->second) continue;
        auto& secret = (option->is_object ? connector.secret_objects : connector.secrets)[name];
        if (!file->second->empty())
            secret = read_secret_file(*option, *file->second, flag_of(name), services);
    }
}

std::optional<Secret> password_of(const ConnectorOptions& options, Services& services, bool ask) {
    if (options.typed_password) return options.typed_password;
    auto secret = read_secret(options.secret, services);
    if (secret || !ask || !options.username || options.username->empty()) return secret;
    if (gives_secret_file(options) || !may_prompt(services.options(), services.io())) return secret;
    return prompt_for_secret(
        fmt::format("Password of {} on {}", *options.username, options.host.value_or("the platform")),
        services);
}

}  // namespace prevision::cli
