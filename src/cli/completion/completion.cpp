#include "cli/completion/completion.hpp"

#include <algorithm>
#include <set>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

/// What the words before the current one say.
struct Line {
    const CommandNode* node = nullptr;
    std::set<const Parameter*> given;
    std::map<std::string, std::string> values;
    std::size_t arguments = 0;
    const Parameter* wanting = nullptr;  ///< the option whose value comes next
    bool options_ended = false;
};

void take(Line& line, const Parameter& parameter, const std::string& value) {
    line.given.insert(&parameter);
    line.values[parameter.long_name()] = value;
    try {
        parameter.take(value);
    } catch (const Error&) {
        // The command reports it when it runs.
    }
}

/// "--name=value", "-nvalue", "-ab": the options in the word.
void take_word(Line& line, const std::string& word) {
    if (word.starts_with("--")) {
        const auto equals = word.find('=');
        const auto* option = find_option(*line.node, word.substr(0, equals));
        if (option != nullptr)
            take(line, *option, equals == std::string::npos ? "" : word.substr(equals + 1));
        return;
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
        const auto* option = find_option(*line.node, std::string("-") + word[i]);
        if (option == nullptr) return;
        take(line, *option, option->is_flag() ? "" : word.substr(i + 1));
        if (!option->is_flag()) return;
    }
}

Line read(const CommandNode& root, std::span<const std::string> words) {
    const auto reached = follow(root, words);
    Line line{.node = reached.node};
    for (const auto& word : reached.words) {
        if (line.wanting != nullptr) {
            take(line, *line.wanting, word);
            line.wanting = nullptr;
        } else if (line.options_ended || !word.starts_with('-') || word == "-") {
            const auto& arguments = line.node->arguments;
            const bool is_known = line.arguments < arguments.size();
            if (is_known) line.values[arguments[line.arguments].long_name()] = word;
            if (!is_known || !arguments[line.arguments].repeated) ++line.arguments;
        } else if (word == "--") {
            line.options_ended = true;
        } else {
            line.wanting = option_wanting_value(*line.node, word);
            if (line.wanting == nullptr) take_word(line, word);
        }
    }
    return line;
}

/// Whether a candidate may be continued: a folder's name is only the beginning of a path.
bool is_beginning(const Completion& completion, const std::string& typed) {
    return std::ranges::any_of(completion.candidates, [&](const Candidate& candidate) {
        return candidate.text.starts_with(typed) && candidate.text.ends_with('/');
    });
}

void add_values(Completion& completion, const Parameter& parameter, const Line& line, const NameSource& names,
                const std::string& typed) {
    if (parameter.completes == Completes::file) completion.files = true;
    for (const auto& choice : parameter.choices) completion.candidates.push_back({choice});
    for (const auto& suggestion : parameter.suggestions) {
        completion.candidates.push_back({suggestion});
        if (suggestion.ends_with('=')) completion.open = true;
    }
    if (parameter.suggest) {
        for (const auto& suggestion : parameter.suggest()) completion.candidates.push_back({suggestion});
    }
    if (parameter.completes != Completes::nothing && parameter.completes != Completes::file) {
        for (auto& name : names({.kind = parameter.completes, .given = line.values, .typed = typed})) {
            name.text += parameter.name_suffix;
            completion.candidates.push_back(name);
            if (parameter.name_prefix.empty()) continue;
            name.text.insert(0, parameter.name_prefix);
            completion.candidates.push_back(std::move(name));
        }
        completion.open =
            completion.open || !parameter.name_suffix.empty() || is_beginning(completion, typed);
    }
}

Completion values_of(const Parameter& parameter, const Line& line, const NameSource& names,
                     const std::string& kept, const std::string& typed) {
    Completion completion;
    completion.kept = kept;
    if (parameter.comma_separated) {
        const auto comma = typed.rfind(',');
        if (comma != std::string::npos) completion.kept += typed.substr(0, comma + 1);
    }
    add_values(completion, parameter, line, names, typed);
    if (parameter.comma_separated) {
        const auto given = split(completion.kept.substr(completion.kept.find('=') + 1), ',');
        std::erase_if(completion.candidates, [&](const Candidate& candidate) {
            return std::ranges::find(given, candidate.text) != given.end();
        });
    }
    return completion;
}

Completion flags_of(const Line& line) {
    Completion completion;
    for (const auto* option : options_in_reach(*line.node)) {
        if (line.given.contains(option) && !option->repeated) continue;
        if (option->shown && !option->shown()) continue;
        completion.candidates.push_back({option->long_name(), option->help});
    }
    completion.candidates.push_back({"--help", "Show the help"});
    return completion;
}

}  // namespace

std::string NameQuery::value_of(const std::string& name) const {
    const auto found = given.find(name);
    return found == given.end() ? std::string() : found->second;
}

Completion complete(const CommandNode& root, std::span<const std::string> words, const NameSource& names) {
    if (words.empty()) return {};
    const auto& current = words.back();
    const auto line = read(root, words.first(words.size() - 1));
    if (line.node->remaining != nullptr) return {};
    if (line.wanting != nullptr) return values_of(*line.wanting, line, names, "", current);
    if (current.starts_with('-') && !line.options_ended) {
        const auto equals = current.find('=');
        if (equals == std::string::npos) return flags_of(line);
        const auto* option = find_option(*line.node, current.substr(0, equals));
        if (option == nullptr || option->is_flag()) return {};
        return values_of(*option, line, names, current.substr(0, equals + 1), current.substr(equals + 1));
    }
    if (!line.node->children.empty()) {
        if (line.arguments > 0) return {};  // nothing fits after an unknown command
        Completion completion;
        for (const auto& child : line.node->children) {
            if (!child->hidden) completion.candidates.push_back({child->name, child->help});
        }
        return completion;
    }
    if (line.arguments >= line.node->arguments.size()) return {};
    return values_of(line.node->arguments[line.arguments], line, names, "", current);
}

}  // namespace prevision::cli
