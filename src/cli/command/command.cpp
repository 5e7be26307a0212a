#include "cli/command/command.hpp"

#include <fmt/format.h>

#include "cli/command/parser.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

std::int64_t to_integer(const std::string& name, const std::string& text) {
    const auto value = parse_integer(text);
    if (!value) throw Error(ErrorClass::usage, fmt::format("{}: '{}' is not a whole number", name, text));
    return *value;
}

int to_int(const std::string& name, const std::string& text) {
    const auto value = to_integer(name, text);
    if (value < std::numeric_limits<int>::min() || value > std::numeric_limits<int>::max())
        throw Error(ErrorClass::usage, fmt::format("{}: {} is out of range", name, text));
    return static_cast<int>(value);
}

std::string missing_of(const OptionTraits& traits) {
    const bool is_file = traits.completes == Completes::file && !traits.may_be_empty;
    return is_file && traits.missing.empty() ? "a file's name" : traits.missing;
}

}  // namespace

Command Command::subcommand(const std::string& name, const std::string& help,
                            const std::vector<std::string>& aliases) {
    auto child = std::make_unique<CommandNode>();
    child->name = name;
    child->help = help;
    child->aliases = aliases;
    child->parent = node_;
    node_->children.push_back(std::move(child));
    return Command(*node_->children.back());
}

Command Command::hidden_subcommand(const std::string& name) {
    auto child = subcommand(name, "");
    child.node_->hidden = true;
    return child;
}

void Command::when_reached(const std::function<void(Command&)>& fill) {
    node_->fill = [fill](CommandNode& node) {
        Command command(node);
        fill(command);
    };
}

Parameter& Command::add_option(const std::string& names, const std::string& help,
                               const OptionTraits& traits) {
    auto& option = node_->options.emplace_back();
    option.names = split(names, ',');
    option.value = traits.value;
    option.help = help;
    option.choices = traits.choices;
    option.may_be_empty = traits.may_be_empty;
    option.missing = missing_of(traits);
    option.suggestions = traits.suggestions;
    option.suggest = traits.suggest;
    option.name_prefix = traits.name_prefix;
    option.name_suffix = traits.name_suffix;
    option.completes = traits.completes;
    option.required = traits.required;
    option.decides_errors = traits.decides_errors;
    option.shown = traits.shown;
    return option;
}

void Command::flag(const std::string& names, bool& target, const std::string& help,
                   const std::function<bool()>& shown) {
    auto& option = add_option(names, help, {.value = "", .shown = shown});
    option.take = [&target](const std::string& /*value*/) { target = true; };
}

void Command::option(const std::string& names, std::string& target, const std::string& help,
                     const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.fallback = target;
    option.take = [&target](const std::string& value) { target = value; };
}

void Command::option(const std::string& names, std::optional<std::string>& target, const std::string& help,
                     const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.take = [&target](const std::string& value) { target = value; };
}

void Command::option(const std::string& names, std::optional<int>& target, const std::string& help,
                     const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.take = [&target, name = option.long_name()](const std::string& value) {
        target = to_int(name, value);
    };
}

void Command::option(const std::string& names, std::optional<std::int64_t>& target, const std::string& help,
                     const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.take = [&target, name = option.long_name()](const std::string& value) {
        target = to_integer(name, value);
    };
}

void Command::option(const std::string& names, int& target, const std::string& help) {
    auto& option = add_option(names, help, {.value = "N"});
    option.fallback = fmt::format("{}", target);
    option.take = [&target, name = option.long_name()](const std::string& value) {
        target = to_int(name, value);
    };
}

void Command::option(const std::string& names, std::vector<std::string>& target, const std::string& help,
                     const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.repeated = true;
    option.take = [&target](const std::string& value) { target.push_back(value); };
}

void Command::comma_list(const std::string& names, std::vector<std::string>& target, const std::string& help,
                         const OptionTraits& traits) {
    auto& option = add_option(names, help, traits);
    option.repeated = true;
    option.comma_separated = true;
    option.take = [&target](const std::string& value) {
        for (auto& part : split(value, ',')) {
            if (!part.empty()) target.push_back(std::move(part));
        }
    };
}

Parameter& Command::add_argument(const std::string& name, const std::string& help, bool required,
                                 const OptionTraits& traits) {
    auto& argument = node_->arguments.emplace_back();
    const bool bracketed = name.starts_with('[') && name.ends_with(']');
    argument.names = {bracketed ? name.substr(1, name.size() - 2) : name};
    argument.value = argument.names.front();
    argument.help = help;
    argument.choices = traits.choices;
    argument.suggestions = traits.suggestions;
    argument.completes = traits.completes;
    argument.missing = missing_of(traits);
    argument.required = required;
    return argument;
}

void Command::argument(const std::string& name, std::string& target, const std::string& help, bool required,
                       const OptionTraits& traits) {
    add_argument(name, help, required, traits).take = [&target](const std::string& value) { target = value; };
}

void Command::argument(const std::string& name, std::vector<std::string>& target, const std::string& help,
                       bool required, const OptionTraits& traits) {
    auto& argument = add_argument(name, help, required, traits);
    argument.repeated = true;
    argument.take = [&target](const std::string& value) { target.push_back(value); };
}

void Command::remaining(std::vector<std::string>& target) { node_->remaining = &target; }

void Command::detail(const std::string& paragraph) { node_->details.push_back(paragraph); }

void Command::example(const std::string& line) { node_->examples.push_back(line); }

void Command::action(std::function<void()> action) { node_->action = std::move(action); }

CommandLine::CommandLine(const std::string& name, const std::string& description) {
    root_.name = name;
    root_.help = description;
}

std::function<void()> CommandLine::parse(std::span<const std::string> arguments) {
    const auto reached = follow(root_, arguments);
    const auto& node = *reached.node;
    if (node.remaining != nullptr) {
        *node.remaining = reached.words;
        return node.action;
    }
    if (parse_words(node, reached.words) == Parsed::help_wanted) throw HelpRequested{node};
    return node.action;
}

}  // namespace prevision::cli
