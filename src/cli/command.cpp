#include "cli/command.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

// The one file that knows the parser library: it takes seconds to compile, and a command need not know it.
namespace prevision::cli {

namespace {

CLI::App& app_of(void* node) { return *static_cast<CLI::App*>(node); }

void apply(CLI::Option& option, const OptionTraits& traits) {
    option.type_name(traits.value);
    if (!traits.choices.empty()) {
        option.type_name(join(traits.choices, "|"));
        option.check([choices = traits.choices](const std::string& value) {
            if (std::ranges::find(choices, value) != choices.end()) return std::string();
            return fmt::format("'{}' is none of {}", value, join(choices, ", "));
        });
    }
    if (traits.required) option.required();
}

/// The path of the deepest command that the line reached: "prevision connector create".
const CLI::App& reached(const CLI::App& app) {
    const auto& chosen = app.get_subcommands();
    return chosen.empty() ? app : reached(*chosen.front());
}

std::string full_name(const CLI::App& app) {
    if (app.get_parent() == nullptr) return app.get_name();
    return full_name(*app.get_parent()) + " " + app.get_name();
}

}  // namespace

struct CommandLine::Tree {
    CLI::App app;
    std::function<void()> selected;
};

Command Command::subcommand(const std::string& name, const std::string& help,
                            const std::vector<std::string>& aliases) {
    auto* child = app_of(node_).add_subcommand(name, help);
    child->fallthrough();
    for (const auto& alias : aliases) child->alias(alias);
    return Command(child, selected_);
}

Command Command::hidden_subcommand(const std::string& name) {
    auto* child = app_of(node_).add_subcommand(name, "");
    child->group("");
    return Command(child, selected_);
}

void Command::flag(const std::string& names, bool& target, const std::string& help) {
    app_of(node_).add_flag(names, target, help);
}

void Command::option(const std::string& names, std::string& target, const std::string& help,
                     const OptionTraits& traits) {
    apply(*app_of(node_).add_option(names, target, help), traits);
}

void Command::option(const std::string& names, std::optional<std::string>& target, const std::string& help,
                     const OptionTraits& traits) {
    apply(*app_of(node_).add_option_function<std::string>(
              names, [&target](const std::string& value) { target = value; }, help),
          traits);
}

void Command::option(const std::string& names, std::optional<int>& target, const std::string& help) {
    apply(*app_of(node_).add_option_function<int>(
              names, [&target](int value) { target = value; }, help),
          {.value = "N"});
}

void Command::option(const std::string& names, int& target, const std::string& help) {
    apply(*app_of(node_).add_option(names, target, help), {.value = "N"});
}

void Command::option(const std::string& names, std::vector<std::string>& target, const std::string& help,
                     const OptionTraits& traits) {
    auto* option = app_of(node_).add_option(names, target, help);
    apply(*option, traits);
    option->expected(1)->take_all();
}

void Command::comma_list(const std::string& names, std::vector<std::string>& target,
                         const std::string& help) {
    auto* option = app_of(node_).add_option(names, target, help);
    apply(*option, {.value = "A,B,..."});
    option->expected(1)->take_all()->delimiter(',');
}

void Command::argument(const std::string& name, std::string& target, const std::string& help, bool required) {
    auto* option = app_of(node_).add_option(name, target, help);
    option->type_name("");
    if (required) option->required();
}

void Command::example(const std::string& line) {
    auto& app = app_of(node_);
    const std::string before = app.get_footer();
    app.footer(fmt::format("{}\n  {}", before.empty() ? "Examples:" : before, line));
}

void Command::action(std::function<void()> action) {
    app_of(node_).callback([selected = selected_, action = std::move(action)] { *selected = action; });
}

CommandLine::CommandLine(const std::string& name, const std::string& description)
    : tree_(std::make_unique<Tree>()) {
    tree_->app.name(name);
    tree_->app.description(description);
}

CommandLine::~CommandLine() = default;

Command CommandLine::root() { return Command(&tree_->app, &tree_->selected); }

std::function<void()> CommandLine::parse(std::span<const std::string> arguments) {
    auto& app = tree_->app;
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
        const auto* parent = reached(app).get_parent();
        throw HelpRequested{reached(app).help(parent != nullptr ? full_name(*parent) : std::string())};
    } catch (const CLI::ParseError& error) {
        throw Error(ErrorClass::usage, error.what(), fmt::format("see '{} --help'", full_name(reached(app))));
    }
    if (!tree_->selected) {
        const auto& last = reached(app);
        std::vector<std::string> names;
        for (const auto* child :
             last.get_subcommands([](const CLI::App* child) { return !child->get_group().empty(); })) {
            names.push_back(child->get_name());
        }
        throw Error(ErrorClass::usage,
                    fmt::format("{}: a command is missing: {}", full_name(last), join(names, ", ")),
                    fmt::format("see '{} --help'", full_name(last)));
    }
    return tree_->selected;
}

}  // namespace prevision::cli
