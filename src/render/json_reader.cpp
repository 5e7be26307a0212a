#include "render/json_reader.hpp"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "core/error.hpp"

namespace prevision::render {

namespace {

constexpr int depth_limit = 1000;

/// What the library calls while it reads; false ends the reading.
class Events : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Events> {
  public:
    explicit Events(const std::function<void(const JsonToken&)>& each) : each_(each) {}

    bool Null() { return hand_on(JsonKind::literal, "null"); }
    bool Bool(bool value) { return hand_on(JsonKind::literal, value ? "true" : "false"); }
    bool RawNumber(const char* text, rapidjson::SizeType size, bool /*copy*/) {
        return hand_on(JsonKind::number, {text, size});
    }
    bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
        return hand_on(JsonKind::text, {text, size});
    }
    bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
        return hand_on(JsonKind::key, {text, size});
    }
    bool StartObject() { return begin(JsonKind::begin_object); }
    bool EndObject(rapidjson::SizeType /*members*/) { return end(JsonKind::end_object); }
    bool StartArray() { return begin(JsonKind::begin_array); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end(JsonKind::end_array); }

  private:
    bool begin(JsonKind kind) { return ++depth_ <= depth_limit && hand_on(kind, {}); }
    bool end(JsonKind kind) {
        --depth_;
        return hand_on(kind, {});
    }
    bool hand_on(JsonKind kind, std::string_view text) {
        each_({.kind = kind, .text = text});
        return true;
    }

    const std::function<void(const JsonToken&)>& each_;
    int depth_ = 0;
};

}  // namespace

void read_json(std::string_view text, const std::function<void(const JsonToken&)>& each) {
    // It recurses, and the handler bounds the depth.
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag;
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);  // the byte order mark
    rapidjson::MemoryStream stream(text.data(), text.size());
    Events events(each);
    rapidjson::Reader reader;
    const auto result = reader.Parse<flags>(stream, events);
    if (result.IsError()) {
        const auto* const reason = result.Code() == rapidjson::kParseErrorTermination
                                       ? "It is nested too deeply."
                                       : rapidjson::GetParseError_En(result.Code());
        throw Error(ErrorClass::internal,
                    fmt::format("cannot show the JSON document: at byte {}: {}", result.Offset(), reason));
    }
    // The library takes a NUL for the end.
    if (stream.Tell() < text.size()) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot show the JSON document: at byte {}: there is a NUL", stream.Tell()));
    }
}

}  // namespace prevision::render
