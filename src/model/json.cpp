#include "model/json.hpp"

#include <cmath>

#include <fmt/format.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::model {

namespace {

// Full precision, so that a number read and written again is the same number.
constexpr unsigned parse_flags = rapidjson::kParseFullPrecisionFlag | rapidjson::kParseValidateEncodingFlag;

/// Counts nesting before anything is built: parsing, writing and destruction of a document recurse.
bool is_too_deep(std::string_view text) {
    std::size_t depth = 0;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (in_text) {
            if (c == '\\') ++i;
            if (c == '"') in_text = false;
        } else if (c == '"') {
            in_text = true;
        } else if (c == '[' || c == '{') {
            if (++depth > json_depth_limit) return true;
        } else if ((c == ']' || c == '}') && depth > 0) {
            --depth;
        }
    }
    return false;
}

void require_shallow(std::string_view text) {
    if (is_too_deep(text)) throw Error(ErrorClass::invalid, "invalid JSON: it is nested too deeply");
}

/// `read` bytes of `size` were read.
void require_whole(const rapidjson::Document& document, std::size_t read, std::size_t size) {
    const auto refuse = [](std::size_t place, const char* reason) {
        throw Error(ErrorClass::invalid, fmt::format("invalid JSON at byte {}: {}", place, reason));
    };
    if (document.HasParseError())
        refuse(document.GetErrorOffset(), rapidjson::GetParseError_En(document.GetParseError()));
    // The library takes a NUL for the end of the text.
    if (read < size) refuse(read, "it is a NUL");
}

}  // namespace

rapidjson::Document parse_json(std::string_view text) {
    require_shallow(text);
    rapidjson::MemoryStream bytes(text.data(), text.size());
    rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream> stream(bytes);
    rapidjson::Document document;
    document.ParseStream<parse_flags>(stream);
    require_whole(document, stream.Tell(), text.size());
    return document;
}

rapidjson::Document parse_json_in_place(std::string& text) {
    require_shallow(text);
    constexpr std::string_view mark = "\xEF\xBB\xBF";
    const auto begin = text.starts_with(mark) ? mark.size() : 0;
    rapidjson::InsituStringStream stream(text.data() + begin);
    rapidjson::Document document;
    document.ParseStream<parse_flags | rapidjson::kParseInsituFlag>(stream);
    require_whole(document, stream.Tell() + begin, text.size());
    return document;
}

rapidjson::Document parse_json_object(std::string_view text) {
    auto document = parse_json(text);
    if (!document.IsObject()) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
    return document;
}

JsonText::JsonText(const rapidjson::Value& value, std::string_view text) : value_(&value), text_(text) {
    if (!value.IsObject()) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
}

std::string write_json(const rapidjson::Value& value) {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    value.Accept(writer);
    return {buffer.GetString(), buffer.GetSize()};
}

const rapidjson::Value* find_member(const rapidjson::Value& object, std::string_view name) {
    if (!object.IsObject()) return nullptr;
    const auto found = object.FindMember(
        rapidjson::Value(rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()))));
    if (found == object.MemberEnd() || found->value.IsNull()) return nullptr;
    return &found->value;
}

std::optional<std::string> scalar_text(const rapidjson::Value& value) {
    if (value.IsNull()) return std::nullopt;
    if (value.IsString()) return std::string(value.GetString(), value.GetStringLength());
    return write_json(value);
}

std::string get_text(const rapidjson::Value& object, std::string_view name) {
    const auto* member = find_member(object, name);
    if (member == nullptr || member->IsObject() || member->IsArray()) return {};
    return scalar_text(*member).value_or("");
}

std::optional<std::int64_t> get_integer(const rapidjson::Value& object, std::string_view name) {
    const auto* member = find_member(object, name);
    if (member == nullptr) return std::nullopt;
    if (member->IsInt64()) return member->GetInt64();
    if (member->IsDouble() && std::trunc(member->GetDouble()) == member->GetDouble() &&
        std::abs(member->GetDouble()) < 9e15) {
        return static_cast<std::int64_t>(member->GetDouble());
    }
    if (member->IsString()) return parse_integer({member->GetString(), member->GetStringLength()});
    return std::nullopt;
}

std::optional<std::uint64_t> get_count(const rapidjson::Value& object, std::string_view name) {
    const auto value = get_integer(object, name);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

std::optional<bool> get_boolean(const rapidjson::Value& object, std::string_view name) {
    const auto* member = find_member(object, name);
    if (member == nullptr) return std::nullopt;
    if (member->IsBool()) return member->GetBool();
    return std::nullopt;
}

}  // namespace prevision::model
