#include "sources/files/listing.hpp"

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "sources/files/listing_time.hpp"

namespace prevision::sources {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_number(std::string_view text) { return !text.empty() && std::ranges::all_of(text, is_digit); }

/// A whole text of digits that fits.
std::optional<std::uint64_t> parse_number(std::string_view text) {
    std::uint64_t number = 0;
    if (!is_number(text)) return std::nullopt;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc()) return std::nullopt;
    return number;
}

std::string mlsd_kind(std::string_view type) {
    const auto lower = to_lower(type);
    if (lower == "file") return "file";
    if (lower == "dir") return "folder";
    if (lower == "cdir" || lower == "pdir") return {};
    if (lower.find("link") != std::string::npos) return "link";  // OS.unix=slink:/target, OS.unix=symlink
    return "other";
}

/// The first words, more than a line has before its name.
std::vector<ListingWord> first_words(std::string_view line) {
    constexpr std::size_t enough = 12;
    std::vector<ListingWord> words;
    std::size_t at = 0;
    while (words.size() < enough) {
        at = line.find_first_not_of(' ', at);
        if (at == std::string_view::npos) break;
        const auto end = std::min(line.find(' ', at), line.size());
        words.push_back({line.substr(at, end - at), end});
        at = end;
    }
    return words;
}

std::string unix_kind(char type) {
    switch (type) {
        case '-':
            return "file";
        case 'd':
            return "folder";
        case 'l':
            return "link";
        default:
            return "other";
    }
}

bool is_mode(std::string_view word) {
    constexpr std::string_view types = "-dlbcpsD";
    constexpr std::string_view letters = "-rwxsStTlL";
    return word.size() >= 10 && word.size() <= 11 && types.find(word[0]) != std::string_view::npos &&
           word.substr(1, 9).find_first_not_of(letters) == std::string_view::npos;
}

/// NetWare's "d [RWCEAFMS]", "- [R----F--]".
bool is_netware_mode(std::string_view type, std::string_view rights) {
    return (type == "d" || type == "-") && rights.starts_with('[') && rights.ends_with(']');
}

/// "12"; also one that is no number or too large for one: "-1", "?", "1.5K".
bool looks_like_size(std::string_view text) {
    if (text == "?") return true;
    if (text.starts_with('-')) text.remove_prefix(1);
    if (text.empty() || !is_digit(text.front())) return false;
    const auto end = std::min(text.find_first_not_of("0123456789.,"), text.size());
    constexpr std::string_view units = "KMGTPEkmgtpe";
    return end == text.size() ||
           (end + 1 == text.size() && units.find(text.back()) != std::string_view::npos);
}

/// What follows the date's last word and one space: a name may begin with spaces.
std::string name_after(std::string_view line, std::size_t end) {
    return end + 1 < line.size() ? std::string(line.substr(end + 1)) : "";
}

/// Where in the words of a line the time begins, behind a size, and what it is.
struct FoundTime {
    std::size_t at = 0;
    ListingTime time;
};

/// Owner and group may be missing, or look like anything: what can be found is a time behind a size.
std::optional<FoundTime> find_time(const std::vector<ListingWord>& words, std::chrono::sys_seconds now) {
    const auto time_at = [&](std::size_t at) -> std::optional<FoundTime> {
        if (at >= words.size() || !looks_like_size(words[at - 1].text)) return std::nullopt;
        auto time = parse_unix_time(ListingWords(words).subspan(at), now);
        return time ? std::optional(FoundTime{at, std::move(*time)}) : std::nullopt;
    };
    for (std::size_t at = 2; at < words.size(); ++at) {
        auto found = time_at(at);
        if (found && !found->time.text.empty()) return found;
    }
    // One that is impossible, or in another language, at the likeliest place: owner and group may look so, too.
    for (const std::size_t at : {5U, 4U, 3U, 6U, 7U, 8U, 2U}) {
        if (auto found = time_at(at)) return found;
    }
    return std::nullopt;
}

