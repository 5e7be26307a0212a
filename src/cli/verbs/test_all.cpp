#include "cli/verbs/test_all.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "cli/verbs/junit.hpp"
#include "cli/verbs/test_report.hpp"
#include "core/atomic_file.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

namespace {

using std::chrono::milliseconds;

/// Shows results as they come, from whichever thread.
class Results {
  public:
    Results(Services& services, const std::vector<api::ObjectReference>& items) : services_(services) {
        const auto settings = services.render_settings();
        lines_ = settings.format == render::Format::table;
        for (const auto& item : items)
            width_ = std::max(width_, render::display_width(render::printable(item.name)));
        if (!lines_) {
            renderer_ = render::make_list_renderer(
                {{"name"}, {"result"}, {"ms", render::Alignment::right}, {"message"}}, settings,
                services.io().out);
        }
    }

    void add(const api::ObjectReference& item, const api::TestOutcome& outcome, milliseconds elapsed) {
        const std::lock_guard lock(mutex_);
        const std::string result = outcome.failure ? "failed" : "ok";
        const std::string& message = outcome.result.message;
        if (outcome.failure) ++failed_;
        cases_.push_back({.name = item.name, .elapsed = elapsed, .failure = outcome.failure ? message : ""});
        if (lines_) {
            const auto name = render::printable(item.name);
            const auto blanks = static_cast<std::size_t>(width_ - render::display_width(name));
            services_.io().out.write(fmt::format(
                "{:<6}  {}{}  {:>6} ms{}{}\n", result, name, std::string(blanks, ' '), elapsed.count(),
                outcome.failure ? "  " : "", outcome.failure ? render::printable(message) : ""));
        } else {
            renderer_->add({.id = item.id,
                            .cells = {item.name, result, fmt::format("{}", elapsed.count()), message},
                            .document = test_document(item.id, item.name, outcome.result)});
        }
        services_.io().out.flush();
    }

    void finish(bool whole) {
        if (renderer_ && whole) renderer_->finish();
        if (renderer_ && !whole) renderer_->abandon();
        services_.io().out.flush();
    }

    [[nodiscard]] std::size_t failed() const { return failed_; }
    [[nodiscard]] const std::vector<JunitCase>& cases() const { return cases_; }

  private:
    Services& services_;
    bool lines_ = false;
    int width_ = 0;
    std::unique_ptr<render::Renderer> renderer_;
    std::mutex mutex_;
    std::size_t failed_ = 0;
    std::vector<JunitCase> cases_;
};

/// What a call that was not answered leaves: the test failed.
api::TestOutcome outcome_of(const Error& error) {
    api::TestOutcome outcome;
    outcome.result.ok = false;
    outcome.result.message = error.what();
    outcome.failure = error;
    return outcome;
}

}  // namespace

void add_test_all_options(Command& verb, TestAllOptions& options) {
    verb.flag("--all", options.all, "Test all there are");
    verb.option("-j,--jobs", options.jobs, "With --all: how many at once");
    verb.option("--junit", options.junit, "With --all: write the results as JUnit's XML too",
                {.value = "FILE", .completes = Completes::file});
}

void check_test_target(const std::string& name, const TestAllOptions& options) {
    if (name.empty() != options.all) {
        throw Error(ErrorClass::usage,
                    options.all ? "a name and --all exclude each other" : "NAME is missing, or --all");
    }
    if (options.jobs < 1 || options.jobs > 256)
        throw Error(ErrorClass::usage, "--jobs: it must be from 1 to 256");
    if (options.junit && !options.all) throw Error(ErrorClass::usage, "--junit goes with --all");
}

void test_all(Services& services, const std::string& noun, const std::vector<api::ObjectReference>& items,
              const TestAllOptions& options,
              const std::function<api::TestOutcome(api::Client&, const api::ObjectReference&)>& test) {
    // Opened before anything is tested: a file that cannot be is told at once.
    std::optional<AtomicFile> junit;
    if (options.junit) junit.emplace(*options.junit, 0666);
    Results results(services, items);
    std::atomic<std::size_t> next{0};
    std::mutex failure_mutex;
    std::exception_ptr failure;
    const auto work = [&](api::Client& client) {
        try {
            for (auto i = next.fetch_add(1); i < items.size(); i = next.fetch_add(1)) {
                services.cancellation().check();
                const auto begin = services.io().clock.steady();
                api::TestOutcome outcome;
                try {
                    outcome = test(client, items[i]);
                } catch (const Error& error) {
                    if (services.cancellation().cancelled()) throw;
                    outcome = outcome_of(error);
                }
                results.add(items[i], outcome,
                            std::chrono::duration_cast<milliseconds>(services.io().clock.steady() - begin));
            }
        } catch (...) {
            const std::lock_guard lock(failure_mutex);
            failure = std::current_exception();
            next = items.size();
        }
    };
    {
        std::vector<std::unique_ptr<Connection>> connections(
            std::min(static_cast<std::size_t>(options.jobs), items.size()));
        for (auto& connection : connections) connection = services.connect_again();
        std::vector<std::jthread> threads;
        threads.reserve(connections.size());
        for (auto& connection : connections) threads.emplace_back([&] { work(*connection->client); });
    }
    results.finish(failure == nullptr);
    if (failure) std::rethrow_exception(failure);
    if (junit) {
        junit->write(to_junit(fmt::format("prevision {} test", noun), results.cases()));
        junit->commit();
    }
    if (results.failed() > 0) {
        throw Error(ErrorClass::partial,
                    fmt::format("{} of {} {}s failed the test", results.failed(), items.size(), noun),
                    fmt::format("'prevision {} test NAME' shows the stages of one", noun));
    }
}

}  // namespace prevision::cli
