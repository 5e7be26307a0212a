// The download of a dataset, which continues after it was cut.
#include <fmt/format.h>

#include "api/client.hpp"
#include "core/error.hpp"
#include "core/retry.hpp"
#include "core/stream_position.hpp"
#include "core/text.hpp"

namespace prevision::api {

namespace {

/// Takes a body that comes again from its beginning after it was cut: passes on what is new.
class RestartedSink final : public ByteSink {
  public:
    RestartedSink(ByteSink& sink, std::string what) : sink_(sink), what_(std::move(what)) {}

    void restart() { position_.come_from(0); }
    [[nodiscard]] std::uint64_t delivered() const { return position_.delivered(); }
    [[nodiscard]] bool sink_works() const { return sink_works_; }

    void write(std::string_view bytes) override {
        if (!position_.skip_known(bytes)) {
            throw Error(ErrorClass::integrity, what_ + ": the connection was cut, and other bytes came then",
                        "download it again");
        }
        if (bytes.empty()) return;
        position_.deliver(bytes);
        sink_works_ = false;
        sink_.write(bytes);
        sink_works_ = true;
    }
    [[nodiscard]] bool wants_more() const override { return sink_.wants_more(); }

  private:
    ByteSink& sink_;
    std::string what_;
    StreamPosition position_;
    bool sink_works_ = true;  // false while the sink is called: what is thrown then is its own
};

}  // namespace

void Client::download_dataset(const ObjectReference& dataset, const std::string& extension, ByteSink& sink) {
    const auto what = fmt::format("cannot download the dataset {}", describe(dataset));
    const auto path = fmt::format("/datasets/{}/download?extension={}", percent_encode(dataset.id),
                                  percent_encode(extension));
    RestartedSink restarted(sink, what);
    RetryBudget budget(settings_.retry);
    for (;;) {
        const auto before = restarted.delivered();
        restarted.restart();
        try {
            call({.what = what, .method = "GET", .path = path, .sink = &restarted});
            return;
        } catch (const Error& error) {
            // Until a byte has come, `call` has tried again itself.
            if (!error.retryable() || !restarted.sink_works() || restarted.delivered() == 0) throw;
            if (restarted.delivered() > before) budget = RetryBudget(settings_.retry);
            const auto pause = budget.take(std::nullopt);
            if (!pause) throw;
            settings_.retry.wait(*pause);
        }
    }
}

}  // namespace prevision::api
