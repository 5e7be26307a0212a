#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "cli/command/tree.hpp"

namespace prevision::cli {

/// The properties of an option or argument.
struct OptionTraits {
    std::string value = "TEXT";          ///< the value's name in the help
    std::vector<std::string> choices{};  ///< the only values that are accepted; empty for any
    bool may_be_empty = false;           ///< whether '' is accepted beside the choices, or as a file's name
    std::string missing{};               ///< what '' lacks, as in Parameter; of files by default their name
    bool required = false;
    bool decides_errors = false;  ///< whether it says how errors are shown, also those of other options
    Completes completes = Completes::nothing;
    std::vector<std::string> suggestions{};  ///< what TAB offers where other values are accepted too
    std::function<std::vector<std::string>()> suggest{};  ///< the same, where it depends on other options
    std::string name_prefix{};                            ///< of what `completes` offers, as in Parameter
    std::string name_suffix{};
    std::function<bool()> shown{};  ///< whether the help shows it, where that depends on other options
};

/// A node of the command tree: the program, a noun, or a verb. Options write into variables that live as long
/// as the tree (`keep`), or that the caller owns. Copies are the same node.
class Command {
  public:
    explicit Command(CommandNode& node) : node_(&node) {}

    /// Makes a value that lives as long as the command tree: the options of a verb, a noun's description.
    template <typename Value>
    Value& keep(Value value = {}) {
        auto kept = std::make_shared<Value>(std::move(value));
        node_->kept.push_back(kept);
        return *kept;
    }

    Command subcommand(const std::string& name, const std::string& help,
                       const std::vector<std::string>& aliases = {});
    /// A subcommand for the program's own use, in no help.
    Command hidden_subcommand(const std::string& name);

    /// `fill` adds the rest, such as options and subcommands, when the command is named or described: a run names one
    /// command, and building all of them would take longer than a short one.
    void when_reached(const std::function<void(Command&)>& fill);

    void flag(const std::string& names, bool& target, const std::string& help,
              const std::function<bool()>& shown = {});
    /// Of an option that is given twice, the last value counts.
    void option(const std::string& names, std::string& target, const std::string& help,
                const OptionTraits& traits = {});
    void option(const std::string& names, std::optional<std::string>& target, const std::string& help,
                const OptionTraits& traits = {});
    void option(const std::string& names, std::optional<std::int64_t>& target, const std::string& help,
                const OptionTraits& traits = {.value = "N"});
    void option(const std::string& names, std::optional<int>& target, const std::string& help,
                const OptionTraits& traits = {.value = "N"});
    void option(const std::string& names, int& target, const std::string& help);
    /// May be given several times.
    void option(const std::string& names, std::vector<std::string>& target, const std::string& help,
                const OptionTraits& traits = {});
    /// May be given several times, or once with commas between.
    void comma_list(const std::string& names, std::vector<std::string>& target, const std::string& help,
                    const OptionTraits& traits = {.value = "A,B,..."});
    void argument(const std::string& name, std::string& target, const std::string& help, bool required = true,
                  const OptionTraits& traits = {});
    /// Takes all words that are left: of several arguments, the last.
    void argument(const std::string& name, std::vector<std::string>& target, const std::string& help,
                  bool required = true, const OptionTraits& traits = {});
    /// All words after the command's name as they are, options too.
    void remaining(std::vector<std::string>& target);

    /// A paragraph that follows the one line of help.
    void detail(const std::string& paragraph);

    /// A whole command line as an example, for the end of the help.
    void example(const std::string& line);

    /// What the command does once the command line has been parsed.
    void action(std::function<void()> action);

  private:
    Parameter& add_option(const std::string& names, const std::string& help, const OptionTraits& traits);
    Parameter& add_argument(const std::string& name, const std::string& help, bool required,
                            const OptionTraits& traits);

    CommandNode* node_;
};

/// The whole tree, and the parsing of a command line into it.
class CommandLine {
  public:
    CommandLine(const std::string& name, const std::string& description);

    [[nodiscard]] Command root() { return Command(root_); }
    [[nodiscard]] const CommandNode& tree() const { return root_; }

    /// Fills the options and returns the action of the command that was named. Throws Error usage, with what
    /// to do as its hint; HelpRequested when help was asked for.
    std::function<void()> parse(std::span<const std::string> arguments);

    struct HelpRequested {
        const CommandNode& of;  ///< lives as long as the CommandLine
    };

  private:
    CommandNode root_;
};

}  // namespace prevision::cli
