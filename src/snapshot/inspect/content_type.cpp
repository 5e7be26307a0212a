#include "snapshot/inspect/content_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>
#include <rapidjson/document.h>

#include "core/text.hpp"
#include "core/utf8.hpp"
#include "snapshot/inspect/json_lines_reader.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

struct Magic {
    std::string_view bytes;
    std::string_view what;
    std::size_t offset = 0;
};

constexpr std::array magics{
    Magic{"PAR1"sv, "a Parquet file"},
    Magic{"ORC"sv, "an ORC file"},
    Magic{"Obj\x01"sv, "an Avro file"},
    Magic{"ARROW1"sv, "an Arrow file"},
    Magic{"SQLite format 3\0"sv, "an SQLite database"},
    Magic{"%PDF-"sv, "a PDF document"},
    Magic{"\x89PNG"sv, "a picture"},
    Magic{"\xff\xd8\xff"sv, "a picture"},
    Magic{"GIF8"sv, "a picture"},
    Magic{"BZh"sv, "compressed by bzip2"},
    Magic{"\xfd"
          "7zXZ\0"sv,
          "compressed by xz"},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    Magic{"Rar!"sv, "a RAR archive"},
    Magic{"PK\x03\x04"sv, "a zip archive"},
    Magic{"\x1f\x8b"sv, "compressed by gzip, once more"},
    Magic{"\x28\xb5\x2f\xfd"sv, "compressed by zstd"},
    Magic{"\xd0\xcf\x11\xe0"sv, "an old Office document"},
    Magic{"\x89HDF"sv, "an HDF5 file"},
    Magic{"\x7f"
          "ELF"sv,
          "a program"},
    Magic{"ustar"sv, "a tar archive", 257},
};

std::string extension_of(std::string_view name) {
    const auto base = name.substr(name.rfind('/') + 1);
    const auto dot = base.rfind('.');
    return dot == std::string_view::npos ? "" : to_lower(base.substr(dot + 1));
}

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::string_view byte_order_mark_or_blanks = "\xef\xbb\xbf \t\r\n";

struct Beginning {
    std::string_view text;
    std::string_view what;
};

constexpr std::array documents{
    Beginning{"-----begin pgp"sv, "a PGP message"},
    Beginning{"-----begin "sv, "a key or certificate in PEM"},
    Beginning{"{\\rtf"sv, "an RTF document"},
    Beginning{"%!ps"sv, "a PostScript document"},
};

/// The text between two marks, in one line and at most 80 bytes long; empty when the marks are missing.
std::string between(std::string_view text, std::string_view from, std::string_view to) {
    const auto begin = to_lower(text).find(from);
    if (begin == std::string_view::npos) return {};
    const auto rest = text.substr(begin + from.size());
    const auto end = to_lower(rest).find(to);
    if (end == std::string_view::npos) return {};
    constexpr std::size_t most = 80;
    return valid_utf8(trim(rest.substr(0, end)).substr(0, most));
}

/// The name of an XML document's root, behind declarations and comments.
std::string root_of(std::string_view text) {
    for (auto at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
        const auto name = text.substr(at + 1, text.substr(at + 1).find_first_of(" \t\r\n/>"));
        if (!name.empty() && name.front() != '?' && name.front() != '!')
            return valid_utf8(name.substr(0, 80));
    }
    return {};
}

/// A page or a message, which may be what a server sends in place of the file.
std::string markup_type(std::string_view text) {
    const auto start = to_lower(text.substr(0, 256));
    const auto begins_with = [&](std::string_view mark) { return start.starts_with(mark); };
    if (begins_with("<!doctype html") || start.find("<html") != std::string::npos) {
        const auto title = between(text, "<title>", "</title>");
        return title.empty() ? "an HTML page" : fmt::format("an HTML page, titled '{}'", title);
    }
    const auto root = root_of(text);
    if (is_one_of(to_lower(root), {"body", "center", "div", "h1", "h2", "head", "p", "pre", "title"}))
        return "an HTML page";
    if (begins_with("<?xml") || begins_with("<!--") ||
        text.find("</" + root + ">") != std::string_view::npos) {
        const auto message = between(text, "<message>", "</message>");
        return fmt::format("an XML document, of <{}>{}", root, message.empty() ? "" : ": " + message);
    }
    return {};
}

