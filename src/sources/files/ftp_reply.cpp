#include "sources/files/ftp_reply.hpp"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "core/text.hpp"

namespace prevision::sources {

namespace {

constexpr std::size_t longest_reply = 500;

void erase_all(std::string& text, std::string_view part) {
    for (auto at = text.find(part); !part.empty() && at != std::string::npos; at = text.find(part, at)) {
        text.erase(at, part.size());
    }
}

bool holds_any(std::string_view text, std::span<const std::string_view> parts) {
    return std::ranges::any_of(parts, [&](auto part) { return text.find(part) != std::string_view::npos; });
}

/// "only 10", "only (10)".
bool names_a_number_only(std::string_view text) {
    const auto at = text.find("only ");
    if (at == std::string_view::npos) return false;
    const auto next = text.find_first_not_of("( ", at + 5);
    return next != std::string_view::npos && text[next] >= '0' && text[next] <= '9';
}

}  // namespace

bool is_reply_line(std::string_view line) {
    return line.size() >= 4 &&
           std::ranges::all_of(line.substr(0, 3), [](char c) { return c >= '0' && c <= '9'; }) &&
           (line[3] == ' ' || line[3] == '-');
}

void FtpReply::take_line(std::string_view line) {
    // The spaces at its start count: a line in between may look like the last one behind a space.
    while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
    const bool starts = ended_ && is_reply_line(line);
    misleads_ = false;
    if (ended_ && !starts) return;
    if (starts) text_.clear();
    if (text_.size() < longest_reply) {
        if (!text_.empty()) text_ += ' ';
        // Only some of the lines in between have the reply's number.
        const bool has_number = !starts && is_reply_line(line) && text_.starts_with(line.substr(0, 3));
        text_ += trim(has_number ? line.substr(4) : line);
        text_.resize(std::min(text_.size(), longest_reply));
    }
    const bool looks_last = is_reply_line(line) && line[3] == ' ';
    ended_ = looks_last && (starts || text_.starts_with(line.substr(0, 3)));
    misleads_ = looks_last && !ended_;
    first_ = first_ && !ended_;
}

std::optional<std::uint64_t> size_in_reply(std::string_view reply) {
    if (!reply.starts_with("213 ")) return std::nullopt;
    const auto text = trim(reply.substr(4));
    const auto size = parse_integer(text);
    if (!size || text.starts_with('-')) return std::nullopt;
    return static_cast<std::uint64_t>(*size);
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
    constexpr std::array<std::string_view, 6> no_reasons{"not logged in",   "login denied", "login failed",
                                                         "login incorrect", "unlimited",    "limited"};
    constexpr std::array<std::string_view, 7> of_account{"password", "passwd", "attempt", "fail",
                                                         "locked",   "expire", "banned"};
    constexpr std::array<std::string_view, 5> later{"try later", "try again later", "server is full",
                                                    "server full", "server is busy"};
    constexpr std::array<std::string_view, 6> most{"maximum",  "max number", "max allowed",
                                                   "too many", "limit",      "already "};
    constexpr std::array<std::string_view, 5> takers{"connect", "client", "session", "user", "login"};
    auto text = to_lower(reply);
    for (const auto part : no_reasons) erase_all(text, part);
    if (holds_any(text, of_account)) return false;
    if (holds_any(text, later)) return true;
    // "max" by itself may be somebody's name.
    const bool names_most =
        holds_any(text, most) || names_a_number_only(text) || std::ranges::any_of(takers, [&](auto taker) {
            return text.find(fmt::format("max {}", taker)) != std::string::npos;
        });
    return names_most && holds_any(text, takers);
}

}  // namespace prevision::sources
