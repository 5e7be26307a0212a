#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/verbs/confirmation.hpp"
#include "cli/verbs/listing.hpp"

namespace prevision::cli {

/// What the verbs that every noun has need to know of it.
template <typename Object>
struct Noun {
    std::string name;  ///< "connector"
    Completes completes = Completes::nothing;
    std::vector<Field<Object>> fields;
    std::function<void(Services&, const std::function<bool(Object)>&)> list;
    std::function<Object(Services&, const std::string& name_or_id)> find;
    std::function<void(Services&, const Object&)> remove;
    std::function<void(Services&, const Object&)>
        remove_dependents;  ///< empty where nothing can depend on it
};

/// "a connector", "an exporter".
inline std::string with_article(const std::string& noun) {
    return (noun.starts_with('e') ? "an " : "a ") + noun;
}

template <typename Object>
void add_list_verb(Command& command, Services& services, const Noun<Object>& noun) {
    Command verb = command.subcommand("list", fmt::format("List the {}s", noun.name), {"ls"});
    auto& options = verb.keep<ListOptions>();
    add_list_options(verb, options, column_names(noun.fields));
    verb.example(fmt::format("prevision {} list", noun.name));
    verb.example(fmt::format("prevision {} list -o json --filter 'name=prod*'", noun.name));
    verb.action([&options, &noun, &services] {
        auto listing = make_listing(services, options, noun.fields);
        listing.show([&] {
            for (std::size_t i = 0; i < noun.fields.size(); ++i) {
                const auto& field = noun.fields[i];
                if (field.prepare && listing.uses(i)) field.prepare(services);
            }
            noun.list(services,
                      [&](const Object& object) { return listing.add(to_row(noun.fields, object)); });
        });
        if (listing.count() == 0) tell_of_none(services, options, noun.name, noun.name + " create");
    });
}

template <typename Object>
void add_show_verb(Command& command, Services& services, const Noun<Object>& noun) {
    Command verb = command.subcommand("show", fmt::format("Show {}", with_article(noun.name)), {"get"});
    auto& name = verb.keep<std::string>();
    verb.argument("NAME", name, "Its name or id", true, {.completes = noun.completes});
    verb.example(fmt::format("prevision {} show my_{}", noun.name, noun.name));
    verb.action([&name, &noun, &services] { show_object(services, noun.fields, noun.find(services, name)); });
}

/// Where something depends on the object, the refusal names the flag that deletes that too.
template <typename Object>
void remove_object(Services& services, const Noun<Object>& noun, const Object& object, bool cascade) {
    try {
        noun.remove(services, object);
    } catch (const Error& error) {
        if (cascade || !noun.remove_dependents || error.error_class() != ErrorClass::conflict) throw;
        Error told(error.error_class(), error.what(), "delete these first, or all of it with --cascade");
        if (error.status()) told.with_status(*error.status());
        throw told;
    }
}

/// Asks, deletes what depends on it where `--cascade` says so, then the object itself.
template <typename Object>
void add_delete_verb(Command& command, Services& services, const Noun<Object>& noun) {
    struct Options {
        std::string name;
        bool cascade = false;
        bool yes = false;
    };
    Command verb = command.subcommand("delete", fmt::format("Delete {}", with_article(noun.name)), {"rm"});
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = noun.completes});
    verb.flag("--cascade", options.cascade, "Delete what depends on it as well");
    verb.flag("-y,--yes", options.yes, "Do not ask");
    verb.detail("All formats but table show what was deleted.");
    verb.example(fmt::format("prevision {} delete my_{} --yes", noun.name, noun.name));
    verb.action([&options, &noun, &services] {
        const auto object = noun.find(services, options.name);
        confirm(fmt::format("Delete the {} '{}'{}?", noun.name, object.name,
                            options.cascade ? " and all that depends on it" : ""),
                options.yes, services);
        if (options.cascade && noun.remove_dependents) noun.remove_dependents(services, object);
        remove_object(services, noun, object, options.cascade);
        show_done(services, noun.fields, object, fmt::format("deleted the {} '{}'", noun.name, object.name));
    });
}

/// Deletes every object of a list that `wanted` picks; none on a platform without such a list. They are
/// gathered first: deleting moves the objects of later pages.
template <typename Object>
void remove_listed(const std::function<void(const std::function<bool(Object)>&)>& list,
                   const std::function<bool(const Object&)>& wanted,
                   const std::function<void(const api::ObjectReference&)>& remove) {
    std::vector<api::ObjectReference> found;
    try {
        list([&](const Object& object) {
            if (wanted(object)) found.push_back(api::refer_to(object));
            return true;
        });
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
    }
    for (const auto& object : found) remove(object);
}

}  // namespace prevision::cli
