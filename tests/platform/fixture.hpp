#pragma once

#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "model/json.hpp"
#include "platform/platform.hpp"
#include "support/temporary_directory.hpp"

namespace prevision::testing {

/// An answer with its JSON read.
struct Reply {
    int status = 0;
    std::string body;
    rapidjson::Document json;  ///< null where the answer has no body
    platform::Answer answer;

    [[nodiscard]] std::string text(std::string_view name) const { return model::get_text(json, name); }
    [[nodiscard]] std::string id() const { return text("_id"); }
    [[nodiscard]] std::string message() const { return text("message"); }
};

/// A platform in a folder of its own, and short ways to call it.
class Fixture {
  public:
    Fixture() : home_(folder_ / "home"), platform_({.home = home_, .vault_key_file = {}}) {
        project_ = get("/projects").json["items"][0]["_id"].GetString();
    }

    Reply call(const std::string& method, const std::string& target, const std::string& body = {}) {
        return call_platform(platform_, method, target, body);
    }
    Reply get(const std::string& target) { return call("GET", target); }
    Reply post(const std::string& target, const std::string& body) { return call("POST", target, body); }
    Reply patch(const std::string& target, const std::string& body) { return call("PATCH", target, body); }
    Reply remove(const std::string& target) { return call("DELETE", target); }

    [[nodiscard]] platform::Platform& platform() { return platform_; }
    [[nodiscard]] const std::filesystem::path& home() const { return home_; }
    [[nodiscard]] const TemporaryDirectory& folder() const { return folder_; }

    /// The project that the platform made by itself, and a path below it.
    [[nodiscard]] const std::string& project() const { return project_; }
    [[nodiscard]] std::string in_project(const std::string& below) const {
        return "/projects/" + project_ + below;
    }

    static Reply call_platform(platform::Platform& platform, const std::string& method,
                               const std::string& target, const std::string& body = {}) {
        const auto question = target.find('?');
        Reply reply;
        reply.answer =
            platform.handle({.method = method,
                             .path = target.substr(0, question),
                             .query = question == std::string::npos ? "" : target.substr(question + 1),
                             .body = body});
        reply.status = reply.answer.status;
        reply.body = reply.answer.body;
        if (!reply.body.empty()) reply.json = model::parse_json(reply.body);
        return reply;
    }

  private:
    TemporaryDirectory folder_;
    std::filesystem::path home_;
    platform::Platform platform_;
    std::string project_;
};

}  // namespace prevision::testing
