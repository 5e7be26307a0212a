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
    bucket,                ///< the same, of a system that has such
    path,                  ///< a file in the system of `--connector`, in its `--bucket` where it has such
    place,                 ///< what can be browsed in the system of the connector that NAME names
    dataset_column,        ///< of the dataset that NAME names
    datasource_column,     ///< of the datasource that NAME names
    token,                 ///< of those who may call the served platform
    environment_variable,  ///< by its name
};

/// An option, a flag or an argument, as data.
struct Parameter {
    std::vector<std::string> names;  ///< "-o" and "--output"; an argument's one name, "NAME"
    std::string value;               ///< what stands for the value in the help; empty for a flag
    std::string help;
    std::string fallback;                  ///< what holds when it is left out, where that is worth showing
    std::vector<std::string> choices;      ///< where only these are taken
    bool may_be_empty = false;             ///< whether '' is taken beside the choices
    std::vector<std::string> suggestions;  ///< what TAB offers where others are taken too
    std::function<std::vector<std::string>()> suggest;  ///< empty, or the same for what is given so far
    Completes completes = Completes::nothing;
    std::string name_prefix;  ///< what may stand before such a name: "-"
    std::string name_suffix;  ///< what stands behind it, with more to come: "="
    bool required = false;
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
};

/// "prevision connector create".
std::string full_name(const CommandNode& node);

/// The child of that name or alias, or nullptr.
const CommandNode* find_child(const CommandNode& node, std::string_view name);

/// The node's own options, then those of the nodes above it.
std::vector<const Parameter*> options_in_reach(const CommandNode& node);

/// The option in reach that has this name ("-o", "--output"), or nullptr.
const Parameter* find_option(const CommandNode& node, std::string_view name);

/// Which option a word like "--output=json", "-ojson" or "-vo" ends with, where its value is not in the word
/// itself but in the next one; nullptr where it needs none.
const Parameter* option_wanting_value(const CommandNode& node, std::string_view word);

/// How far a command line names commands.
struct Reached {
    const CommandNode* node = nullptr;
    std::vector<std::string> words;  ///< what is left for the node: its options, arguments, and what is wrong
};

/// Follows the words that name commands. Options in between are left to the node that is reached.
Reached follow(const CommandNode& root, std::span<const std::string> words);

}  // namespace prevision::cli
