#include "cli/command/tree.hpp"

#include <algorithm>
#include <utility>

namespace prevision::cli {

std::string full_name(const CommandNode& node) {
    return node.parent == nullptr ? node.name : full_name(*node.parent) + " " + node.name;
}

void reach(CommandNode& node) {
    if (const auto fill = std::exchange(node.fill, nullptr)) fill(node);
}

const CommandNode* find_child(const CommandNode& node, std::string_view name) {
    for (const auto& child : node.children) {
        if (child->name != name && std::ranges::find(child->aliases, name) == child->aliases.end()) continue;
        reach(*child);
        return child.get();
    }
    return nullptr;
}

std::vector<const Parameter*> options_in_reach(const CommandNode& node) {
    std::vector<const Parameter*> options;
    for (const auto* at = &node; at != nullptr; at = at->parent) {
        for (const auto& option : at->options) options.push_back(&option);
    }
    return options;
}

const Parameter* find_option(const CommandNode& node, std::string_view name) {
    for (const auto* option : options_in_reach(node)) {
        if (std::ranges::find(option->names, name) != option->names.end()) return option;
    }
    return nullptr;
}

const Parameter* option_wanting_value(const CommandNode& node, std::string_view word) {
    if (word.size() < 2 || word[0] != '-') return nullptr;
    if (word[1] == '-') {
        if (word.find('=') != std::string_view::npos) return nullptr;
        const auto* option = find_option(node, word);
        return option != nullptr && !option->is_flag() ? option : nullptr;
    }
    for (std::size_t i = 1; i < word.size(); ++i) {
        const auto* option = find_option(node, std::string("-") + word[i]);
        if (option == nullptr) return nullptr;
        // What follows the letter is its value already.
        if (!option->is_flag()) return i + 1 == word.size() ? option : nullptr;
    }
    return nullptr;
}

Reached follow(const CommandNode& root, std::span<const std::string> words) {
    Reached reached{.node = &root, .words = {}};
    while (!words.empty() && !reached.node->children.empty()) {
        const auto& word = words.front();
        if (!word.starts_with('-') || word == "-") {
            const auto* child = find_child(*reached.node, word);
            if (child == nullptr) break;
            reached.node = child;
            words = words.subspan(1);
            continue;
        }
        if (word == "--") break;
        const std::size_t count = option_wanting_value(*reached.node, word) != nullptr ? 2 : 1;
        for (const auto& taken : words.first(std::min(count, words.size()))) reached.words.push_back(taken);
        words = words.subspan(std::min(count, words.size()));
    }
    reached.words.insert(reached.words.end(), words.begin(), words.end());
    return reached;
}

}  // namespace prevision::cli
