#include "model/json_parts.hpp"

#include <algorithm>
#include <utility>

#include <rapidjson/encodedstream.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "model/json.hpp"

namespace prevision::model {

namespace {

enum class Kind { scalar, object, array };

using Stream = rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>;

/// Notes where the values of the outermost object or array begin and end. The library calls it after each token,
/// with the stream positioned right after it.
class Splitter : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Splitter> {
  public:
    Splitter(std::string_view text, const Stream& stream) : text_(text), stream_(stream) {}

    bool Default() {  // null, true, false, a text, a number
        end_value();
        return true;
    }
    bool Key(const char* name, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ != 1) return true;
        members.emplace_back().name.assign(name, size);
        after_name_ = true;
        begin_ = stream_.Tell();
        return true;
    }
    bool StartObject() { return start(Kind::object); }
    bool StartArray() { return start(Kind::array); }
    bool EndObject(rapidjson::SizeType /*members*/) { return end(); }
    bool EndArray(rapidjson::SizeType /*elements*/) { return end(); }

    Kind kind = Kind::scalar;         // of the whole text
    std::vector<JsonMember> members;  // an array's have no names

  private:
    bool start(Kind opened) {
        if (++depth_ == 1) {
            kind = opened;
            begin_ = stream_.Tell();
        }
        return depth_ <= json_depth_limit;
    }
    bool end() {
        --depth_;
        end_value();
        return true;
    }

    /// Spaces, commas and colons before a value do not belong to it.
    void end_value() {
        if (depth_ != 1) return;
        auto value = text_.substr(begin_, stream_.Tell() - begin_);
        value.remove_prefix(value.find_first_not_of(" \t\r\n,:"));
        if (!std::exchange(after_name_, false)) members.emplace_back();
        members.back().value = value;
        begin_ = stream_.Tell();
    }

    std::string_view text_;
    const Stream& stream_;
    std::size_t depth_ = 0;
    std::size_t begin_ = 0;  // of what has not been noted yet
    bool after_name_ = false;
};

std::optional<std::vector<JsonMember>> split(std::string_view text, Kind kind) {
    // Not iterative: that mode calls the handler before it has passed a bracket. The splitter limits the depth.
    constexpr unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
    rapidjson::MemoryStream bytes(text.data(), text.size());
    Stream stream(bytes);
    Splitter splitter(text, stream);
    rapidjson::Reader reader;
    const auto result = reader.Parse<flags>(stream, splitter);
    check_parsed(result, stream.Tell(), text);
    if (splitter.kind != kind) return std::nullopt;
    return std::move(splitter.members);
}

}  // namespace

std::optional<std::vector<JsonMember>> split_object(std::string_view text) {
    return split(text, Kind::object);
}

std::optional<std::vector<std::string_view>> split_array(std::string_view text) {
    const auto members = split(text, Kind::array);
    if (!members) return std::nullopt;
    std::vector<std::string_view> elements;
    elements.reserve(members->size());
    for (const auto& member : *members) elements.push_back(member.value);
    return elements;
}

std::optional<std::string_view> find_value(const std::vector<JsonMember>& members, std::string_view name) {
    const auto found = std::ranges::find(members, name, &JsonMember::name);
    if (found == members.end()) return std::nullopt;
    return found->value;
}

}  // namespace prevision::model
