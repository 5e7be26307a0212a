#include "cli/platform/token.hpp"

#include <fmt/format.h>

#include "cli/platform/choice.hpp"
#include "cli/verbs/listing.hpp"
#include "core/error.hpp"
#include "model/json_builder.hpp"
#include "platform/platform.hpp"

namespace prevision::cli {

namespace {

/// A token as it is shown: with its text only when it was just created.
struct ShownToken {
    std::string id;
    std::string token;
    platform::TokenRecord record;
    std::string document;
};

ShownToken show(const platform::TokenRecord& record, const Secret& token = {}) {
    model::JsonObject document;
    document.text("_id", record.id)
        .text("name", record.name)
        .text("role", platform::to_string(record.role))
        .text_or_null("project_id", record.project_id)
        .text("created_at", record.created_at)
        .text_or_null("expires_at", record.expires_at)
        .text_or_null("revoked_at", record.revoked_at)
        .text_if_set("token", token.reveal());
    // Of a new token -q prints its text, which opens the platform, not its id.
    return {.id = token.empty() ? record.id : std::string(token.reveal()),
            .token = std::string(token.reveal()),
            .record = record,
            .document = document.finish()};
}

std::vector<Field<ShownToken>> token_fields(bool with_token) {
    std::vector<Field<ShownToken>> fields{
        {{.name = "id", .is_id = true}, [](const ShownToken& shown) { return cell(shown.record.id); }},
        {{"name"}, [](const ShownToken& shown) { return cell(shown.record.name); }},
        {{"role"},
         [](const ShownToken& shown) { return cell(std::string(platform::to_string(shown.record.role))); }},
        {{"project_id"}, [](const ShownToken& shown) { return cell(shown.record.project_id); }},
        {{.name = "created_at", .is_time = true},
         [](const ShownToken& shown) { return cell(shown.record.created_at); }},
        {{.name = "expires_at", .is_time = true},
         [](const ShownToken& shown) { return cell(shown.record.expires_at); }},
        {{.name = "revoked_at", .is_time = true},
         [](const ShownToken& shown) { return cell(shown.record.revoked_at); }}};
    if (with_token) {
        fields.push_back(text("token", &ShownToken::token));
    }
    return fields;
}

void add_token_create(Command& command, Services& services) {
    struct Options {
        std::string name;
        std::string role = "admin";
        std::optional<std::string> expires;
    };
    auto verb = command.subcommand("create", "Create a token, and show it only now");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The person or program that uses it");
    verb.option("--role", options.role,
                "What it may do: everything; everything but to compare secrets; or only read",
                {.value = "ROLE", .choices = {"admin", "editor", "viewer"}});
    verb.option("--expires", options.expires, "How long it is valid: 12h, 90d", {.value = "TIME"});
    verb.detail("With --project it is valid for that project only.");
    verb.example("prevision serve token create alice");
    verb.example("prevision serve token create bob --role editor --project sales --expires 90d");
    verb.example("prevision serve token create ci --role viewer -q");
    verb.action([&options, &services] {
        require_embedded(services.options());
        platform::TokenRequest request{.name = options.name,
                                       .role = platform::parse_role(options.role),
                                       .project = services.options().project};
        if (options.expires) request.lifetime = parse_duration("--expires", *options.expires);
        const auto made = services.embedded().platform().tokens().create(request);
        show_object(services, token_fields(true), show(made.record, made.token));
    });
}

}  // namespace

void add_token(Command& serve, Services& services) {
    auto command = serve.subcommand("token", "The tokens that may call the served platform", {"tokens"});
    add_token_create(command, services);

    auto list = command.subcommand("list", "List the tokens, without their texts", {"ls"});
    auto& list_options = list.keep<ListOptions>();
    add_list_options(list, list_options, column_names(token_fields(false)));
    list.example("prevision serve token list");
    list.action([&list_options, &services] {
        require_embedded(services.options());
        const auto fields = token_fields(false);
        auto listing = make_listing(services, list_options, fields);
        for (const auto& record : services.embedded().platform().tokens().list()) {
            if (!listing.add(to_row(fields, show(record)))) break;
        }
        listing.finish();
        if (listing.count() == 0) say_list_is_empty(services, list_options, "token", "serve token create");
    });

    auto revoke = command.subcommand("revoke", "Make a token invalid at once");
    auto& name = revoke.keep<std::string>();
    revoke.argument("NAME", name, "Its name or id", true, {.completes = Completes::token});
    revoke.example("prevision serve token revoke alice");
    revoke.action([&name, &services] {
        require_embedded(services.options());
        const auto record = services.embedded().platform().tokens().revoke(name);
        show_done(services, token_fields(false), show(record),
                  fmt::format("revoked the token '{}'", record.name));
    });
}

}  // namespace prevision::cli
