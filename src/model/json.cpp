#include "model/json.hpp"

#include <cmath>
#include <utility>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

namespace prevision::model {

namespace {

// Full precision, so that a number read and written again is the same number. The texts are checked faster by themselves.
constexpr unsigned parse_flags = rapidjson::kParseFullPrecisionFlag;
constexpr unsigned checking_flags = parse_flags | rapidjson::kParseValidateEncodingFlag;

/// A document that is not nested too deeply: parsing, writing and destruction recurse.
class BoundedDocument : public rapidjson::Document {
  public:
    using Document = rapidjson::Document;

    bool StartObject() { return ++depth_ <= json_depth_limit && Document::StartObject(); }
    bool StartArray() { return ++depth_ <= json_depth_limit && Document::StartArray(); }
    bool EndObject(rapidjson::SizeType members) {
        --depth_;
        return Document::EndObject(members);
    }
    bool EndArray(rapidjson::SizeType elements) {
        --depth_;
        return Document::EndArray(elements);
    }

  private:
    std::size_t depth_ = 0;
};

/// How many bytes of a mark come before the text.
std::size_t size_of_mark(std::string_view text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    return text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
}

/// `stream` is of the text behind its mark; parsing may change the text.
template <unsigned more_flags, typename Stream>
rapidjson::Document parse(Stream& stream, std::string_view text) {
    const auto skipped = size_of_mark(text);
    const auto refuse = [&](std::size_t place, const char* reason) {
        throw Error(ErrorClass::invalid, fmt::format("invalid JSON at byte {}: {}", skipped + place, reason));
    };
    rapidjson::Reader reader;
    rapidjson::ParseResult result;
    BoundedDocument document;
    const auto fill = [&](const auto& /*unused*/) {
        result = is_utf8(text) ? reader.Parse<parse_flags | more_flags>(stream, document)
                               : reader.Parse<checking_flags | more_flags>(stream, document);
        return !result.IsError();
    };
    document.Populate(fill);
    if (result.Code() == rapidjson::kParseErrorTermination)
        throw Error(ErrorClass::invalid, "invalid JSON: it is nested too deeply");
    if (result.IsError()) refuse(result.Offset(), rapidjson::GetParseError_En(result.Code()));
    // The library takes a NUL for the end of the text.
    if (stream.Tell() < text.size() - skipped) refuse(stream.Tell(), "it is a NUL");
    return std::move(static_cast<rapidjson::Document&>(document));
}

}  // namespace

rapidjson::Document parse_json(std::string_view text) {
    const auto skipped = size_of_mark(text);
    rapidjson::MemoryStream stream(text.data() + skipped, text.size() - skipped);
    return parse<0>(stream, text);
}

rapidjson::Document parse_json_in_place(std::string& text) {
    rapidjson::InsituStringStream stream(text.data() + size_of_mark(text));
    return parse<rapidjson::kParseInsituFlag>(stream, text);
}

rapidjson::Document parse_json_object(std::string_view text) {
    auto document = parse_json(text);
    if (!document.IsObject()) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
    return document;
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
