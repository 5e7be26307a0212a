#include "cli/command/manual.hpp"

#include <array>

#include <fmt/format.h>

#include "cli/command/help.hpp"
#include "cli/nouns.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "render/replace.hpp"

namespace prevision::cli {

namespace {

constexpr int example_width = 72;

/// A text as roff shows it unchanged.
std::string escape(const std::string& text) {
    static constexpr std::array<render::Replacement, 7> replacements{{{'\\', "\\e"},
                                                                      {'-', "\\-"},
                                                                      {'\'', "\\(aq"},
                                                                      {'"', "\\(dq"},
                                                                      {'^', "\\(ha"},
                                                                      {'~', "\\(ti"},
                                                                      {'`', "\\(ga"}}};
    const auto escaped = render::replace_each(text, replacements);
    return escaped.starts_with('.') ? "\\&" + escaped : escaped;
}

std::string bold(const std::string& text) { return "\\fB" + escape(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escape(text) + "\\fR"; }

std::string sentence(const std::string& text) { return escape(text.ends_with('.') ? text : text + "."); }

std::string synopsis(const CommandNode& node) {
    std::string line = bold(full_name(node));
    if (!node.children.empty())
        line += node.action ? " [" + italic("COMMAND") + "]" : " " + italic("COMMAND");
    for (const auto& argument : node.arguments) {
        const auto name = italic(argument.names.front()) + (argument.repeated ? "..." : "");
        line += argument.required ? " " + name : " [" + name + "]";
    }
    for (const auto& option : node.options) {
        if (option.required) line += " " + bold(option.long_name()) + " " + italic(option.value);
    }
    return line + " [" + italic("OPTIONS") + "]\n";
}

std::string entry(const Parameter& parameter) {
    std::vector<std::string> names;
    for (const auto& name : parameter.names)
        names.push_back(name.starts_with('-') ? bold(name) : italic(name));
    std::string head = join(names, ", ");
    if (!parameter.is_flag() && parameter.names.front().starts_with('-'))
        head += " " + italic(parameter.value);
    return ".TP\n" + head + "\n" + sentence(full_help(parameter)) + "\n";
}

std::string entries(const std::vector<Parameter>& parameters) {
    std::string text;
    for (const auto& parameter : parameters) text += entry(parameter);
    return text;
}

std::string examples(const CommandNode& node) {
    if (node.examples.empty()) return {};
    std::string text = ".PP\n.EX\n";
    for (const auto& example : node.examples) {
        for (const auto& line : split(wrap_command(example, example_width), '\n'))
            text += escape(line) + "\n";
    }
    return text + ".EE\n";
}

std::string details(const CommandNode& node) {
    std::string text;
    for (const auto& paragraph : node.details) text += ".PP\n" + escape(paragraph) + "\n";
    return text;
}

std::string page_name(const CommandNode& node) {
    return node.parent == nullptr ? node.name : fmt::format("{}-{}", node.parent->name, node.name);
}

std::string head(const CommandNode& node) {
    std::string title = page_name(node);
    for (auto& c : title) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return fmt::format(
               ".\\\" Made by man/update from the command tree and man/sections.\n.TH {} 1 \"\" \"prevision "
               "{}\" \"User Commands\"\n",
               escape(title), PREVISION_VERSION) +
           fmt::format(".SH NAME\n{} \\- {}\n", escape(page_name(node)), escape(node.help));
}

/// `name` is the verb's below the page's command: "token create".
std::string verb_section(const CommandNode& verb, const std::string& name) {
    std::string text = ".SS " + escape(name) + "\n" + synopsis(verb) + ".PP\n" + sentence(verb.help) + "\n";
    if (!verb.aliases.empty()) {
        std::vector<std::string> names;
        for (const auto& alias : verb.aliases) names.push_back(bold(alias));
        text += "Also " + join(names, ", ") + ".\n";
    }
    return text + details(verb) + entries(verb.arguments) + entries(verb.options) + examples(verb);
}

/// The commands below a node, and those below them.
std::string verb_sections(const CommandNode& node, const std::string& before = {}) {
    std::string text;
    for (const auto& verb : node.children) {
        if (verb->hidden) continue;
        reach(*verb);
        const auto name = before + verb->name;
        text += verb_section(*verb, name) + verb_sections(*verb, name + " ");
    }
    return text;
}

std::string program_page(const CommandNode& root) {
    std::string text = head(root) + ".SH SYNOPSIS\n" + synopsis(root) + ".SH COMMANDS\n";
    for (const auto& child : root.children) {
        if (child->hidden) continue;
        text += ".TP\n" + bold(child->name) + "\n" + sentence(child->help) + "\n";
        text += "See \\fB" + escape(page_name(*child)) + "\\fR(1).\n";
    }
    text += ".SH GLOBAL OPTIONS\nEvery command takes these, before and after its name.\n";
    text += entries(root.options);
    return text + ".TP\n\\fB\\-h\\fR, \\fB\\-\\-help\\fR\nShow the help of the command.\n";
}

std::string command_page(const CommandNode& node) {
    std::string text = head(node) + ".SH SYNOPSIS\n" + synopsis(node);
    if (!node.details.empty() || !node.aliases.empty()) {
        text += ".SH DESCRIPTION\n";
        if (!node.aliases.empty()) text += "Also written " + escape(join(node.aliases, ", ")) + ".\n";
        text += details(node);
    }
    if (!node.arguments.empty() || !node.options.empty())
        text += ".SH OPTIONS\n" + entries(node.arguments) + entries(node.options);
    if (!node.children.empty()) text += ".SH COMMANDS\n" + verb_sections(node);
    if (!node.examples.empty()) text += ".SH EXAMPLES\n" + examples(node);
    return text + ".PP\nThe global options are in \\fBprevision\\fR(1).\n";
}

}  // namespace

void add_manual(Command& root, const CommandNode& tree, Services& services) {
    auto verb = root.hidden_subcommand("manual");
    auto& page = verb.keep<std::string>();
    verb.argument("[PAGE]", page, "Which page; the names of all without it", false);
    verb.action([&page, &tree, &services] {
        services.io().out.write(page.empty() ? join(manual_pages(tree), "\n") + "\n"
                                             : render_manual(tree, page));
    });
}

std::vector<std::string> manual_pages(const CommandNode& root) {
    std::vector<std::string> pages{page_name(root) + ".1"};
    for (const auto& child : root.children) {
        if (!child->hidden) pages.push_back(page_name(*child) + ".1");
    }
    return pages;
}

std::string render_manual(const CommandNode& root, const std::string& page) {
    if (page == page_name(root) + ".1") return program_page(root);
    for (const auto& child : root.children) {
        if (child->hidden || page != page_name(*child) + ".1") continue;
        reach(*child);
        return command_page(*child);
    }
    throw Error(ErrorClass::not_found, fmt::format("there is no manual page '{}'", page),
                "one of: " + join(manual_pages(root), ", "));
}

}  // namespace prevision::cli
