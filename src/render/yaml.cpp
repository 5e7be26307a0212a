#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <yaml-cpp/emitter.h>
#include <yaml-cpp/emittermanip.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "render/formats.hpp"
#include "render/json_reader.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

/// Whether every reader reads the text without quotes as a string. Stricter than YAML: version 1.1 reads yes, 1_0 and
/// 1:30 as other types, and no version reads a number that begins with a letter.
bool may_stand_bare(std::string_view text) {
    constexpr std::array<std::string_view, 8> words{"true", "false", "yes", "no", "on", "off", "null", "y"};
    constexpr std::string_view marks = "_-./ ";
    constexpr std::size_t longest = 200;  // well below the 1024 that YAML allows a key on one line
    if (text.empty() || text.size() > longest || !(is_letter(text.front()) || text.front() == '_') ||
        text.back() == ' ')
        return false;
    const auto is_bare = [&](char c) {
        return is_letter(c) || (c >= '0' && c <= '9') || marks.find(c) != std::string_view::npos;
    };
    const auto is_word = [&](std::string_view word) { return equal_ignoring_case(text, word); };
    return std::ranges::all_of(text, is_bare) && std::ranges::none_of(words, is_word) && !is_word("n");
}

/// Whether it has characters that a terminal must not see and that the emitter does not escape by itself.
bool is_unsafe_text(std::string_view text) {
    if (is_plain(text)) return false;
    while (!text.empty()) {
        const Character character = first_character(text);
        if (character.code_point.value_or(0) >= 0x7f && is_unsafe(*character.code_point)) return true;
        text.remove_prefix(character.length);
    }
    return false;
}

/// Writes the text as it is. As a string the emitter would look for characters that need quotes, which takes five
/// times as long; an integer it only writes.
void emit_bare(YAML::Emitter& emitter, std::string_view spelling) { emitter.WriteIntegralType(spelling); }

void emit_text(YAML::Emitter& emitter, const std::string& text) {
    if (may_stand_bare(text)) {
        emit_bare(emitter, text);
        return;
    }
    if (is_unsafe_text(text)) emitter << YAML::EscapeNonAscii;  // only for the next text
    emitter << YAML::DoubleQuoted << text;
}

void emit(YAML::Emitter& emitter, const JsonToken& token) {
    switch (token.kind) {
        case JsonKind::begin_object:
            emitter << YAML::BeginMap;
            return;
        case JsonKind::end_object:
            emitter << YAML::EndMap;
            return;
        case JsonKind::begin_array:
            emitter << YAML::BeginSeq;
            return;
        case JsonKind::end_array:
            emitter << YAML::EndSeq;
            return;
        case JsonKind::key:
            emitter << YAML::Key;
            emit_text(emitter, std::string(token.text));
            emitter << YAML::Value;
            return;
        case JsonKind::text:
            emit_text(emitter, std::string(token.text));
            return;
        case JsonKind::number:
        case JsonKind::literal:
            emit_bare(emitter, token.text);
    }
}

}  // namespace

std::string yaml_text(std::string_view json, bool as_item) {
    YAML::Emitter emitter;
    if (as_item) emitter << YAML::BeginSeq;
    // The beginning of a collection is held back: an empty one is written in flow style, on the line of its key.
    std::optional<JsonToken> begun;
    read_json(json, [&](const JsonToken& token) {
        if (begun && is_end(token.kind)) emitter << YAML::Flow;
        if (begun) emit(emitter, *std::exchange(begun, std::nullopt));
        if (is_begin(token.kind)) {
            begun = token;
        } else {
            emit(emitter, token);
        }
    });
    if (as_item) emitter << YAML::EndSeq;
    if (!emitter.good()) {
        throw Error(ErrorClass::internal, "cannot write the document as YAML: " + emitter.GetLastError());
    }
    return {emitter.c_str(), emitter.size()};
}

}  // namespace prevision::render
