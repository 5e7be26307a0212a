#include "cli/connector/check.hpp"
#include "cli/connector/names.hpp"
#include "cli/lookup.hpp"
#include "cli/nouns.hpp"
#include "cli/output_sink.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/noun.hpp"
#include "cli/verbs/sample.hpp"
#include "cli/verbs/test_verb.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

using model::Datasource;

std::string yes_or_no(const std::optional<bool>& value) {
    if (!value) return {};
    return *value ? "yes" : "no";
}

std::vector<std::string> encoding_names() {
    return {"auto", "utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"};
}

Noun<Datasource> datasource_noun(ConnectorNames& names) {
    return {
        .name = "datasource",
        .completes = Completes::datasource,
        .fields = {text("id", &Datasource::id),
                   text("name", &Datasource::name),
                   connector_field<Datasource>(names),
                   extra(text("connector_id", &Datasource::connector_id)),
                   text("database", &Datasource::database),
                   text("table", &Datasource::table),
                   text("request", &Datasource::request),
                   extra(text("bucket", &Datasource::bucket)),
                   text("path", &Datasource::path),
                   extra(text("g_cloud", &Datasource::g_cloud)),
                   {{"separator"},
                    [](const Datasource& datasource) { return cell(datasource.format.separator); },
                    false},
                   {{"quote"},
                    [](const Datasource& datasource) { return cell(datasource.format.quote); },
                    false},
                   {{"header"},
                    [](const Datasource& datasource) { return cell(yes_or_no(datasource.format.header)); },
                    false},
                   {{"encoding"},
                    [](const Datasource& datasource) { return cell(datasource.format.encoding); },
                    false},
                   extra(time("created_at", &Datasource::created_at))},
        .list =
            [](Services& services, const auto& each) {
                services.client().list<model::Datasource>(services.project_id(), each);
            },
        .find =
            [](Services& services, const std::string& name) {
                return find_datasource(services.client(), services.project_id(), name);
            },
        .remove =
            [](Services& services, const Datasource& datasource) {
                services.client().remove<model::Datasource>(api::refer_to(datasource));
            },
        .remove_dependents = {}};
}

/// What `create` and `update` take.
struct DefinitionOptions {
    std::string name;
    std::optional<std::string> connector;
    std::optional<std::string> database;
    std::optional<std::string> table;
    std::optional<std::string> request;
    std::optional<std::string> bucket;
    std::optional<std::string> path;
    std::optional<std::string> g_cloud;
    std::optional<std::string> separator;
    std::optional<std::string> quote;
    std::optional<std::string> header;
    std::optional<std::string> encoding;
};

/// `exists`: it is one that there is, and has its connector already.
void add_definition_options(Command& verb, DefinitionOptions& options, bool exists) {
    verb.argument("NAME", options.name, exists ? "Its name or id" : "The datasource's name", true,
                  {.completes = exists ? Completes::datasource : Completes::nothing});
    verb.option("--connector", options.connector, "The connector to reach it by, by name or id",
                {.value = "NAME", .required = !exists, .completes = Completes::connector});
    verb.option("--database", options.database, "SQL: the database",
                {.value = "NAME", .completes = Completes::database});
    verb.option("--table", options.table, "SQL: the table", {.value = "NAME", .completes = Completes::table});
    verb.option("--request", options.request, "SQL: one SELECT instead of a table", {.value = "SQL"});
    verb.option("--bucket", options.bucket, "S3: the bucket",
                {.value = "NAME", .completes = Completes::bucket});
    verb.option("--path", options.path, "FTP, SFTP and S3: the file or object",
                {.value = "PATH", .completes = Completes::path});
    verb.option("--g-cloud", options.g_cloud, "GCP: BigQuery or Storage",
                {.value = "SERVICE", .suggestions = {"BigQuery", "Storage"}});
    verb.option("--separator", options.separator, "Files: what separates the values, one character or tab",
                {.value = "CHAR", .suggestions = {"auto", "tab"}});
    verb.option("--quote", options.quote, "Files: what values are quoted with, one character or none",
                {.value = "CHAR", .suggestions = {"auto", "none"}});
    verb.option("--header", options.header, "Files: whether the first line has the names of the columns",
                {.value = "WHEN", .choices = {"auto", "yes", "no"}});
    verb.option("--encoding", options.encoding, "Files: how the text is encoded",
                {.value = "ENCODING", .suggestions = encoding_names()});
    verb.detail(
        "How a csv file is written is told from its beginning; what is given here holds instead, until "
        "it is 'auto' again.");
}

