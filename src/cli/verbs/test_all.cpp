#include "cli/verbs/test_all.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "cli/output_file.hpp"
#include "cli/verbs/junit.hpp"
#include "cli/verbs/test_report.hpp"
#include "render/renderer.hpp"

namespace prevision::cli {

namespace {

using std::chrono::milliseconds;

/// Shows results as they come. Any thread may add one.
class Results {
  public:
    /// With `to_stderr`, stdout is for something else.
    Results(Services& services, const std::vector<TestItem>& items, bool to_stderr)
        : services_(services), to_stderr_(to_stderr) {
        const auto settings = services.render_settings();
        lines_ = settings.format == render::Format::table;
        for (const auto& item : items)
            width_ = std::max(width_, render::display_width(render::printable(item.object.name)));
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
            const auto line = fmt::format("{:<6}  {}{}  {:>6} ms{}{}", result, name, std::string(blanks, ' '),
                                          elapsed.count(), outcome.failure ? "  " : "",
                                          outcome.failure ? render::printable(message) : "");
            if (to_stderr_) {
                services_.message(line);
            } else {
                services_.io().out.write(line + "\n");
            }
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
    bool to_stderr_;
    bool lines_ = false;
    int width_ = 0;
    std::unique_ptr<render::Renderer> renderer_;
    std::mutex mutex_;
    std::size_t failed_ = 0;
    std::vector<JunitCase> cases_;
};

api::TestOutcome outcome_of(const Error& error) {
    api::TestOutcome outcome;
    outcome.result.ok = false;
    outcome.result.message = error.what();
    outcome.failure = error;
    return outcome;
}

/// Tests items until none is left, on as many threads as there are connections.
class Tests {
  public:
    Tests(Services& services, const std::vector<TestItem>& items, TestCall test, Results& results)
        : services_(services), items_(items), test_(test), results_(results) {}

    void run(std::size_t jobs) {
        std::vector<std::unique_ptr<Connection>> connections(std::min(jobs, items_.size()));
        for (auto& connection : connections) connection = services_.connect_again();
        std::vector<std::jthread> threads;
        threads.reserve(connections.size());
        for (auto& connection : connections) threads.emplace_back([&] { work(*connection->client); });
    }

    [[nodiscard]] std::exception_ptr failure() const { return failure_; }

  private:
    void work(api::Client& client) {
        try {
            for (auto i = next_.fetch_add(1); i < items_.size(); i = next_.fetch_add(1)) {
                services_.cancellation().check();
                const auto& clock = services_.io().clock;
                const auto begin = clock.steady();
                const auto outcome = run_one(client, items_[i]);
                results_.add(items_[i].object, outcome,
                             std::chrono::duration_cast<milliseconds>(clock.steady() - begin));
            }
        } catch (...) {
            const std::lock_guard lock(mutex_);
            failure_ = std::current_exception();
            next_ = items_.size();
        }
    }

    api::TestOutcome run_one(api::Client& client, const TestItem& item) {
        if (item.failure) return outcome_of(*item.failure);
        try {
            return test_(client, item.object);
        } catch (const Error& error) {
            if (services_.cancellation().cancelled()) throw;
            return outcome_of(error);
        }
    }

    Services& services_;
    const std::vector<TestItem>& items_;
    TestCall test_;
    Results& results_;
    std::atomic<std::size_t> next_{0};
    std::mutex mutex_;
    std::exception_ptr failure_;
};

}  // namespace

void add_test_options(Command& verb, TestOptions& options) {
    verb.flag("--all", options.all, "Test all there are");
    verb.option("-j,--jobs", options.jobs, "How many of several to test at once");
    verb.option("--junit", options.junit, "Write the results of several as JUnit XML too; - is stdout",
                {.value = "FILE", .completes = Completes::file});
}

void check_test_options(const TestOptions& options) {
    if (options.names.empty() != options.all) {
        throw Error(ErrorClass::usage,
                    options.all ? "names and --all exclude each other" : "NAME is missing, or --all");
    }
    if (options.jobs < 1 || options.jobs > 256)
        throw Error(ErrorClass::usage, "--jobs: it must be from 1 to 256");
    if (options.junit && options.names.size() == 1)
        throw Error(ErrorClass::usage, "--junit goes with --all or several names");
}

void test_all(Services& services, const std::string& noun, const std::vector<TestItem>& items,
              const TestOptions& options, TestCall test) {
    // Opened first: a file that cannot be written is reported before anything is tested.
    std::optional<OutputFile> junit;
    if (options.junit) junit.emplace(*options.junit, services.io().out);
    const bool shares_stdout = junit && junit->is_stdout();
    if (shares_stdout && services.options().format() != render::Format::table)
        throw Error(ErrorClass::usage, "--junit - needs stdout for itself: leave out --output");
    Results results(services, items, shares_stdout);
    Tests tests(services, items, test, results);
    tests.run(static_cast<std::size_t>(options.jobs));
    results.finish(tests.failure() == nullptr);
    if (tests.failure()) std::rethrow_exception(tests.failure());
    if (items.empty()) services.warn(fmt::format("there is no {} to test", noun));
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
