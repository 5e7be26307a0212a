#include "platform/http/body.hpp"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>
#include <string.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json.hpp"

namespace prevision::platform {

namespace {

[[noreturn]] void reject(std::string_view name, std::string_view why) {
    throw Error(ErrorClass::invalid, fmt::format("invalid {}: {}", name, why));
}

std::string_view view(const rapidjson::Value& value) { return {value.GetString(), value.GetStringLength()}; }

/// They are parts of the body's own text.
void wipe_texts(rapidjson::Value& value) {
    if (value.IsString()) {
        explicit_bzero(const_cast<char*>(value.GetString()), value.GetStringLength());
    } else if (value.IsArray()) {
        for (auto& element : value.GetArray()) wipe_texts(element);
    } else if (value.IsObject()) {
        std::for_each(value.MemberBegin(), value.MemberEnd(), [](auto& member) { wipe_texts(member.value); });
    }
}

/// What it grows out of is wiped too.
struct WipingAllocator {
    [[maybe_unused]] static constexpr bool kNeedFree = true;  // NOLINT(readability-identifier-naming)
    static void* Malloc(std::size_t size) { return size == 0 ? nullptr : new char[size]; }
    static void* Realloc(void* old, std::size_t old_size, std::size_t size) {
        auto* const bytes = static_cast<char*>(Malloc(size));
        if (bytes != nullptr && old != nullptr) std::memcpy(bytes, old, std::min(old_size, size));
        if (old != nullptr) explicit_bzero(old, old_size);
        Free(old);
        return bytes;
    }
    static void Free(void* bytes) { delete[] static_cast<char*>(bytes); }
};

Secret write_secret(const rapidjson::Value& value) {
    using Buffer = rapidjson::GenericStringBuffer<rapidjson::UTF8<>, WipingAllocator>;
    Buffer buffer;
    rapidjson::Writer<Buffer> writer(buffer);
    value.Accept(writer);
    const auto size = buffer.GetSize();
    Secret secret{std::string(buffer.GetString(), size)};
    buffer.Clear();
    explicit_bzero(buffer.Push(size), size);
    return secret;
}

bool holds_object(const Secret& secret) {
    std::string text(secret.reveal());
    bool is_object = false;
    try {
        is_object = model::parse_json_in_place(text).IsObject();
    } catch (const Error&) {
        is_object = false;
    }
    wipe(text);
    return is_object;
}

}  // namespace

Body::Body(std::string_view text) : text_(text) {
    try {
        document_ = model::parse_json_in_place(text_);
        if (!document_.IsObject()) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
    } catch (...) {
        wipe(text_);
        throw;
    }
}

Body::~Body() { wipe(text_); }

rapidjson::Value* Body::find(std::string_view name) {
    if (!has(name)) return nullptr;
    const auto key = rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    auto& value = document_[rapidjson::Value(key)];
    return value.IsNull() ? nullptr : &value;
}

const rapidjson::Value* Body::find(std::string_view name) const {
    return model::find_member(document_, name);
}

bool Body::has(std::string_view name) const {
    const auto key = rapidjson::StringRef(name.data(), static_cast<rapidjson::SizeType>(name.size()));
    return document_.HasMember(rapidjson::Value(key));
}

std::string Body::text(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return {};
    if (!value->IsString()) reject(name, "a text is expected");
    return std::string(view(*value));
}

std::string Body::required_text(std::string_view name) const {
    auto result = text(name);
    if (result.empty()) reject(name, "it is required");
    return result;
}

std::optional<bool> Body::boolean(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr || (value->IsString() && value->GetStringLength() == 0)) return std::nullopt;
    const auto word = value->IsString() ? view(*value) : std::string_view();
    if (word == "yes" || word == "true") return true;
    if (word == "no" || word == "false") return false;
    const auto told = model::get_boolean(document_, name);
    if (!told) reject(name, "true or false is expected");
    return told;
}

std::optional<std::uint64_t> Body::count(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr || (value->IsString() && value->GetStringLength() == 0)) return std::nullopt;
    const auto number = model::get_integer(document_, name);
    if (!number || *number < 0) reject(name, "a whole number of 0 or more is expected");
    return static_cast<std::uint64_t>(*number);
}

std::optional<std::vector<std::string>> Body::texts(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (!value->IsArray()) reject(name, "an array of texts is expected");
    std::vector<std::string> texts;
    for (const auto& element : value->GetArray()) {
        if (!element.IsString()) reject(name, "an array of texts is expected");
        texts.emplace_back(view(element));
    }
    return texts;
}

std::optional<int> Body::port(std::string_view name) const {
    const auto* value = find(name);
    if (value == nullptr || (value->IsString() && value->GetStringLength() == 0)) return std::nullopt;
    const auto number = model::get_integer(document_, name);
    if (!number) reject(name, "a whole number is expected");
    if (*number < 1 || *number > 65535) reject(name, fmt::format("{} is not in 1..65535", *number));
    return static_cast<int>(*number);
}

Secret Body::secret(std::string_view name) {
    auto* value = find(name);
    if (value == nullptr) return {};
    if (!value->IsString()) reject(name, "a text is expected");
    Secret result{std::string(view(*value))};
    wipe_texts(*value);
    value->SetNull();
    return result;
}

Secret Body::secret_object(std::string_view name) {
    auto* value = find(name);
    if (value == nullptr || (value->IsString() && value->GetStringLength() == 0)) return {};
    if (value->IsString()) {
        auto result = secret(name);
        if (!holds_object(result)) reject(name, "a JSON object is expected");
        return result;
    }
    if (!value->IsObject()) reject(name, "a JSON object is expected");
    auto result = write_secret(*value);
    wipe_texts(*value);
    value->SetNull();
    return result;
}

}  // namespace prevision::platform
