#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/verbs/listing.hpp"
#include "model/json_builder.hpp"
#include "platform/platform.hpp"

namespace prevision::cli {

namespace {

struct ShownVault {
    std::string key_file;
    std::string fingerprint;
    std::string secrets;
    std::string id;
    std::string document;
};

std::vector<Field<ShownVault>> vault_fields() {
    return {text("key_file", &ShownVault::key_file), text("fingerprint", &ShownVault::fingerprint),
            text("secrets", &ShownVault::secrets)};
}

ShownVault show(Services& services) {
    const auto status = services.embedded().platform().vault_status();
    return {.key_file = status.key_file.string(),
            .fingerprint = status.fingerprint,
            .secrets = std::to_string(status.secrets),
            .id = status.fingerprint,
            .document = model::JsonObject()
                            .text("key_file", status.key_file.string())
                            .text_or_null("fingerprint", status.fingerprint)
                            .value("secrets", status.secrets)
                            .finish()};
}

}  // namespace

void add_vault(Command& root, Services& services) {
    auto command = root.subcommand("vault", "The key that seals the embedded platform's secrets");
    auto status = command.subcommand(
        "status", "Show the key's file and fingerprint, and check that it is the right one");
    status.example("prevision vault status");
    status.action([&services] {
        require_embedded(services.options());
        show_object(services, vault_fields(), show(services));
    });

    auto rekey = command.subcommand("rekey", "Make a new key and seal every secret with it");
    rekey.detail(
        "The old key opens nothing afterwards, except older backups. A server that runs takes the new key by itself.");
    rekey.example("prevision vault rekey");
    rekey.action([&services] {
        require_embedded(services.options());
        services.embedded().platform().rekey_vault();
        const auto shown = show(services);
        show_done(services, vault_fields(), shown,
                  fmt::format("sealed {} secrets with a new key", shown.secrets));
    });
}

}  // namespace prevision::cli
