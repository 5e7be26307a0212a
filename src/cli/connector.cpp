#include "cli/browse.hpp"
#include "cli/changes.hpp"
#include "cli/existing.hpp"
#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/secret_options.hpp"
#include "cli/test_report.hpp"
#include "cli/verbs.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

using model::Connector;

constexpr std::size_t credentials_limit = std::size_t{1} << 20U;

std::optional<std::string> option_cell(const Connector& connector, const std::string& name) {
    const auto found = connector.options.find(name);
    return found == connector.options.end() ? std::nullopt : cell(found->second);
}

std::optional<std::string> port_cell(const Connector& connector) {
    if (!connector.port) return std::nullopt;
    return fmt::format("{}", *connector.port);
}

void remove_datasources(Services& services, const Connector& connector) {
    auto& client = services.client();
    const auto project = connector.project_id.empty() ? services.project_id() : connector.project_id;
    remove_listed<model::Datasource>(
        [&](const auto& each) { client.list_datasources(project, each); },
        [&](const auto& datasource) { return datasource.connector_id == connector.id; },
        [&](const std::string& id) { client.delete_datasource(id); });
}

std::shared_ptr<const Noun<Connector>> connector_noun() {
    return std::make_shared<const Noun<Connector>>(Noun<Connector>{
        .name = "connector",
        .fields =
            {{{"id"}, [](const Connector& connector) { return cell(connector.id); }},
             {{"name"}, [](const Connector& connector) { return cell(connector.name); }},
             {{"type"}, [](const Connector& connector) { return cell(connector.type); }},
             {{"engine"}, [](const Connector& connector) { return option_cell(connector, "engine"); }, false},
             {{"host"}, [](const Connector& connector) { return cell(connector.host); }},
             {{"port", render::Alignment::right}, port_cell},
             {{"username"}, [](const Connector& connector) { return cell(connector.username); }},
             {{"tls"}, [](const Connector& connector) { return option_cell(connector, "tls"); }, false},
             {{"region"}, [](const Connector& connector) { return option_cell(connector, "region"); }, false},
             {{"addressing"},
              [](const Connector& connector) { return option_cell(connector, "addressing"); },
              false},
             {{"host_key"},
              [](const Connector& connector) { return option_cell(connector, "host_key"); },
              false},
             {{"mode"}, [](const Connector& connector) { return option_cell(connector, "mode"); }, false},
             {{"created_at"}, [](const Connector& connector) { return cell(connector.created_at); }, false}},
        .list = [](Services& services,
                   const auto& each) { services.client().list_connectors(services.project_id(), each); },
        .find =
            [](Services& services, const std::string& name) {
                return find_connector(services.client(), services.project_id(), name);
            },
        .remove = [](Services& services,
                     const Connector& connector) { services.client().delete_connector(connector.id); },
        .remove_dependents = remove_datasources});
}

/// What `create` and `update` take.
struct DefinitionOptions {
    std::string name;
    std::optional<std::string> type;
    std::optional<std::string> engine;
    std::optional<std::string> host;
    std::optional<int> port;
    std::optional<std::string> username;
    SecretOptions secret;
    std::optional<std::string> credentials_file;
    std::optional<std::string> tls;
    std::optional<std::string> region;
    std::optional<std::string> addressing;
    std::optional<std::string> mode;
    std::optional<std::string> private_key_file;
    std::optional<std::string> host_key;
};

void add_definition_options(Command& verb, DefinitionOptions& options) {
    verb.argument("NAME", options.name, "The connector's name");
    verb.option("--type", options.type,
                "SQL, FTP, SFTP, S3 or GCP; told from the engine or host where they say it",
                {.value = "TYPE"});
    verb.option("--engine", options.engine, "The kind of SQL database: mysql or sqlite", {.value = "ENGINE"});
    verb.option("--host", options.host,
                "A host name, or a URL: mysql://db.example.com, sqlite:///data/shop.db; "
                "S3: its endpoint, AWS without it",
                {.value = "HOST"});
    verb.option("--port", options.port, "The port; the engine's own without it");
    verb.option("--username", options.username, "Who logs in; for S3 the access key", {.value = "NAME"});
    add_secret_options(verb, options.secret);
    verb.option("--credentials-file", options.credentials_file, "GCP: the service account's JSON file",
                {.value = "FILE"});
    verb.option("--tls", options.tls, "Encryption: disable, prefer, require, verify; FTP: or implicit",
                {.value = "MODE"});
    verb.option("--region", options.region, "S3: the region; AWS_REGION's without it", {.value = "NAME"});
    verb.option(
        "--addressing", options.addressing,
        "S3: where the bucket stands in the URL, path or virtual (as the host); path without it, but for AWS",
        {.value = "STYLE"});
    verb.option("--mode", options.mode, "FTP: who connects for the data: passive or active",
                {.value = "MODE"});
    verb.option("--private-key-file", options.private_key_file,
                "SFTP: the private key to log in with; the password is its passphrase", {.value = "FILE"});
    verb.option("--host-key", options.host_key, "SFTP: the server's key, as SHA256:...", {.value = "KEY"});
}