/// "auto" is what holds without the option.
std::string told(const std::optional<std::string>& value) {
    return value.value_or("auto") == "auto" ? "" : *value;
}

std::optional<bool> told_header(const std::optional<std::string>& value) {
    if (told(value).empty()) return std::nullopt;
    return *value == "yes";
}

Datasource update(const DefinitionOptions& options, const Datasource& found, Services& services) {
    model::JsonObject changes;
    if (options.connector) {
        changes.text("connector_id",
                     find_connector(services.client(), services.project_id(), *options.connector).id);
    }
    changes.text_if_given("database", options.database);
    // A table and a request exclude each other: the one that is given takes the other's place.
    if (options.table && !options.request) changes.text("request", "");
    if (options.request && !options.table) changes.text("table", "");
    changes.text_if_given("table", options.table)
        .text_if_given("request", options.request)
        .text_if_given("bucket", options.bucket)
        .text_if_given("path", options.path)
        .text_if_given("g_cloud", options.g_cloud);
    if (options.separator) changes.text("separator", told(options.separator));
    if (options.quote) changes.text("quote", told(options.quote));
    if (options.header) changes.value("header", told_header(options.header));
    if (options.encoding) changes.text("encoding", told(options.encoding));
    if (changes.empty())
        throw Error(ErrorClass::usage, "nothing to change was given",
                    "see 'prevision datasource update --help'");
    return services.client().update<model::Datasource>(api::refer_to(found), changes.finish());
}

struct CreateOptions : DefinitionOptions {
    IfExists if_exists;
    bool test = false;
};

api::TestOutcome test(api::Client& client, const api::ObjectReference& datasource) {
    return client.test<model::Datasource>(datasource);
}

Datasource run_create(const CreateOptions& options, Services& services) {
    refuse_update_with_test(options.if_exists, options.test, "datasource");
    auto& client = services.client();
    const auto connector = find_connector(client, services.project_id(), *options.connector);
    const auto existing = settle_existing<Datasource>(
        services, options.if_exists, "datasource", options.name,
        [&](const auto& each) {
            client.list_named<model::Datasource>(services.project_id(), options.name, each);
        },
        [&](const Datasource& found) { return update(options, found, services); });
    if (existing) return *existing;
    Datasource datasource;
    datasource.name = options.name;
    datasource.connector_id = connector.id;
    datasource.database = options.database.value_or("");
    datasource.table = options.table.value_or("");
    datasource.request = options.request.value_or("");
    datasource.bucket = options.bucket.value_or("");
    datasource.path = options.path.value_or("");
    datasource.g_cloud = options.g_cloud.value_or("");
    datasource.format = {.separator = told(options.separator),
                         .quote = told(options.quote),
                         .header = told_header(options.header),
                         .encoding = told(options.encoding)};
    check_definition(datasource, connector, command_line_place("datasource", datasource.name), services);
    auto created =
        client.create<model::Datasource>(services.project_id(), datasource, options.if_exists.names());
    if (options.test) {
        test_or_remove(created, services, "datasource", test, &api::Client::remove<model::Datasource>);
    }
    return created;
}

void add_create(Command& command, Services& services, const Noun<Datasource>& noun) {
    auto verb = command.subcommand("create", "Create a datasource");
    auto& options = verb.keep<CreateOptions>();
    add_definition_options(verb, options, false);
    add_if_exists(verb, options.if_exists, true);
    verb.flag("--test", options.test, "Try to read it first, and create nothing when that fails");
    verb.example("prevision datasource create orders --connector shop --database shop --table orders");
    verb.example(
        "prevision datasource create big --connector shop --database shop --request 'SELECT * FROM orders "
        "WHERE total > 100'");
    verb.example("prevision datasource create sales --connector files --path sales.csv --separator ';'");
    verb.action(
        [&options, &noun, &services] { show_object(services, noun.fields, run_create(options, services)); });
}

void add_update(Command& command, Services& services, const Noun<Datasource>& noun) {
    auto verb = command.subcommand("update", "Change a datasource: what is given alone");
    auto& options = verb.keep<DefinitionOptions>();
    add_definition_options(verb, options, true);
    verb.example("prevision datasource update orders --table orders_2026");
    verb.action([&options, &noun, &services] {
        const auto found = noun.find(services, options.name);
        show_object(services, noun.fields, update(options, found, services));
    });
}

