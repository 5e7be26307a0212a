#pragma once

#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/verbs/noun.hpp"
#include "cli/verbs/test_all.hpp"
#include "cli/verbs/test_report.hpp"

namespace prevision::cli {

/// The verb `test`, of some objects or of all. `example` is the name of one.
template <typename Object>
void add_test_verb(Command& command, Services& services, const Noun<Object>& noun, const std::string& help,
                   const std::string& example, const TestCall& test) {
    Command verb = command.subcommand("test", help);
    auto& options = verb.keep<TestOptions>();
    verb.argument("[NAME]", options.names, "Its name or id; several may be given", false,
                  {.completes = noun.completes});
    add_test_options(verb, options);
    verb.detail(
        "With --all or several names each result is a line, shown as it comes; exit code 8 when some fail.");
    verb.example(fmt::format("prevision {} test {}", noun.name(), example));
    verb.example(fmt::format("prevision {} test --all -j 8 --junit results.xml", noun.name()));
    verb.action([&options, test, &services] {
        check_test_options(options);
        if (options.names.size() == 1) {
            const auto object = find<Object>(services, options.names.front());
            report_test(services, object.id, object.name, test(services.client(), api::refer_to(object)));
            return;
        }
        std::vector<TestItem> items;
        if (options.all) {
            list_all<Object>(services, [&](const Object& object) {
                items.push_back({.object = api::refer_to(object), .failure = {}});
                return true;
            });
        }
        for (const auto& name : options.names) {
            auto& item = items.emplace_back(TestItem{.object = {{}, name}, .failure = {}});
            try {
                item.object = api::refer_to(find<Object>(services, name));
            } catch (const Error& error) {
                if (services.cancellation().cancelled()) throw;
                item.failure = error;
            }
        }
        test_all(services, std::string(api::noun_of<Object>()), items, options, test);
    });
}

/// Tests an object that was just created, and deletes it when the test fails. The table of the stages goes to stderr, because
/// stdout gets only the object.
template <typename Object>
void test_or_remove(const Object& object, Services& services, const TestCall& test) {
    try {
        const auto outcome = test(services.client(), api::refer_to(object));
        auto settings = services.render_settings();
        if (settings.format == render::Format::table) {
            settings.terminal = services.io().err_is_terminal;
            settings.width = settings.terminal ? std::optional(services.io().width) : std::nullopt;
            show_stages(object.id, outcome.result, settings, services.io().err);
            services.io().err.flush();
        }
        if (outcome.failure) throw Error(*outcome.failure);
    } catch (...) {
        services.tidy(fmt::format("remove the {} again", api::noun_of<Object>()),
                      [&](api::Client& client) { client.remove<Object>(api::refer_to(object)); });
        throw;
    }
}

}  // namespace prevision::cli
