#include "cli/console.hpp"

namespace prevision::cli {

void Console::message(const std::string& text) {
    io_.err.write(render::printable(hide_secrets(text)) + "\n");
    io_.err.flush();
}

std::string Console::hide_secrets(std::string text) const {
    for (const auto& secret : secrets_) {
        const auto& hidden = secret.reveal();
        if (hidden.empty()) continue;
        for (auto at = text.find(hidden); at != std::string::npos; at = text.find(hidden, at + 3))
            text.replace(at, hidden.size(), "***");
    }
    return text;
}

}  // namespace prevision::cli
