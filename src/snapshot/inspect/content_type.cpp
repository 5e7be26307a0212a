#include "snapshot/inspect/content_type.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "core/text.hpp"
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

/// A page or a feed, which may be what a server sends in place of the file.
std::string_view markup_of(std::string_view text) {
    const auto start = to_lower(trim(text.substr(0, 256)));
    if (start.starts_with("<!doctype html") || start.starts_with("<html")) return "HTML";
    return start.starts_with("<?xml") ? "XML" : "";
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
        const bool separates = c == '\x01' || c == '\x1e' || c == '\x1f';
        return (byte < 0x20 && !common && !separates) || byte == 0x7f;
    };
    const auto controls =
        static_cast<std::size_t>(std::count_if(beginning.begin(), beginning.end(), is_control));
    const bool has_zero = beginning.find('\0') != std::string_view::npos;
    if (!beginning.starts_with("%PDF-") && !has_zero && controls * 100 <= beginning.size()) return "";
    for (const auto& magic : magics) {
        if (beginning.size() < magic.offset) continue;
        if (beginning.substr(magic.offset).starts_with(magic.bytes)) return magic.what;
    }
    return "binary";
}

ContentGuess guess_text(std::string_view name, std::string_view beginning, bool whole) {
    const auto extension = extension_of(name);
    if (is_one_of(extension, {"jsonl", "ndjson", "jsonlines"})) {
        return {.type = ContentType::json_lines, .by_name = true};
    }
    if (const auto markup = markup_of(beginning); !markup.empty()) {
        return {.reason = fmt::format("it is {}", markup)};
    }
    const bool tab = is_one_of(extension, {"tsv", "tab"});
    if (tab || extension == "csv") {
        return {.type = ContentType::delimited, .by_name = true, .tab_by_name = tab};
    }
    const auto start = beginning.find_first_not_of(" \t\r\n");
    if (start == std::string_view::npos) return {.reason = "it is empty"};
    const auto text = beginning.substr(start);
    if (text.front() != '{' && text.front() != '[') return {.type = ContentType::delimited};
    const auto end = text.find('\n');
    // A first line that is longer than what is known of it can only be tried.
    const bool cut_off = end == std::string_view::npos && !whole;
    if (text.front() == '{' && (cut_off || is_json_object(text.substr(0, end)))) {
        return {.type = ContentType::json_lines};
    }
    return {.reason = "it is JSON, but not an object a line"};
}

}  // namespace prevision::snapshot
