#include <array>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/completion/completion.hpp"
#include "cli/completion/names.hpp"
#include "cli/completion/scripts.hpp"
#include "cli/completion/shell_words.hpp"
#include "cli/nouns.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

/// In seconds: the time limit of a run that asks for names.
constexpr unsigned longest_life = 30;

std::string first_line(const Completion& completion) {
    if (completion.files) return "files\n";
    return completion.open ? "open\n" : "words\n";
}

class Completing {
  public:
    Completing(const CommandNode& tree, Services& services) : tree_(tree), services_(services) {}

    /// `arguments` are the line up to the cursor, and $COMP_WORDBREAKS. Writes what to put in for the part of
    /// the word that readline replaces.
    void for_bash(std::span<const std::string> arguments) {
        if (arguments.size() < 2) return;
        auto typed = read_typed_line(arguments[0], arguments[1]);
        if (typed.words.empty()) return;
        std::vector<std::string> words(typed.words.begin() + 1, typed.words.end());
        words.push_back(typed.current.text);
        const auto completion = complete_words(words);
        std::string text = first_line(completion);
        for (const auto& candidate : completion.candidates) {
            const auto whole = completion.kept + candidate.text;
            if (!whole.starts_with(typed.current.text) || whole.find('\n') != std::string::npos) continue;
            text += continue_in_bash(whole.substr(typed.current.settled), typed.current.quote) + "\n";
        }
        write(text);
    }

    /// `words` are unquoted. Writes how many characters are kept, then "text:description".
    void for_zsh(std::span<const std::string> words) {
        const auto completion = complete_words(words);
        std::string text = first_line(completion) + fmt::format("{}\n", completion.kept.size());
        for (const auto& candidate : completion.candidates) {
            if (candidate.text.find('\n') != std::string::npos) continue;
            for (const char c : candidate.text) {
                if (c == ':' || c == '\\') text += '\\';
                text += c;
            }
            text += candidate.description.empty() ? "\n" : ":" + candidate.description + "\n";
        }
        write(text);
    }

    void for_fish(std::span<const std::string> words) {
        std::vector<std::string> unquoted(words.begin(), words.end());
        if (!unquoted.empty()) unquoted.back() = read_typed_line("x " + unquoted.back()).current.text;
        auto completion = complete_words(unquoted);
        for (auto& candidate : completion.candidates) candidate.text.insert(0, completion.kept);
        write(first_line(completion) + to_lines(completion.candidates));
    }

    /// Asks for names, writes them, and caches them.
    void names(std::span<const std::string> words) {
        ::alarm(longest_life);
        complete(tree_, words, [&](const NameQuery& query) {
            auto found = ask_for_names(services_, query);
            write(to_lines(found));
            services_.io().out.flush();
            keep_names(services_, query, found);
            return found;
        });
    }

  private:
    Completion complete_words(std::span<const std::string> words) {
        // After 'help' the words name a command.
        if (words.size() > 1 && words.front() == "help") words = words.subspan(1);
        return complete(tree_, words,
                        [&](const NameQuery& query) { return names_within_budget(services_, words, query); });
    }

    void write(const std::string& text) { services_.io().out.write(text); }

    const CommandNode& tree_;
    Services& services_;
};

void run_complete(const CommandNode& tree, std::span<const std::string> words, GlobalOptions& options,
                  Services& services) {
    if (words.empty()) return;
    options.retries = 0;
    options.timeout = "10";
    options.no_input = true;
    Completing completing(tree, services);
    try {
        if (words[0] == "bash") completing.for_bash(words.subspan(1));
        if (words[0] == "zsh") completing.for_zsh(words.subspan(1));
        if (words[0] == "fish") completing.for_fish(words.subspan(1));
        if (words[0] == "names") completing.names(words.subspan(1));
    } catch (const std::exception&) {
        // A message would appear in the line that is being typed.
    }
}

}  // namespace

void add_completion(Command& root, const CommandNode& tree, GlobalOptions& options, Services& services) {
    auto hidden = root.hidden_subcommand("complete");
    auto& words = hidden.keep<std::vector<std::string>>();
    hidden.remaining(words);
    hidden.action([&tree, &words, &options, &services] { run_complete(tree, words, options, services); });

    auto verb = root.subcommand("completion", "Print the script that makes TAB work in a shell");
    auto& shell = verb.keep<std::string>();
    verb.argument("SHELL", shell, "Which shell", true, {.choices = {"bash", "zsh", "fish"}});
    verb.detail("TAB then completes nouns, verbs, flags, values and the names of what there is.");
    verb.example("source <(prevision completion bash)");
    verb.example("prevision completion zsh > ~/.zfunc/_prevision");
    verb.example("prevision completion fish > ~/.config/fish/completions/prevision.fish");
    verb.action([&shell, &services] {
        const auto& script = shell == "bash"  ? bash_completion
                             : shell == "zsh" ? zsh_completion
                                              : fish_completion;
        services.io().out.write(script);
    });
}

}  // namespace prevision::cli