std::optional<ListedEntry> parse_unix_line(std::string_view line, std::chrono::sys_seconds now) {
    const auto words = first_words(line);
    if (words.size() < 2) return std::nullopt;
    const bool netware = is_netware_mode(words[0].text, words[1].text);
    if (!netware && !is_mode(words[0].text)) return std::nullopt;
    const auto found = find_time(words, now);
    if (!found) return std::nullopt;
    const auto& [at, time] = *found;
    ListedEntry entry{.name = name_after(line, words[at + time.words - 1].end),
                      .kind = unix_kind(words[0].text[0]),
                      .size = std::nullopt,
                      .modified = time.text};
    if (netware) entry.name = trim(entry.name);
    if (entry.kind == "file") entry.size = parse_number(words[at - 1].text);
    if (entry.kind == "link") entry.name = entry.name.substr(0, entry.name.find(" -> "));
    if (entry.name.empty()) return std::nullopt;
    if (entry.name == "." || entry.name == "..") entry.kind.clear();
    return entry;
}

/// "1234", "1,234,567", "1.234.567".
std::optional<std::uint64_t> parse_grouped_number(std::string_view text) {
    std::string digits(text);
    std::erase_if(digits, [](char c) { return c == ',' || c == '.'; });
    return is_digit(text.empty() ? ' ' : text.back()) ? parse_number(digits) : std::nullopt;
}

std::optional<ListedEntry> parse_windows_line(std::string_view line) {
    const auto words = first_words(line);
    const auto time = parse_windows_time(words);
    if (!time || words.size() < time->words + 2) return std::nullopt;
    const auto& what = words[time->words];
    if (what.text.starts_with('<')) {
        // "<JUNCTION>     name [C:\target]": its name is set off by many spaces, a file's by one.
        ListedEntry entry{.name = std::string(line.substr(line.find_first_not_of(' ', what.end))),
                          .kind = what.text == "<DIR>" ? "folder" : "link",
                          .size = std::nullopt,
                          .modified = time->text};
        if (entry.kind == "link" && entry.name.ends_with(']'))
            entry.name = entry.name.substr(0, entry.name.rfind(" ["));
        return entry;
    }
    if (!looks_like_size(what.text)) return std::nullopt;
    return ListedEntry{.name = std::string(line.substr(what.end + 1)),
                       .kind = "file",
                       .size = parse_grouped_number(what.text),
                       .modified = time->text};
}

/// "//reports/" → "/reports", "./a" → "a", "/" → "".
std::string_view plain_folder(std::string_view folder) {
    while (folder.starts_with("//")) folder.remove_prefix(1);
    while (folder.ends_with('/')) folder.remove_suffix(1);
    while (folder.starts_with("./")) folder.remove_prefix(2);
    return folder;
}

}  // namespace

std::optional<ListedEntry> parse_mlsd_line(std::string_view line) {
    const auto space = line.find(' ');
    // Each fact ends with ';'; there may be none.
    if (space == std::string_view::npos || space + 1 == line.size()) return std::nullopt;
    if (space > 0 && line[space - 1] != ';') return std::nullopt;
    ListedEntry entry{
        .name = std::string(line.substr(space + 1)), .kind = "other", .size = {}, .modified = {}};
    auto facts = line.substr(0, space);
    while (!facts.empty()) {
        const auto end = facts.find(';');
        const auto fact = facts.substr(0, end);
        facts.remove_prefix(end + 1);
        const auto equals = fact.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const auto name = to_lower(fact.substr(0, equals));
        const auto value = fact.substr(equals + 1);
        if (name == "type") entry.kind = mlsd_kind(value);
        if (name == "size") entry.size = parse_number(value);
        if (name == "modify") entry.modified = parse_mlsd_time(value);
    }
    if (entry.kind != "file") entry.size.reset();
    if (entry.name == "." || entry.name == "..") entry.kind.clear();
    return entry;
}

std::optional<ListedEntry> parse_list_line(std::string_view line, std::chrono::sys_seconds now) {
    // "total 48", "total 12K"
    if (line.starts_with("total ") && is_digit(line.substr(6, 1).empty() ? ' ' : line[6]) &&
        line.find(' ', 6) == std::string_view::npos) {
        return ListedEntry{};
    }
    if (auto entry = parse_unix_line(line, now)) return entry;
    return parse_windows_line(line);
}

std::optional<std::string> name_in_folder(std::string_view name, std::string_view folder) {
    while (name.size() > 1 && name.ends_with('/')) name.remove_suffix(1);
    const auto slash = name.rfind('/');
    if (slash == std::string_view::npos) return std::string(name);
    const auto before = name.substr(0, slash);
    if (before != "." && plain_folder(before) != plain_folder(folder)) return std::nullopt;
    return std::string(name.substr(slash + 1));
}

}  // namespace prevision::sources
