#include "cli/connector/check.hpp"
#include "cli/datasource/verbs.hpp"
#include "cli/verbs/existing.hpp"
#include "cli/verbs/test_verb.hpp"

namespace prevision::cli {

namespace {

using model::Datasource;

struct CreateOptions : DatasourceOptions {
    IfExists if_exists;
    bool test = false;
};

/// The datasource that the options define. Error invalid when it cannot be right.
Datasource define(const CreateOptions& options, const model::Connector& connector, Services& services) {
    Datasource datasource;
    datasource.name = options.name;
    datasource.connector_id = connector.id;
    datasource.database = options.database.value_or("");
    datasource.table = options.table.value_or("");
    datasource.request = options.request.value_or("");
    datasource.bucket = options.bucket.value_or("");
    datasource.path = options.path.value_or("");
    datasource.g_cloud = options.g_cloud.value_or("");
    datasource.format = format_of(options.format);
    check_definition(datasource, connector, command_line_place("datasource", datasource.name), services);
    return datasource;
}

Datasource run_create(const CreateOptions& options, Services& services) {
    refuse_update_with_test(options.if_exists, options.test, "datasource");
    const auto connector = find<model::Connector>(services, *options.connector);
    const auto create = [&](api::Names names) {
        const auto datasource = define(options, connector, services);
        auto created = services.client().create<model::Datasource>(services.project_id(), datasource, names);
        if (options.test) test_or_remove(created, services, test_datasource);
        return created;
    };
    const auto update = [&](const Datasource& found) { return update_datasource(options, found, services); };
    return create_unless_taken<Datasource>(services, options.if_exists, options.name, create, update);
}

}  // namespace

api::TestOutcome test_datasource(api::Client& client, const api::ObjectReference& datasource) {
    return client.test<model::Datasource>(datasource);
}

void add_datasource_create(Command& command, Services& services, const DatasourceNoun& noun) {
    auto verb = command.subcommand("create", "Create a datasource");
    auto& options = verb.keep<CreateOptions>();
    add_datasource_options(verb, options, false);
    add_if_exists(verb, options.if_exists, true);
    verb.flag("--test", options.test, "Try to read it first, and create nothing when that fails");
    verb.example("prevision datasource create orders --connector shop --database shop --table orders");
    verb.example(
        "prevision datasource create big --connector shop --database shop --request 'SELECT * FROM orders "
        "WHERE total > 100'");
    verb.example("prevision datasource create sales --connector files --path sales.csv --separator ';'");
    show_result_of(verb, services, noun, [&options, &services] { return run_create(options, services); });
}

}  // namespace prevision::cli
