#include <set>

#include "cli/connector/check.hpp"
#include "cli/connector/questions.hpp"
#include "cli/connector/secrets.hpp"
#include "cli/connector/verbs.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/test_verb.hpp"

namespace prevision::cli {

namespace {

using model::Connector;

struct CreateOptions : ConnectorOptions {
    IfExists if_exists;
    bool test = false;
};

/// The connector that the options define. Asks for a password on a terminal when there is a user name and no secret. Error
/// usage when the type is not known, invalid when the definition cannot be right.
Connector to_connector(const ConnectorOptions& options, Services& services) {
    auto connector = without_secrets(options);
    read_secret_files(options, connector, services);
    // Checked before a password is asked for, and with it after that.
    const bool asks = !connector.username.empty() && !gives_secret_file(options) &&
                      may_prompt(services.options(), services.io());
    std::set<std::string> kept;
    if (options.secret.given() || asks || (options.typed_password && !options.typed_password->empty()))
        kept.insert("password");
    check_definition(connector, kept, command_line_place("connector", connector.name), services);
    auto password = password_of(options, services, true);
    // Enter at the prompt gives no password; an empty source clears the one of a connector that is updated.
    const bool is_given = options.secret.given() || options.typed_password;
    if (password && (is_given || !password->empty())) connector.secrets["password"] = std::move(*password);
    return connector;
}

/// `test` is called only where a test is wanted.
Connector create(const CreateOptions& options, Services& services, const TestCall& test) {
    // Checked before any request: an invalid definition fails first.
    const auto connector = to_connector(options, services);
    const auto update = [&](const Connector& found) {
        return update_connector(options, connector, found, services);
    };
    const auto make = [&](api::Names names) {
        auto created = services.client().create<model::Connector>(services.project_id(), connector, names);
        if (options.test) test_or_remove(created, services, test);
        return created;
    };
    return create_unless_taken<Connector>(services, options.if_exists, options.name, make, update);
}

/// Asks again for what was wrong, until the test succeeds.
Connector create_from_answers(CreateOptions& options, Services& services) {
    for (;;) {
        std::string stage;
        const auto test = [&](api::Client& client, const api::ObjectReference& object) {
            auto outcome = test_connector(client, object);
            if (outcome.failure && !outcome.result.stages.empty()) stage = outcome.result.stages.back().stage;
            return outcome;
        };
        try {
            return create(options, services, test);
        } catch (const Error& error) {
            if (stage.empty() || services.cancellation().cancelled() ||
                !ask_again(error, stage, options, services))
                throw;
        }
    }
}

Connector run_create(CreateOptions& options, Services& services) {
    take_apart_host(options, services);
    refuse_update_with_test(options.if_exists, options.test, "connector");
    if (options.bare() && may_prompt(services.options(), services.io())) {
        // Check the name before prompting.
        if (options.if_exists.choice != "update") {
            if (const auto existing = settle_existing<Connector>(
                    services, options.if_exists, options.name, find_named<Connector>(services, options.name)))
                return *existing;
        }
        options.test = ask_for_connector(options, services) || options.test;
        return create_from_answers(options, services);
    }
    return create(options, services, test_connector);
}

void add_options(Command& verb, Services& services, const ConnectorNoun& noun) {
    auto& options = verb.keep<CreateOptions>();
    add_connector_options(verb, options, false);
    add_if_exists(verb, options.if_exists, true);
    verb.flag("--test", options.test, "Try the connection first, and create nothing when that fails");
    verb.example(
        "prevision connector create shop --type SQL --host db.example.com --port 3306 --username reader "
        "--password-stdin < password.txt");
    verb.example("prevision connector create local --host sqlite:///data/shop.db");
    verb.example(
        "prevision connector create store --type S3 --region eu-west-1 --username ACCESS_KEY "
        "--password-file secret.txt");
    verb.detail("On a terminal, with only NAME, it asks for what the type needs.");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

}  // namespace

api::TestOutcome test_connector(api::Client& client, const api::ObjectReference& connector) {
    return client.test<model::Connector>(connector);
}

void add_connector_create(Command& command, Services& services, const ConnectorNoun& noun) {
    command.subcommand("create", "Create a connector").when_reached([&services, &noun](Command& verb) {
        add_options(verb, services, noun);
    });
}

}  // namespace prevision::cli
