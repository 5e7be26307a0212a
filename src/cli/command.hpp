#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace prevision::cli {

/// What is particular about an option or argument.
struct OptionTraits {
    std::string value = "TEXT";          ///< the value's name in the help
    std::vector<std::string> choices{};  ///< where only these are taken
    bool required = false;
};

/// A node of the command tree: the program, a noun, or a verb. Options write into variables that the caller
/// owns and that must outlive `CommandLine::parse`. Copies are the same node.
class Command {
  public:
    explicit Command(void* node, std::function<void()>* selected) : node_(node), selected_(selected) {}

    Command subcommand(const std::string& name, const std::string& help,
                       const std::vector<std::string>& aliases = {});
    /// A subcommand for the program's own use, in no help.
    Command hidden_subcommand(const std::string& name);

    void flag(const std::string& names, bool& target, const std::string& help);
    void option(const std::string& names, std::string& target, const std::string& help,
                const OptionTraits& traits = {});
    void option(const std::string& names, std::optional<std::string>& target, const std::string& help,
                const OptionTraits& traits = {});
    void option(const std::string& names, std::optional<int>& target, const std::string& help);
    void option(const std::string& names, int& target, const std::string& help);
    /// May be given several times.
    void option(const std::string& names, std::vector<std::string>& target, const std::string& help,
                const OptionTraits& traits = {});
    /// May be given several times, or once with commas between.
    void comma_list(const std::string& names, std::vector<std::string>& target, const std::string& help);
    void argument(const std::string& name, std::string& target, const std::string& help,
                  bool required = true);

    /// A command line that shows how it is used, for the end of the help.
    void example(const std::string& line);

    /// What the command does once the whole command line has been understood.
    void action(std::function<void()> action);

  private:
    void* node_;
    std::function<void()>* selected_;
};

/// The whole tree, and the parsing of a command line into it.
class CommandLine {
  public:
    CommandLine(const std::string& name, const std::string& description);
    ~CommandLine();

    [[nodiscard]] Command root();

    /// Fills the options and returns the action of the command that was named. Throws Error usage, with the
    /// help to ask for as its hint; HelpRequested with the text when help was asked for.
    std::function<void()> parse(std::span<const std::string> arguments);

    struct HelpRequested {
        std::string text;
    };

  private:
    struct Tree;
    std::unique_ptr<Tree> tree_;
};

}  // namespace prevision::cli
