#include "cli/command/parser.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

// The one file that knows the parser library: it takes seconds to compile, and a command need not know it.
// The library takes options and arguments apart; which command they belong to is known by then, because it
// would take an argument that is spelled like a command for that command.
namespace prevision::cli {

namespace {

/// "connector create: ", and nothing for the program itself, which the message begins with anyway.
std::string where(const CommandNode& node) {
    if (node.parent == nullptr) return {};
    return node.parent->parent == nullptr ? node.name + ": "
                                          : fmt::format("{} {}: ", node.parent->name, node.name);
}

std::string see_help(const CommandNode& node) { return fmt::format("see '{} --help'", full_name(node)); }

/// "did you mean 'list'? see 'prevision connector --help'".
std::string hint(const CommandNode& node, const std::string& word,
                 const std::vector<std::string>& candidates) {
    const auto meant = closest(word, candidates);
    return meant ? fmt::format("did you mean '{}'? {}", *meant, see_help(node)) : see_help(node);
}

/// What to do where a value is none of those that a parameter takes.
std::string choice_hint(const Parameter& parameter, const CommandNode& node, const std::string& value) {
    if (const auto meant = closest(value, parameter.choices))
        return fmt::format("did you mean '{}'?", *meant);
    // Many programs name a file by -o.
    if (parameter.long_name() != "--output" || value.find_first_of("./") == std::string::npos)
        return see_help(node);
    const auto takes_file = [](const Parameter* option) { return option->long_name() == "--to"; };
    return fmt::format("--output is a format: {} names a file",
                       std::ranges::any_of(options_in_reach(node), takes_file) ? "--to" : "'>' of the shell");
}

void take(const Parameter& parameter, const CommandNode& node, const std::string& value) {
    if (!parameter.choices.empty() &&
        std::ranges::find(parameter.choices, value) == parameter.choices.end()) {
        throw Error(ErrorClass::usage,
                    fmt::format("{}: '{}' is none of {}", parameter.long_name(), value,
                                join(parameter.choices, ", ")),
                    choice_hint(parameter, node, value));
    }
    // A file's name may be any bytes; all else is text, and is sent as JSON.
    if (parameter.completes != Completes::file && !is_utf8(value))
        throw Error(ErrorClass::usage,
                    fmt::format("{}: '{}' is no text in UTF-8", parameter.long_name(), value),
                    see_help(node));
    try {
        parameter.take(value);
    } catch (const Error& error) {
        if (!error.hint().empty()) throw;
        throw Error(error.error_class(), error.what(), see_help(node));
    }
}

/// Which parameters were given, and the parser library's view of the node.
struct Filling {
    std::set<const Parameter*> given;
    CLI::App app;
};

void add(Filling& filling, const Parameter& parameter, const CommandNode& node) {
    const auto names = join(parameter.names, ",");
    if (parameter.is_flag()) {
        filling.app.add_flag_callback(names, [&filling, &parameter] {
            filling.given.insert(&parameter);
            parameter.take("");
        });
        return;
    }
    auto* option = filling.app.add_option(names, [&filling, &parameter, &node](const CLI::results_t& values) {
        filling.given.insert(&parameter);
        if (parameter.repeated) {
            for (const auto& value : values) take(parameter, node, value);
        } else {
            take(parameter, node, values.back());
        }
        return true;
    });
    // Without `allow_extra_args` a value in square brackets would be taken for a list.
    option->expected(1)->take_all()->allow_extra_args(false);
    if (parameter.repeated && !parameter.names.front().starts_with('-'))
        option->expected(1, std::numeric_limits<int>::max())->allow_extra_args();
}

[[noreturn]] void refuse_word(const CommandNode& node, const std::string& word) {
    if (word.starts_with('-') && word.size() > 1) {
        const auto name = word.substr(0, word.find('='));
        std::vector<std::string> flags{"--help"};
        for (const auto* option : options_in_reach(node)) flags.push_back(option->long_name());
        throw Error(ErrorClass::usage, fmt::format("{}unknown flag '{}'", where(node), name),
                    hint(node, name, flags));
    }
    if (node.children.empty()) {
        throw Error(ErrorClass::usage, fmt::format("{}'{}' is one word too many", where(node), word),
                    see_help(node));
    }
    std::vector<std::string> commands;
    for (const auto& child : node.children) {
        if (child->hidden) continue;
        commands.push_back(child->name);
        commands.insert(commands.end(), child->aliases.begin(), child->aliases.end());
    }
    throw Error(ErrorClass::usage, fmt::format("{}unknown command '{}'", where(node), word),
                hint(node, word, commands));
}

[[noreturn]] void refuse_bare(const CommandNode& node) {
    std::vector<std::string> names;
    for (const auto& child : node.children) {
        if (!child->hidden) names.push_back(child->name);
    }
    throw Error(ErrorClass::usage, fmt::format("{}a command is missing: {}", where(node), join(names, ", ")),
                see_help(node));
}

/// Whether it is an option of the program itself.
bool is_global(const CommandNode& node, const Parameter& option) {
    const auto* root = &node;
    while (root->parent != nullptr) root = root->parent;
    return std::ranges::any_of(root->options, [&](const auto& each) { return &each == &option; });
}

void check_required(const CommandNode& node, const std::set<const Parameter*>& given) {
    const auto check = [&](const Parameter& parameter) {
        if (!parameter.required || given.contains(&parameter)) return;
        throw Error(ErrorClass::usage, fmt::format("{}{} is missing", where(node), parameter.long_name()),
                    see_help(node));
    };
    for (const auto& argument : node.arguments) check(argument);
    for (const auto& option : node.options) check(option);
}

}  // namespace

Parsed parse_words(const CommandNode& node, std::span<const std::string> words) {
    Filling filling;
    filling.app.allow_extras();
    // What stands first is taken first: how errors are shown is known before a verb's own option is wrong.
    for (const auto* option : options_in_reach(node)) {
        if (is_global(node, *option)) add(filling, *option, node);
    }
    for (const auto* option : options_in_reach(node)) {
        if (!is_global(node, *option)) add(filling, *option, node);
    }
    for (const auto& argument : node.arguments) add(filling, argument, node);
    try {
        filling.app.parse(std::vector<std::string>(words.rbegin(), words.rend()));
    } catch (const CLI::CallForHelp&) {
        // Help on a command that is none would be that of another one.
        const auto left = filling.app.remaining();
        const auto word = std::ranges::find_if(left, [](const auto& each) { return !each.starts_with('-'); });
        if (!node.children.empty() && word != left.end()) refuse_word(node, *word);
        return Parsed::help_wanted;
    } catch (const CLI::ArgumentMismatch& error) {
        const std::string text = error.what();
        throw Error(ErrorClass::usage,
                    fmt::format("{}{} needs a value", where(node), text.substr(0, text.find(':'))),
                    see_help(node));
    } catch (const CLI::ParseError& error) {
        throw Error(ErrorClass::usage, fmt::format("{}{}", where(node), error.what()), see_help(node));
    }
    auto left = filling.app.remaining();
    // The library counts the mark itself among what is left.
    if (const auto mark = std::ranges::find(left, "--"); mark != left.end()) left.erase(mark);
    if (!left.empty()) {
        // A command that is none explains more than its flags, and a wrong flag more than the words around
        // it.
        const bool is_command = !node.children.empty() && !left.front().starts_with("-");
        const auto flag = std::ranges::find_if(left, [](const auto& word) { return word.starts_with("-"); });
        refuse_word(node, flag == left.end() || is_command ? left.front() : *flag);
    }
    if (!node.action) refuse_bare(node);
    check_required(node, filling.given);
    return Parsed::filled;
}

}  // namespace prevision::cli