/// Whether each line of a text, as far as it is whole, is a JSON object.
bool has_object_lines(std::string_view text, bool whole) {
    std::size_t lines = 0;
    constexpr std::size_t enough = 10;
    while (!text.empty() && lines < enough) {
        const auto end = text.find('\n');
        const auto line = trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (line.empty()) continue;
        // A first line that is longer than what is known of it can only be tried.
        if (end == std::string_view::npos && !whole) return lines > 0 || line.front() == '{';
        if (!is_json_object(line)) return false;
        ++lines;
    }
    return lines > 0;
}

bool is_json_document(std::string_view text) {
    rapidjson::Document document;
    document.Parse<rapidjson::kParseIterativeFlag>(text.data(), text.size());
    return !document.HasParseError() && (document.IsObject() || document.IsArray());
}

}  // namespace

std::string_view without_compression_suffix(std::string_view name) {
    const auto extension = extension_of(name);
    if (!is_one_of(extension, {"gz", "gzip", "zip", "zst", "zstd"})) return name;
    return name.substr(0, name.size() - extension.size() - 1);
}

std::string_view binary_type(std::string_view beginning) {
    const auto is_control = [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        const bool common = c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\x1b';
        // The separators of some databases' exports.
        const bool separates = c == '\x01' || c == '\x02' || c == '\x1e' || c == '\x1f';
        return (byte < 0x20 && !common && !separates) || byte == 0x7f;
    };
    const auto controls = static_cast<std::size_t>(std::ranges::count_if(beginning, is_control));
    if (!beginning.starts_with("%PDF-") && controls * 100 <= beginning.size()) return "";
    for (const auto& magic : magics) {
        if (beginning.size() < magic.offset) continue;
        if (beginning.substr(magic.offset).starts_with(magic.bytes)) return magic.what;
    }
    // Damaged text has a few.
    constexpr std::size_t few = 3;
    return controls <= few || controls * 32 <= beginning.size() ? "" : "binary";
}

std::string document_type(std::string_view beginning) {
    const auto start = beginning.find_first_not_of(byte_order_mark_or_blanks);
    if (start == std::string_view::npos) return {};
    const auto text = beginning.substr(start);
    if (text.starts_with("version https://git-lfs.github.com/spec/")) {
        const auto size = between(text, "\nsize ", "\n");
        return fmt::format("a Git LFS pointer, to a file of {} bytes in the LFS store",
                           size.empty() ? "some" : size);
    }
    const auto lower = to_lower(text.substr(0, 32));
    for (const auto& [mark, what] : documents) {
        if (lower.starts_with(mark)) return std::string(what);
    }
    return text.front() == '<' ? markup_type(text) : "";
}

ContentGuess guess_text(std::string_view name, std::string_view beginning, bool whole) {
    const auto extension = extension_of(name);
    if (const auto document = document_type(beginning); !document.empty())
        return {.reason = fmt::format("it is {}", document)};
    if (is_one_of(extension, {"jsonl", "ndjson", "jsonlines"}))
        return {.type = ContentType::json_lines, .by_name = true};
    const auto start = std::min(beginning.find_first_not_of(byte_order_mark_or_blanks), beginning.size());
    const auto text = beginning.substr(start);
    const bool may_be_json = text.starts_with('{') || text.starts_with('[');
    const bool tab = is_one_of(extension, {"tsv", "tab"});
    if (tab || extension == "csv") {
        if (may_be_json && whole && is_json_document(text)) return {.reason = "it is a JSON document"};
        if (text.starts_with('{') && has_object_lines(text, whole)) return {.type = ContentType::json_lines};
        return {.type = ContentType::delimited, .by_name = true, .tab_by_name = tab};
    }
    if (text.empty()) return {.reason = "it is empty"};
    if (!may_be_json) return {.type = ContentType::delimited};
    if (text.front() == '{' && has_object_lines(text, whole)) return {.type = ContentType::json_lines};
    return {.reason = "it is JSON, but not an object a line"};
}

}  // namespace prevision::snapshot