void add_preview(Command& command, Services& services, const Noun<Datasource>& noun) {
    struct Options {
        std::string name;
        int rows = 10;
        ListOptions list;
    };
    auto verb = command.subcommand("preview", "Show the first rows of the distant data");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = noun.completes});
    verb.option("-n,--rows", options.rows, "How many rows");
    add_list_options(verb, options.list, {}, Completes::datasource_column);
    verb.detail("--sort, --filter and --limit see the rows alone that --rows has fetched.");
    verb.example("prevision datasource preview orders -n 3");
    verb.action([&options, &noun, &services] {
        check_rows(options.rows);
        const auto datasource = noun.find(services, options.name);
        show_sample(services, services.client().preview_datasource(api::refer_to(datasource), options.rows),
                    options.list);
    });
}

std::string to_document(const model::SchemaColumn& column) {
    // Without types, nullability is unknown.
    const auto nullable = column.type.empty() ? std::nullopt : std::optional(column.nullable);
    return model::JsonObject()
        .text("name", column.name)
        .text_or_null("type", column.type)
        .value("nullable", nullable)
        .finish();
}

std::vector<Field<model::SchemaColumn>> schema_fields() {
    using model::SchemaColumn;
    const auto nullable = [](const SchemaColumn& column) -> std::optional<std::string> {
        if (column.type.empty()) return std::nullopt;
        return column.nullable ? "yes" : "no";
    };
    return {{{"name"}, [](const SchemaColumn& column) { return std::optional(column.name); }},
            text("type", &SchemaColumn::type),
            {{"nullable"}, nullable}};
}

void run_schema(const Datasource& datasource, const ListOptions& options, Services& services) {
    // A table's types are known at once, a file's are told from its rows.
    const int rows = datasource.path.empty() ? 1 : 1000;
    auto sample = services.client().preview_datasource(api::refer_to(datasource), rows);
    if (sample.schema.size() != sample.columns.size()) {
        sample.schema.clear();
        for (const auto& name : sample.columns) sample.schema.push_back({.name = name, .type = {}});
    }
    const auto fields = schema_fields();
    auto listing = make_listing(services, options, fields);
    for (const auto& column : sample.schema) {
        if (!listing.add(
                {.id = column.name, .cells = cells_of(fields, column), .document = to_document(column)}))
            break;
    }
    listing.finish();
}

void add_schema(Command& command, Services& services, const Noun<Datasource>& noun) {
    struct Options {
        std::string name;
        ListOptions list;
    };
    auto verb = command.subcommand("schema", "Show the columns of the distant data and their types");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = noun.completes});
    add_list_options(verb, options.list, column_names(schema_fields()));
    verb.detail("The types of a file's columns are told from its first 1,000 rows.");
    verb.example("prevision datasource schema orders");
    verb.example("prevision datasource schema orders -o csv --columns name,type");
    verb.action([&options, &noun, &services] {
        run_schema(noun.find(services, options.name), options.list, services);
    });
}

void add_cat(Command& command, Services& services, const Noun<Datasource>& noun) {
    auto verb = command.subcommand("cat", "Write the distant data to stdout, storing nothing");
    auto& name = verb.keep<std::string>();
    verb.argument("NAME", name, "Its name or id", true, {.completes = noun.completes});
    verb.detail("A table is CSV, a file its own bytes; --output changes how an error is shown, and no more.");
    verb.example("prevision datasource cat orders | head -n 3");
    verb.action([&name, &noun, &services] {
        const auto datasource = noun.find(services, name);
        OutputSink sink(services.io());
        services.client().read_datasource(api::refer_to(datasource), sink);
        sink.finish();
    });
}

}  // namespace

void add_datasource(Command& root, Services& services) {
    auto command =
        root.subcommand("datasource", "The exact resource behind a connector", {"datasources", "ds"});
    const auto& noun = command.keep<Noun<Datasource>>(datasource_noun(command.keep<ConnectorNames>()));
    add_list_verb(command, services, noun);
    add_create(command, services, noun);
    add_show_verb(command, services, noun);
    add_update(command, services, noun);
    add_delete_verb(command, services, noun);
    add_test_verb(command, services, noun, "Try a datasource: its connector's stages, then read", "orders",
                  test);
    add_preview(command, services, noun);
    add_cat(command, services, noun);
    add_schema(command, services, noun);
}

}  // namespace prevision::cli
