#include "transport/transport.hpp"

#include <deque>
#include <utility>

#include "core/text.hpp"

namespace prevision::transport {

namespace {

class OneAfterAnother final : public Calls {
  public:
    explicit OneAfterAnother(Transport& transport) : transport_(transport) {}

    void start(std::int64_t number, const Request& request) override {
        waiting_.emplace_back(number, request);
    }

    std::optional<Ended> wait(std::chrono::milliseconds /*limit*/) override {
        if (waiting_.empty()) return std::nullopt;
        const auto [number, request] = std::move(waiting_.front());
        waiting_.pop_front();
        Ended ended{.number = number, .response = {}, .failure = {}};
        try {
            ended.response = transport_.send(request);
        } catch (const TransportError& failure) {
            ended.failure = failure;
        }
        return ended;
    }

  private:
    Transport& transport_;
    std::deque<std::pair<std::int64_t, Request>> waiting_;
};

}  // namespace

bool is_success(int status) { return (status >= 200 && status <= 210) || status == 226; }

std::unique_ptr<Calls> Transport::begin_calls() { return std::make_unique<OneAfterAnother>(*this); }

std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name) {
    for (const auto& header : headers) {
        if (equal_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

}  // namespace prevision::transport
