#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "support/http_server.hpp"
#include "transport/http_transport.hpp"

namespace prevision::testing {

/// Settings that no proxy of the machine disturbs.
inline transport::HttpSettings http_settings(const std::string& url,
                                             std::map<std::string, std::string> environment = {}) {
    transport::HttpSettings settings;
    settings.url = url;
    settings.token = Secret("the-token");
    settings.user_agent = "prevision/test";
    settings.environment = Environment(std::move(environment));
    return settings;
}

inline std::unique_ptr<transport::Transport> connect_to(const std::string& url,
                                                        std::map<std::string, std::string> environment = {}) {
    return transport::make_http_transport(http_settings(url, std::move(environment)));
}

inline transport::Request make_request(const std::string& method, const std::string& path,
                                       const std::string& body = {}) {
    transport::Request request;
    request.method = method;
    request.path = path;
    request.body = body;
    return request;
}

/// Gives a text, from memory.
class MemorySource final : public transport::BodySource {
  public:
    explicit MemorySource(std::string content, bool sized = true) : text(std::move(content)), sized_(sized) {}

    std::size_t read(std::span<char> buffer) override {
        const std::size_t count = std::min(buffer.size(), text.size() - position);
        text.copy(buffer.data(), count, position);
        position += count;
        return count;
    }

    [[nodiscard]] std::optional<std::uint64_t> size() const override {
        if (!sized_) return std::nullopt;
        return announced.value_or(text.size());
    }

    void rewind() override {
        ++rewinds;
        position = 0;
    }

    std::string text;
    std::size_t position = 0;
    std::optional<std::uint64_t> announced;  ///< a size that is not the text's
    int rewinds = 0;

  private:
    bool sized_;
};

}  // namespace prevision::testing
