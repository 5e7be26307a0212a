#include "cli/command/parser.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

// Only this file includes the parser library, which takes seconds to compile. The library parses options; commands and
// arguments are matched here, because it would take an argument that is spelled like a command for that command.
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

/// What to do when a value is not one of a parameter's choices.
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
    // Often a variable that is not set: to go on without the option would do something else than was meant.
    if (value.empty() && !parameter.missing.empty()) {
        throw Error(ErrorClass::usage,
                    fmt::format("{}: {} is missing", parameter.long_name(), parameter.missing),
                    parameter.required ? see_help(node)
                                       : fmt::format("give it, or leave {} out", parameter.long_name()));
    }
    if (!parameter.choices.empty() && !(value.empty() && parameter.may_be_empty) &&
        std::ranges::find(parameter.choices, value) == parameter.choices.end()) {
        throw Error(ErrorClass::usage,
                    fmt::format("{}: '{}' is not one of {}", parameter.long_name(), value,
                                join(parameter.choices, ", ")),
                    choice_hint(parameter, node, value));
    }
    // A file's name may be any bytes; all else is text, and is sent as JSON.
    if (parameter.completes != Completes::file && !is_utf8(value))
        throw Error(ErrorClass::usage,
                    fmt::format("{}: '{}' is not UTF-8 text", parameter.long_name(), value), see_help(node));
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

/// Words for the library, less one that it would misread. That one is refused once the others are taken: --output says how.
struct Separated {
    std::vector<std::string> words;
    std::optional<Error> refusal;
};

Error refusal_of(const CommandNode& node, const Parameter& option, const std::string& name,
                 const std::string& value) {
    if (name.starts_with("--"))
        return Error(ErrorClass::usage, fmt::format("{}{} takes no value", where(node), name),
                     see_help(node));
    return Error(ErrorClass::usage,
                 fmt::format("{}={}: a short flag's value follows without '='", name, value),
                 option.is_flag() ? fmt::format("write {}", name) : fmt::format("write {} {}", name, value));
}

/// The words, with an empty value ("--host=") as a word of its own: the library would take the next word for it.
Separated with_separate_values(const CommandNode& node, std::span<const std::string> words) {
    Separated separated;
    auto& result = separated.words;
    for (auto word = words.begin(); word != words.end(); ++word) {
        if (*word == "--") {
            result.insert(result.end(), word, words.end());
            break;
        }
        result.push_back(*word);
        if (option_wanting_value(node, *word) != nullptr) {
            if (word + 1 != words.end()) result.push_back(*++word);
            continue;
        }
        const auto equals = word->find('=');
        const auto name = word->substr(0, equals);
        const auto* option = equals == std::string::npos ? nullptr : find_option(node, name);
        if (option == nullptr) continue;
        const auto value = word->substr(equals + 1);
        if (!name.starts_with("--") || (value.empty() && option->is_flag())) {
            if (!separated.refusal) separated.refusal = refusal_of(node, *option, name, value);
            result.pop_back();
        } else if (value.empty()) {
            result.back() = name;
            result.emplace_back();
        }
    }
    return separated;
}

/// The library fills nothing when the last option has no value; the options before it say how to report that.
void parse_options(Filling& filling, std::vector<std::string> words) {
    std::ranges::reverse(words);
    try {
        filling.app.parse(std::vector(words));
    } catch (const CLI::ArgumentMismatch&) {
        words.erase(words.begin());
        filling.app.parse(std::move(words));
        throw;
    }
}

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

/// Whether the word is written as a flag; a single "-" is an argument, often for stdin or stdout.
bool is_flag_word(const std::string& word) { return word.starts_with('-') && word.size() > 1; }

[[noreturn]] void refuse_flag(const CommandNode& node, const std::string& word) {
    const auto name = word.substr(0, word.find('='));
    std::vector<std::string> flags{"--help"};
    for (const auto* option : options_in_reach(node)) flags.push_back(option->long_name());
    auto advice = hint(node, name, flags);
    if (!node.arguments.empty() && !word.starts_with("--"))
        advice +=
            fmt::format("; a name that begins with '-' goes after '--': {} -- {}", full_name(node), word);
    throw Error(ErrorClass::usage, fmt::format("{}unknown flag '{}'", where(node), name), advice);
}

[[noreturn]] void refuse_word(const CommandNode& node, const std::string& word) {
    if (node.children.empty()) {
        throw Error(ErrorClass::usage, fmt::format("{}unexpected argument '{}'", where(node), word),
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

/// Matches the words that the library has left with the node's arguments. An unknown command is reported before an unknown
/// flag, which may be its own, and a flag before an argument.
void take_arguments(const CommandNode& node, Filling& filling) {
    auto left = filling.app.remaining();
    const auto mark = std::ranges::find(left, "--");
    if (!node.children.empty() && mark != left.end() && mark + 1 != left.end()) {
        throw Error(ErrorClass::usage,
                    fmt::format("{}'{}' follows '--', where no command can be named", where(node), mark[1]),
                    "write the command before '--'");
    }
    if (!node.children.empty() && !left.empty() && !is_flag_word(left.front()))
        refuse_word(node, left.front());
    const auto flag = std::find_if(left.begin(), mark, is_flag_word);
    if (flag != mark) refuse_flag(node, *flag);
    if (mark != left.end()) left.erase(mark);
    auto argument = node.arguments.begin();
    for (const auto& word : left) {
        if (argument == node.arguments.end()) refuse_word(node, word);
        filling.given.insert(&*argument);
        take(*argument, node, word);
        if (!argument->repeated) ++argument;
    }
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
    // The library takes them in this order, and --output must be set before another one can fail.
    auto options = options_in_reach(node);
    std::stable_partition(options.begin(), options.end(),
                          [&](const auto* option) { return is_global(node, *option); });
    std::stable_partition(options.begin(), options.end(),
                          [](const auto* option) { return option->decides_errors; });
    for (const auto* option : options) add(filling, *option, node);
    auto separated = with_separate_values(node, words);
    try {
        parse_options(filling, std::move(separated.words));
    } catch (const CLI::CallForHelp&) {
        // An unknown command is refused instead of showing its parent's help.
        const auto left = filling.app.remaining();
        const auto word = std::ranges::find_if_not(left, is_flag_word);
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
    if (separated.refusal) throw Error(*separated.refusal);
    take_arguments(node, filling);
    if (!node.action) refuse_bare(node);
    check_required(node, filling.given);
    return Parsed::filled;
}

}  // namespace prevision::cli
