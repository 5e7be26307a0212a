#include "sources/files/ftp_reply.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

constexpr std::size_t longest_reply = 500;

bool is_reply_line(std::string_view line) {
    return line.size() >= 4 &&
           std::ranges::all_of(line.substr(0, 3), [](char c) { return c >= '0' && c <= '9'; }) &&
           (line[3] == ' ' || line[3] == '-');
}

void erase_all(std::string& text, std::string_view part) {
    for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part, at)) {
        text.erase(at, part.size());
    }
}

bool holds_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::ranges::any_of(parts, [&](auto part) { return text.find(part) != std::string_view::npos; });
}

}  // namespace

void FtpReply::take_line(std::string_view line) {
    // The spaces at its start count: a line in between may look like the last one behind a space.
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    const bool starts = ended_ && is_reply_line(line);
    if (ended_ && !starts) return;
    if (starts) text_.clear();
    if (text_.size() < longest_reply) {
        if (!text_.empty()) text_ += ' ';
        // Only some of the lines in between have the number.
        text_ += trim(starts || !is_reply_line(line) ? line : line.substr(4));
        text_.resize(std::min(text_.size(), longest_reply));
    }
    ended_ = is_reply_line(line) && line[3] == ' ' && (starts || text_.starts_with(line.substr(0, 3)));
}

std::optional<ErrorClass> refusal_in_reply(std::string_view reply, std::string_view path) {
    constexpr std::array<std::string_view, 6> missing{"no such",     "not found",  "not exist",
                                                      "cannot find", "can't find", "nonexist"};
    constexpr std::array<std::string_view, 5> folder{"not a regular file", "not a plain file",
                                                     "is a directory", "is a folder", "not a file"};
    constexpr std::array<std::string_view, 6> denied{"permission", "denied",    "not permitted",
                                                     "privilege",  "not allow", "unauthori"};
    // A reply often names the path, and a path may hold any of the words.
    auto text = to_lower(reply);
    erase_all(text, to_lower(path));
    erase_all(text, to_lower(path.substr(path.rfind('/') + 1)));
    // "550 SIZE not allowed in ASCII mode" is about the command.
    if (text.find("ascii") != std::string::npos) return std::nullopt;
    if (holds_any(text, missing)) return ErrorClass::not_found;
    if (holds_any(text, folder)) return ErrorClass::invalid;
    if (holds_any(text, denied)) return ErrorClass::auth;
    return std::nullopt;
}

bool says_full(std::string_view reply) {
    constexpr std::array<std::string_view, 5> signs{"maximum", "too many", "already connected", "limit",
                                                    "try again later"};
    return holds_any(to_lower(reply), signs);
}

}  // namespace prevision::sources
