#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/verbs/noun.hpp"
#include "cli/verbs/test_all.hpp"
#include "cli/verbs/test_report.hpp"

namespace prevision::cli {

/// The platform's call that tests an object.
using TestCall = api::TestOutcome (*)(api::Client& client, const api::ObjectReference& object);

/// The verb `test`, of one object or of all. `example` is the name of one.
template <typename Object>
void add_test_verb(Command& command, Services& services, const Noun<Object>& noun, const std::string& help,
                   const std::string& example, TestCall test) {
    struct Options : TestAllOptions {
        std::string name;
    };
    Command verb = command.subcommand("test", help);
    auto& options = verb.keep<Options>();
    verb.argument("[NAME]", options.name, "Its name or id", false, {.completes = noun.completes});
    add_test_all_options(verb, options);
    verb.detail("With --all a result is a line, shown as it comes; exit code 8 when some fail.");
    verb.example(fmt::format("prevision {} test {}", noun.name, example));
    verb.example(fmt::format("prevision {} test --all -j 8 --junit results.xml", noun.name));
    verb.action([&options, &noun, test, &services] {
        check_test_target(options.name, options);
        if (options.all) {
            std::vector<api::ObjectReference> items;
            noun.list(services, [&](const Object& object) {
                items.push_back(api::refer_to(object));
                return true;
            });
            test_all(services, noun.name, items, options, test);
            return;
        }
        const auto object = noun.find(services, options.name);
        report_test(services, object.id, object.name, test(services.client(), api::refer_to(object)));
    });
}

/// Tests what was just made. When that fails it goes again: nothing is created. The stages are for whoever
/// watches; the result of `create` is the object alone.
template <typename Object>
void test_or_remove(const Object& object, Services& services, const std::string& noun, TestCall test,
                    void (api::Client::*remove)(const api::ObjectReference& object)) {
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
        services.tidy(fmt::format("remove the {} again", noun),
                      [&](api::Client& client) { (client.*remove)(api::refer_to(object)); });
        throw;
    }
}

}  // namespace prevision::cli
