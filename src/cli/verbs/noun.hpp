#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "cli/verbs/batch.hpp"
#include "cli/verbs/deletion.hpp"
#include "cli/verbs/listing.hpp"

namespace prevision::cli {

/// What the verbs that every noun has must know about it, besides its calls.
template <typename Object>
struct Noun {
    Completes completes = Completes::nothing;
    std::vector<Field<Object>> fields;
    std::function<std::vector<Dependent>(Services&, const Object&)>
        dependents;  ///< empty where there can be none

    [[nodiscard]] static std::string name() { return std::string(api::noun_of<Object>()); }
};

/// "a connector", "an exporter".
inline std::string with_article(const std::string& noun) {
    return (noun.starts_with('e') ? "an " : "a ") + noun;
}

/// Adds the noun's objects to a listing of ids or documents, unread.
template <typename Object>
void list_without_cells(Services& services, Listing& listing) {
    auto& client = services.client();
    if (services.options().format() == render::Format::id) {
        client.list_ids<Object>(scope_of<Object>(services), [&](std::string id) {
            return listing.add({.id = std::move(id), .cells = {}, .document = {}});
        });
        return;
    }
    client.list_documents<Object>(scope_of<Object>(services), [&](api::Client::Document each) {
        return listing.add({.id = std::move(each.id), .cells = {}, .document = std::move(each.text)});
    });
}

/// Adds the noun's objects to the listing. Only the cells that are used are made: a list may have thousands of objects.
template <typename Object>
void list_objects(Services& services, const Noun<Object>& noun, Listing& listing) {
    const auto& fields = noun.fields;
    const auto used = prepare_used(services, fields, listing);
    if (used.empty()) {
        list_without_cells<Object>(services, listing);
        return;
    }
    const std::vector<std::optional<std::string>> no_cells(fields.size());
    list_all<Object>(services, [&](Object object) {
        auto cells = no_cells;
        for (const auto i : used) cells[i] = fields[i].cell(object);
        return listing.add(
            {.id = object.id, .cells = std::move(cells), .document = std::move(object.document)});
    });
}

template <typename Object>
void add_list_verb(Command& command, Services& services, const Noun<Object>& noun) {
    const auto name = noun.name();
    Command verb = command.subcommand("list", fmt::format("List the {}s", name), {"ls"});
    auto& options = verb.keep<ListOptions>();
    add_list_options(verb, options, column_names(noun.fields));
    verb.example(fmt::format("prevision {} list", name));
    verb.example(fmt::format("prevision {} list -o json --filter 'name=prod*'", name));
    verb.action([&options, &noun, &services] {
        auto listing = make_listing(services, options, noun.fields);
        listing.show([&] { list_objects(services, noun, listing); });
        if (listing.count() == 0) say_list_is_empty(services, options, noun.name(), noun.name() + " create");
    });
}

/// Ends a verb whose result is one object: adds `--columns` and shows what `run` returns.
template <typename Object, typename Run>
void show_result_of(Command& verb, Services& services, const Noun<Object>& noun, Run run) {
    auto& columns = verb.keep<std::vector<std::string>>();
    add_columns_option(verb, columns, column_names(noun.fields));
    verb.action([&columns, &noun, &services, run] {
        const auto fields = pick_fields(noun.fields, columns);
        show_object(services, fields, run());
    });
}

template <typename Object>
void add_show_verb(Command& command, Services& services, const Noun<Object>& noun) {
    struct Options {
        std::vector<std::string> names;
        std::vector<std::string> columns;
    };
    const auto name = noun.name();
    Command verb = command.subcommand("show", fmt::format("Show {}", with_article(name)), {"get"});
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.names, "Its name or id; several may be given", true,
                  {.completes = noun.completes});
    add_columns_option(verb, options.columns, column_names(noun.fields));
    verb.example(fmt::format("prevision {} show my_{}", name, name));
    verb.action([&options, &noun, &services] {
        ObjectList<Object> shown(services, pick_fields(noun.fields, options.columns), options.names.size());
        Batch batch(services, noun.name() + "s were not shown", options.names.size());
        for (const auto& wanted : options.names)
            batch.run([&] { shown.add(find<Object>(services, wanted)); });
        shown.finish();
        batch.finish();
    });
}

/// Where something depends on the object, the refusal names the flag that deletes that too.
template <typename Object>
void remove_object(Services& services, const Noun<Object>& noun, const Object& object) {
    try {
        services.client().remove<Object>(api::refer_to(object));
    } catch (const Error& error) {
        if (!noun.dependents || error.error_class() != ErrorClass::conflict) throw;
        Error with_advice(error.error_class(), error.what(),
                          "delete these first, or delete all of it with --cascade");
        if (error.status()) with_advice.with_status(*error.status());
        throw with_advice;
    }
}

/// The objects that the names find, each once. With `if_exists` an unknown name is only mentioned.
template <typename Object>
std::vector<Object> find_all(Services& services, const DeleteOptions& options, Batch& batch) {
    std::vector<Object> objects;
    for (const auto& name : options.names) {
        batch.run([&] {
            try {
                auto object = find<Object>(services, name);
                if (std::ranges::find(objects, object.id, &Object::id) == objects.end())
                    objects.push_back(std::move(object));
            } catch (const Error& error) {
                if (!options.if_exists || error.error_class() != ErrorClass::not_found) throw;
                services.notice(fmt::format("{}: nothing was deleted", error.what()));
            }
        });
    }
    return objects;
}

template <typename Object>
void run_delete(Services& services, const Noun<Object>& noun, const DeleteOptions& options) {
    const auto name = noun.name();
    Batch batch(services, name + "s were not deleted", options.names.size());
    const auto objects = find_all<Object>(services, options, batch);
    Deletion deletion;
    std::vector<std::vector<Dependent>> dependents(objects.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        if (options.cascade && noun.dependents) dependents[i] = noun.dependents(services, objects[i]);
        deletion.add(name, objects[i].name, dependents[i]);
    }
    deletion.confirm(options.yes, services);
    // Of several names the result is a list, however many were found.
    ObjectList<Object> shown(services, noun.fields, objects.empty() ? 0 : options.names.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        batch.run([&] {
            remove_dependents(services, dependents[i]);
            remove_object(services, noun, objects[i]);
            if (services.options().format() != render::Format::table) shown.add(objects[i]);
            services.message(fmt::format("deleted the {} '{}'", name, objects[i].name));
        });
    }
    shown.finish();
    batch.finish();
}

/// Asks, deletes what depends on the objects where `--cascade` says so, then the objects themselves.
template <typename Object>
void add_delete_verb(Command& command, Services& services, const Noun<Object>& noun) {
    const auto name = noun.name();
    Command verb = command.subcommand("delete", fmt::format("Delete {}", with_article(name)), {"rm"});
    auto& options = verb.keep<DeleteOptions>();
    verb.argument("NAME", options.names, "Its name or id; several may be given", true,
                  {.completes = noun.completes});
    add_delete_options(verb, options);
    verb.detail("All formats but table show what was deleted.");
    verb.example(fmt::format("prevision {} delete my_{} --yes", name, name));
    verb.action([&options, &noun, &services] { run_delete(services, noun, options); });
}

}  // namespace prevision::cli