/// The type, from --type or from what implies it.
std::string type_of(const DefinitionOptions& options) {
    if (options.type) {
        std::string upper = *options.type;
        for (auto& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        return upper;
    }
    sources::Connection connection;
    connection.engine = options.engine.value_or("");
    connection.host = options.host.value_or("");
    if (const auto* engine = sources::tell_engine(connection)) return std::string(engine->type);
    throw Error(ErrorClass::usage,
                fmt::format("cannot create the connector '{}': --type is missing", options.name),
                "--type SQL, FTP, SFTP, S3 or GCP");
}

std::optional<Secret> password_of(const DefinitionOptions& options, Services& services, bool ask) {
    auto secret = read_secret(options.secret, services);
    if (secret || !ask || !options.username || options.username->empty()) return secret;
    if (options.private_key_file) return secret;
    if (!may_prompt(services.options(), services.io())) return secret;
    return prompt_for_secret(
        fmt::format("Password of {} on {}", *options.username, options.host.value_or("the platform")),
        services);
}

Connector to_connector(const DefinitionOptions& options, Services& services) {
    Connector connector;
    connector.name = options.name;
    connector.type = type_of(options);
    connector.host = options.host.value_or("");
    connector.port = options.port;
    connector.username = options.username.value_or("");
    connector.password = password_of(options, services, true).value_or(Secret());
    if (options.credentials_file)
        connector.google_credentials = Secret(read_file(*options.credentials_file, credentials_limit));
    if (options.engine) connector.options["engine"] = *options.engine;
    if (options.tls) connector.options["tls"] = *options.tls;
    if (options.region) connector.options["region"] = *options.region;
    if (options.addressing) connector.options["addressing"] = *options.addressing;
    if (options.mode) connector.options["mode"] = *options.mode;
    if (options.host_key) connector.options["host_key"] = *options.host_key;
    if (options.private_key_file)
        connector.private_key = Secret(read_file(*options.private_key_file, credentials_limit));
    return connector;
}

Connector update(const DefinitionOptions& options, const std::string& id, Services& services) {
    Changes changes;
    changes.text("type", options.type);
    changes.text("engine", options.engine);
    changes.text("host", options.host);
    changes.integer("port", options.port);
    changes.text("username", options.username);
    changes.text("tls", options.tls);
    changes.text("region", options.region);
    changes.text("addressing", options.addressing);
    changes.text("mode", options.mode);
    changes.text("host_key", options.host_key);
    if (options.private_key_file)
        changes.text("private_key", read_file(*options.private_key_file, credentials_limit));
    if (const auto password = password_of(options, services, false))
        changes.text("password", password->reveal());
    if (options.credentials_file) {
        changes.text("googleCredentials", read_file(*options.credentials_file, credentials_limit));
    }
    if (!changes.any())
        throw Error(ErrorClass::usage, "nothing to change was given",
                    "see 'prevision connector update --help'");
    return services.client().update_connector(id, changes.finish());
}

struct CreateOptions : DefinitionOptions {
    IfExists if_exists;
    bool test = false;
};

/// Where a test was asked for and fails, what was made for it goes again: nothing is created.
void test_or_remove(const Connector& connector, Services& services) {
    try {
        report_test(services, connector.id, connector.name, services.client().test_connector(connector.id));
    } catch (...) {
        services.tidying_client().delete_connector(connector.id);
        throw;
    }
}

Connector run_create(const CreateOptions& options, Services& services) {
    auto& client = services.client();
    // Read before anything is asked of the platform: a definition that cannot be right fails first.
    const auto connector = to_connector(options, services);
    const auto existing = settle_existing<Connector>(
        services, options.if_exists, "connector", options.name,
        [&](const auto& each) { client.list_connectors(services.project_id(), each); },
        [&](const Connector& found) { return update(options, found.id, services); });
    if (existing) return *existing;
    auto created = client.create_connector(services.project_id(), connector);
    if (options.test) test_or_remove(created, services);
    return created;
}

void add_create(Command& command, Services& services, const std::shared_ptr<const Noun<Connector>>& noun) {
    auto verb = command.subcommand("create", "Create a connector");
    auto options = std::make_shared<CreateOptions>();
    add_definition_options(verb, *options);
    add_if_exists(verb, options->if_exists);
    verb.flag("--test", options->test, "Try the connection first, and create nothing when that fails");
    verb.example(
        "prevision connector create shop --type SQL --host db.example.com --port 3306 --username reader "
        "--password-stdin < password.txt");
    verb.example("prevision connector create local --host sqlite:///data/shop.db");
    verb.example("prevision connector create store --type S3 --region eu-west-1 --username ACCESS_KEY \\");
    verb.example("    --password-file secret.txt");
    verb.example(
        "prevision connector create files --type SFTP --host files.example.com --username reader \\");
    verb.example("    --private-key-file ~/.ssh/id_ed25519");
    verb.action(
        [options, noun, &services] { show_object(services, noun->fields, run_create(*options, services)); });
}

void add_update(Command& command, Services& services, const std::shared_ptr<const Noun<Connector>>& noun) {
    auto verb = command.subcommand("update", "Change a connector: what is given alone");
    auto options = std::make_shared<DefinitionOptions>();
    add_definition_options(verb, *options);
    verb.example("prevision connector update shop --password-file new.txt");
    verb.action([options, noun, &services] {
        const auto found = noun->find(services, options->name);
        show_object(services, noun->fields, update(*options, found.id, services));
    });
}

void add_test(Command& command, Services& services, const std::shared_ptr<const Noun<Connector>>& noun) {
    auto verb = command.subcommand("test", "Try a connector: resolve, connect, tls, auth, list");
    auto name = std::make_shared<std::string>();
    verb.argument("NAME", *name, "Its name or id");
    verb.example("prevision connector test shop");
    verb.action([name, noun, &services] {
        const auto connector = noun->find(services, *name);
        report_test(services, connector.id, connector.name, services.client().test_connector(connector.id));
    });
}

}  // namespace

void add_connector(Command& root, Services& services) {
    auto command =
        root.subcommand("connector", "The credentials of a distant system", {"connectors", "conn"});
    const auto noun = connector_noun();
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_test(command, services, noun);
    add_browse(command, services);
}

}  // namespace prevision::cli
