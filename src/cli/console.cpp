#include "cli/console.hpp"

namespace prevision::cli {

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
        say(text);
    }
}

void Console::say(const std::string& text) {
    io_.err.write(render::printable(hide_secrets(text)) + "\n");
    io_.err.flush();
}

std::optional<std::string> Console::ask(const std::string& prompt) {
    io_.err.write(render::printable(prompt));
    io_.err.flush();
    is_asking_ = true;
    auto line = io_.in.read_line();
    is_asking_ = !line;
    return line;
}

std::optional<Secret> Console::ask_hidden(const std::string& prompt) {
    auto secret = io_.in.read_hidden_line([&] {
        io_.err.write(render::printable(prompt));
        io_.err.flush();
        is_asking_ = true;
    });
    is_asking_ = !secret;
    return secret;
}

std::string Console::hide_secrets(std::string text) const {
    for (const auto& secret : secrets_) {
        const auto hidden = secret.reveal();
        if (hidden.empty()) continue;
        for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + 3))
            text.replace(at, hidden.size(), "***");
    }
    return text;
}

}  // namespace prevision::cli
