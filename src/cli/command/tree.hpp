#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace prevision::cli {

/// What a value names, so that TAB can offer what there is.
enum class Completes {
    nothing,
    file,
    project,
    connector,
    datasource,
    dataset,
    exporter,
    profile,
    database,              ///< of the connector that `--connector` names, or that the datasource NAME has
    table,                 ///< the same, in the database that `--database` names
    bucket,                ///< the same, where the system has buckets
    path,                  ///< a file in the system of `--connector`, in its `--bucket` where it has buckets
    place,                 ///< what can be browsed in the system of the connector that NAME names
    dataset_column,        ///< of the dataset that NAME names
    datasource_column,     ///< of the datasource that NAME names
    token,                 ///< a token of the served platform, by name
    environment_variable,  ///< by its name
};

/// An option, a flag or an argument, as data.
struct Parameter {
    std::vector<std::string> names;  ///< "-o" and "--output"; an argument's one name, "NAME"
    std::string value;               ///< the value's name in the help; empty for a flag
    std::string help;
    std::string fallback;                  ///< the default, where that is worth showing
    std::vector<std::string> choices;      ///< the only values that are accepted; empty for any
    bool may_be_empty = false;             ///< whether '' is taken beside the choices
    std::string missing;                   ///< what '' lacks: "a URL"; empty where '' is a value
    std::vector<std::string> suggestions;  ///< what TAB offers where other values are accepted too
    std::function<std::vector<std::string>()> suggest;  ///< empty, or the same for what is given so far
    Completes completes = Completes::nothing;
    std::string name_prefix;  ///< what TAB offers before each name as well: "-"
    std::string name_suffix;  ///< what TAB adds to each name, where more has to follow: "="
    bool required = false;
    bool decides_errors = false;  ///< whether it says how errors are shown: it is taken before all others
    bool repeated = false;
    bool comma_separated = false;
    std::function<bool()> shown;                   ///< empty, or whether the help shows it
    std::function<void(const std::string&)> take;  ///< Error usage for a value that it does not take

    [[nodiscard]] bool is_flag() const { return value.empty(); }
    /// "--output" rather than "-o".
    [[nodiscard]] const std::string& long_name() const { return names.back(); }
};

/// The program, a noun or a verb. The parser, the help, the completion and the manual derive from the tree.
struct CommandNode {
    std::string name;
    std::string help;                  ///< one line
    std::vector<std::string> details;  ///< paragraphs after it
    std::vector<std::string> aliases;
    const CommandNode* parent = nullptr;
    std::vector<Parameter> options;
    std::vector<Parameter> arguments;
    std::vector<std::string>* remaining = nullptr;  ///< takes all words after the name as they are
    std::vector<std::string> examples;              ///< whole command lines
    std::vector<std::unique_ptr<CommandNode>> children;
    bool hidden = false;
    std::vector<std::shared_ptr<void>> kept;  ///< what the options write into: see Command::keep
    std::function<void()> action;
    std::function<void(CommandNode&)> fill;  ///< adds the rest when it is reached: see Command::when_reached
};

/// "prevision connector create".
std::string full_name(const CommandNode& node);

/// Adds what is only added when a node is reached. A node that `find_child` or `follow` returned is reached.
void reach(CommandNode& node);

/// The child of that name or alias, or nullptr.
const CommandNode* find_child(const CommandNode& node, std::string_view name);

/// The node's own options, then those of the nodes above it.
std::vector<const Parameter*> options_in_reach(const CommandNode& node);

/// The option in reach that has this name ("-o", "--output"), or nullptr.
const Parameter* find_option(const CommandNode& node, std::string_view name);

/// The option at the end of a word such as "--output" or "-vo" whose value is the next word; nullptr when the word needs no
/// other, as "--output=json" and "-ojson".
const Parameter* option_wanting_value(const CommandNode& node, std::string_view word);

/// How far a command line names commands.
struct Reached {
    const CommandNode* node = nullptr;
    std::vector<std::string> words;  ///< what is left for the node: options, arguments, and mistakes
};

/// Follows the words that name commands. Options in between are left to the node that is reached.
Reached follow(const CommandNode& root, std::span<const std::string> words);

}  // namespace prevision::cli
