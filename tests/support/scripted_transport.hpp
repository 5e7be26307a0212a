#pragma once

#include <deque>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "transport/transport.hpp"

namespace prevision::testing {

/// A Transport that gives the answers that it was told to, in order, and keeps the requests. Asked once more
/// than it has answers, it throws.
class ScriptedTransport final : public transport::Transport {
  public:
    ScriptedTransport& answer(int status, std::string body, std::vector<transport::Header> headers = {}) {
        script_.emplace_back([=](const transport::Request&) -> transport::Response {
            return {status, headers, body};
        });
        return *this;
    }

    ScriptedTransport& fail(bool may_have_arrived) {
        script_.emplace_back([=](const transport::Request&) -> transport::Response {
            throw transport::TransportError("cannot reach the platform: cut", "", may_have_arrived);
        });
        return *this;
    }

    /// An answer whose body breaks off after these bytes.
    ScriptedTransport& cut(std::string body) {
        script_.emplace_back([=](const transport::Request& request) -> transport::Response {
            if (request.sink != nullptr) request.sink->write(body);
            throw transport::TransportError("cannot reach the platform: cut", "", true);
        });
        return *this;
    }

    transport::Response send(const transport::Request& request) override {
        requests.push_back(request);
        if (script_.empty())
            throw std::logic_error("no answer is left for " + request.method + " " + request.path);
        auto next = std::move(script_.front());
        script_.pop_front();
        auto response = next(request);
        // As Request::sink says.
        if (request.sink != nullptr && response.status >= 200 && response.status < 300)
            request.sink->write(std::exchange(response.body, {}));
        return response;
    }

    [[nodiscard]] std::string description() const override { return "the test's platform"; }
    [[nodiscard]] bool done() const { return script_.empty(); }

    std::vector<transport::Request> requests;

  private:
    std::deque<std::function<transport::Response(const transport::Request&)>> script_;
};

/// Another transport, for code that owns the one that it uses. The other must outlive it.
class SharedTransport final : public transport::Transport {
  public:
    explicit SharedTransport(transport::Transport& shared) : shared_(shared) {}

    transport::Response send(const transport::Request& request) override { return shared_.send(request); }
    [[nodiscard]] std::string description() const override { return shared_.description(); }

  private:
    transport::Transport& shared_;
};

}  // namespace prevision::testing
