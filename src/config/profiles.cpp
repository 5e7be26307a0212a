#include "config/profiles.hpp"

#include <algorithm>
#include <functional>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>
#include <sys/file.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/file.hpp"

namespace prevision::config {

namespace {

constexpr std::size_t file_limit = std::size_t{4} << 20U;

[[noreturn]] void fail_damaged(const std::filesystem::path& file, const std::string& why) {
    throw Error(ErrorClass::invalid, fmt::format("cannot read {}: {}", file.string(), why),
                "fix the file, or move it away and log in again");
}

rapidjson::Value text_value(std::string_view text, rapidjson::Document& document) {
    return {text.data(), static_cast<rapidjson::SizeType>(text.size()), document.GetAllocator()};
}

/// A member of a wrong type is an error: ignoring it could choose another platform.
void check_form(const rapidjson::Document& document, const std::filesystem::path& file) {
    if (!document.IsObject()) fail_damaged(file, "it is not a JSON object");
    const auto chosen = document.FindMember("default_profile");
    if (chosen != document.MemberEnd() && !chosen->value.IsString() && !chosen->value.IsNull())
        fail_damaged(file, "default_profile is not a text");
    const auto profiles = document.FindMember("profiles");
    if (profiles == document.MemberEnd()) return;
    if (!profiles->value.IsObject()) fail_damaged(file, "profiles is not an object");
    for (const auto& [name, profile] : profiles->value.GetObject()) {
        if (!profile.IsObject())
            fail_damaged(file, fmt::format("the profile '{}' is not an object", name.GetString()));
        for (const char* field : {"url", "project", "token", "token_command"}) {
            const auto member = profile.FindMember(field);
            if (member != profile.MemberEnd() && !member->value.IsString() && !member->value.IsNull()) {
                fail_damaged(file,
                             fmt::format("{} of the profile '{}' is not a text", field, name.GetString()));
            }
        }
    }
}

rapidjson::Document read_document(const std::filesystem::path& file) {
    rapidjson::Document document;
    std::string text;
    try {
        text = read_regular_file(file, file_limit);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
        document.SetObject();
        return document;
    }
    document.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(text.data(),
                                                                                           text.size());
    wipe(text);
    if (document.HasParseError()) {
        fail_damaged(file, fmt::format("invalid JSON at byte {}: {}", document.GetErrorOffset(),
                                       rapidjson::GetParseError_En(document.GetParseError())));
    }
    check_form(document, file);
    return document;
}

std::string text_of(const rapidjson::Value& object, const char* name) {
    const auto member = object.FindMember(name);
    if (member == object.MemberEnd() || !member->value.IsString()) return {};
    return {member->value.GetString(), member->value.GetStringLength()};
}

void set_text(rapidjson::Value& object, const char* name, std::string_view text,
              rapidjson::Document& document) {
    object.RemoveMember(name);
    if (text.empty()) return;
    object.AddMember(rapidjson::Value(name, document.GetAllocator()), text_value(text, document),
                     document.GetAllocator());
}

/// The member of that name, added as an empty object when it is missing.
rapidjson::Value& object_at(rapidjson::Value& parent, const std::string& name,
                            rapidjson::Document& document) {
    const auto key = text_value(name, document);
    if (!parent.HasMember(key)) {
        parent.AddMember(text_value(name, document), rapidjson::Value(rapidjson::kObjectType),
                         document.GetAllocator());
    }
    return parent[key];
}

/// Reads the file, lets `change` change it, and writes it unless that returns false. Two programs take turns.
bool edit(const std::filesystem::path& file, const std::function<bool(rapidjson::Document&)>& change) {
    // A symbolic link is kept, and its target is replaced.
    std::error_code failure;
    const auto target = std::filesystem::weakly_canonical(file, failure);
    const auto& path = failure ? file : target;
    create_private_directory(path.parent_path());
    const auto folder = open_file(path.parent_path(), O_RDONLY | O_DIRECTORY);
    while (::flock(folder.get(), LOCK_EX) != 0 && errno == EINTR) {
    }
    auto document = read_document(path);
    if (!change(document)) return false;
    rapidjson::StringBuffer buffer;
    rapidjson::PrettyWriter writer(buffer);
    writer.SetIndent(' ', 2);
    document.Accept(writer);
    AtomicFile written(path, 0600);
    written.write({buffer.GetString(), buffer.GetSize()});
    written.write("\n");
    written.commit();
    return true;
}

rapidjson::Value* find_profile(rapidjson::Document& document, const std::string& name) {
    auto& profiles = object_at(document, "profiles", document);
    const auto key = text_value(name, document);
    return profiles.HasMember(key) ? &profiles[key] : nullptr;
}

}  // namespace

const Profile* Profiles::find(const std::string& name) const {
    const auto found = std::ranges::find(all, name, &Profile::name);
    return found == all.end() ? nullptr : &*found;
}

Profiles read_profiles(const std::filesystem::path& file) {
    const auto document = read_document(file);
    Profiles result{.chosen = text_of(document, "default_profile"), .all = {}};
    const auto profiles = document.FindMember("profiles");
    if (profiles == document.MemberEnd()) return result;
    for (const auto& [name, profile] : profiles->value.GetObject()) {
        result.all.push_back({.name = std::string(name.GetString(), name.GetStringLength()),
                              .url = text_of(profile, "url"),
                              .project = text_of(profile, "project"),
                              .token = Secret(text_of(profile, "token")),
                              .token_command = text_of(profile, "token_command")});
    }
    return result;
}

void save_profile(const std::filesystem::path& file, const Profile& profile) {
    edit(file, [&](rapidjson::Document& document) {
        auto& saved = object_at(object_at(document, "profiles", document), profile.name, document);
        set_text(saved, "url", profile.url, document);
        set_text(saved, "project", profile.project, document);
        set_text(saved, "token", profile.token.reveal(), document);
        set_text(saved, "token_command", profile.token_command, document);
        if (text_of(document, "default_profile").empty())
            set_text(document, "default_profile", profile.name, document);
        return true;
    });
}

bool forget_token(const std::filesystem::path& file, const std::string& name) {
    return edit(file, [&](rapidjson::Document& document) {
        auto* const profile = find_profile(document, name);
        if (profile == nullptr) return false;
        const bool stored = profile->RemoveMember("token");
        return profile->RemoveMember("token_command") || stored;
    });
}

bool remove_profile(const std::filesystem::path& file, const std::string& name) {
    return edit(file, [&](rapidjson::Document& document) {
        auto& profiles = object_at(document, "profiles", document);
        if (!profiles.EraseMember(text_value(name, document))) return false;
        if (text_of(document, "default_profile") == name) document.EraseMember("default_profile");
        return true;
    });
}

void choose_profile(const std::filesystem::path& file, const std::string& name) {
    edit(file, [&](rapidjson::Document& document) {
        set_text(document, "default_profile", name, document);
        return true;
    });
}

}  // namespace prevision::config
