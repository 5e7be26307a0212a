#include "platform/utf8.hpp"

#include "core/utf8.hpp"

namespace prevision::platform {

std::string valid_utf8(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    while (!text.empty()) {
        const auto size = utf8_character_size(text);
        if (size == 0) {
            result += "\xef\xbf\xbd";
            text.remove_prefix(1);
        } else {
            result += text.substr(0, size);
            text.remove_prefix(size);
        }
    }
    return result;
}

}  // namespace prevision::platform
