#include "cli/console.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include "core/text.hpp"

namespace prevision::cli {

namespace {

/// Whether a letter or digit stands directly before or after that part of the text.
bool is_in_word(std::string_view text, std::size_t at, std::size_t size) {
    const auto is_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
    return (at > 0 && is_word(text[at - 1])) || (at + size < text.size() && is_word(text[at + size]));
}

/// The text with line breaks at blanks where it is wider.
std::string broken(const std::string& text, int width) {
    if (render::display_width(text) <= width) return text;
    return join(render::wrap_text(text, width), "\n");
}

}  // namespace

std::string for_people(const std::string& text, const Io& io) {
    const auto shown = render::printable(text);
    return io.err_is_terminal ? broken(shown, io.width) : shown;
}

void Console::message(const std::string& text) {
    if (!options_.json_errors()) say(text);
}

void Console::warn(const std::string& text) { notice(options_.json_errors() ? text : "warning: " + text); }

void Console::notice(const std::string& text) {
    if (options_.json_errors()) {
        warnings_.push_back(hide_secrets(text));
    } else {
        say(text);
    }
}

void Console::report(const Error& error) {
    notice(options_.json_errors() ? error.what() : std::string("prevision: ") + error.what());
    if (!error.hint().empty()) message("hint: " + error.hint());
}

void Console::trace(const std::string& text) {
    if (options_.json_errors()) {
        traces_.push_back(hide_secrets(text));
    } else {
        io_.err.write(render::printable(hide_secrets(text)) + "\n");
        io_.err.flush();
    }
}

void Console::say(const std::string& text) {
    io_.err.write(for_people(hide_secrets(text), io_) + "\n");
    io_.err.flush();
}

void Console::write_prompt(const std::string& prompt) {
    constexpr int answer = 12;  // cells
    const bool has_blank = prompt.ends_with(' ');
    const auto text = render::printable(has_blank ? prompt.substr(0, prompt.size() - 1) : prompt);
    io_.err.write(broken(text, std::max(io_.width - answer, 1)) + (has_blank ? " " : ""));
    io_.err.flush();
}

std::optional<std::string> Console::ask(const std::string& prompt) {
    write_prompt(prompt);
    is_asking_ = true;
    auto line = io_.in.read_line();
    is_asking_ = !line;
    return line;
}

std::optional<Secret> Console::ask_hidden(const std::string& prompt) {
    auto secret = io_.in.read_hidden_line([&] {
        write_prompt(prompt);
        is_asking_ = true;
    });
    is_asking_ = !secret;
    return secret;
}

std::string Console::hide_secrets(std::string text) const {
    constexpr std::size_t short_size = 4;
    constexpr std::string_view mask = "***";
    for (const auto& secret : secrets_) {
        const auto hidden = secret.reveal();
        if (hidden.empty()) continue;
        std::size_t at = 0;
        while ((at = text.find(hidden, at)) != std::string::npos) {
            // A short secret is in many words: to hide it there would show which letters it has.
            const bool hides = hidden.size() >= short_size || !is_in_word(text, at, hidden.size());
            if (hides) text.replace(at, hidden.size(), mask);
            at += hides ? mask.size() : 1;
        }
    }
    return text;
}

}  // namespace prevision::cli
