// Snapshots that other processes take, and what is left when these die.

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/errors.hpp"
#include "platform/workshop.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

namespace {

constexpr std::string_view reason_of_the_dead = "the process that took the snapshot ended before it was done";

/// Runs the action in a process of its own, that ends with it.
template <typename Action>
pid_t in_another_process(const Action& action) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child != 0) return child;
    int status = 1;
    try {
        action();
        status = 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
    ::_exit(status);
}

int end_of(pid_t process) {
    int status = 0;
    REQUIRE(::waitpid(process, &status, 0) == process);
    return status;
}

}  // namespace

TEST_CASE("deleting a dataset that another process makes stops that process's snapshot") {
    const testing::TemporaryDirectory home;
    { const Workshop first(home.path(), {}); }
    const auto child = in_another_process([&] {
        Endless endless;
        Workshop workshop(home.path(), endless.take());
        workshop.jobs.begin(workshop.new_dataset());
        // Until the jobs have nothing left to do.
        until([&] { return endless.begun && workshop.jobs.list(workshop.project, {}).total == 0; });
    });
    Workshop workshop(home.path(), {});
    until([&] {
        const auto list = workshop.jobs.list(workshop.project, {});
        return !list.items.empty() && list.items[0].rows == 5;
    });
    const auto id = workshop.jobs.list(workshop.project, {}).items.at(0).id;
    Cancellation never;
    workshop.jobs.remove(id, never);
    CHECK(count_files(home / "datasets") == 0);
    CHECK(end_of(child) == 0);
}

TEST_CASE("a dataset whose process was killed is failed with the reason, and what it left is removed") {
    const testing::TemporaryDirectory home;
    { const Workshop first(home.path(), {}); }
    const auto child = in_another_process([&] {
        Endless endless;
        Workshop workshop(home.path(), endless.take());
        workshop.jobs.begin(workshop.new_dataset());
        ::pause();
    });
    Workshop workshop(home.path(), {});
    until([&] {
        const auto list = workshop.jobs.list(workshop.project, {});
        return !list.items.empty() && list.items[0].rows == 5;
    });
    const auto id = workshop.jobs.list(workshop.project, {}).items.at(0).id;
    CHECK(workshop.jobs.find(id)->copy_state == "running");
    CHECK(count_files(home / "datasets") == 2);
    ::kill(child, SIGKILL);
    end_of(child);
    SECTION("whoever asks for it finds out") { CHECK(workshop.jobs.find(id)->copy_state == "failed"); }
    SECTION("whoever lists finds out") {
        CHECK(workshop.jobs.list(workshop.project, {}).items.at(0).copy_state == "failed");
    }
    SECTION("it can be asked for") {
        workshop.jobs.settle();
        CHECK(workshop.datasets.find(id)->copy_state == "failed");
    }
    SECTION("many may find out at once") {
        std::vector<std::thread> threads;
        threads.reserve(8);
        for (int i = 0; i < 8; ++i) threads.emplace_back([&] { workshop.jobs.settle(); });
        for (auto& thread : threads) thread.join();
        until([&] { return workshop.jobs.find(id)->copy_state == "failed"; });
    }
    CHECK(workshop.jobs.find(id)->message == reason_of_the_dead);
    CHECK(workshop.jobs.find(id)->error_class == "internal");
    CHECK_FALSE(workshop.jobs.find(id)->rows);
    CHECK(count_files(home / "datasets") == 0);
}

TEST_CASE("a snapshot that was handed over is taken by another process") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                      const Jobs::Observer&) { return write_two_rows(file); });
    std::vector<std::string> launched;
    workshop.jobs.hand_over_to([&](const std::string& id) { launched.push_back(id); });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    CHECK(launched == std::vector<std::string>{dataset.id});
    CHECK(workshop.jobs.find(dataset.id)->copy_state == "pending");
    CHECK(end_of(in_another_process([&] {
              Workshop worker(home.path(),
                              [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                 const Jobs::Observer&) { return write_two_rows(file); });
              Cancellation never;
              worker.jobs.run_pending(dataset.id, never);
          })) == 0);
    CHECK(workshop.jobs.find(dataset.id)->done());
    Cancellation never;
    CHECK(error_of([&] { return workshop.jobs.run_pending(dataset.id, never), 0; }).error_class() ==
          ErrorClass::not_found);
    CHECK(error_of([&] { return workshop.jobs.run_pending("nothing", never), 0; }).error_class() ==
          ErrorClass::not_found);
    workshop.jobs.remove(dataset.id, never);
    CHECK(count_files(home / "datasets") == 0);
}

TEST_CASE("a snapshot that was handed over is pending while the process that got it lives, and no longer") {
    const testing::TemporaryDirectory home;
    pid_t worker = 0;
    int never_written[2];
    REQUIRE(::pipe(never_written) == 0);
    std::string id;
    {
        Workshop workshop(home.path(), {});
        workshop.jobs.hand_over_to([&](const std::string&) {
            // As a program that is started: it keeps what is inheritable, and knows nothing of the lock.
            worker = ::fork();
            if (worker == 0) {
                ::dup2(never_written[0], STDIN_FILENO);
                ::execl("/bin/cat", "cat", static_cast<char*>(nullptr));
                ::_exit(127);
            }
        });
        const auto dataset = workshop.new_dataset();
        id = dataset.id;
        workshop.jobs.begin(dataset);
    }
    Workshop later(home.path(), {});
    CHECK(later.jobs.find(id)->copy_state == "pending");
    ::kill(worker, SIGKILL);
    end_of(worker);
    CHECK(later.jobs.find(id)->copy_state == "failed");
    CHECK(later.jobs.find(id)->message == reason_of_the_dead);
    ::close(never_written[0]);
    ::close(never_written[1]);
}

TEST_CASE("a handed-over snapshot that is interrupted is failed") {
    const testing::TemporaryDirectory home;
    Endless endless;
    Workshop workshop(home.path(), endless.take());
    workshop.jobs.hand_over_to([](const std::string&) {});
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    Cancellation cancellation;
    std::thread worker([&] { workshop.jobs.run_pending(dataset.id, cancellation); });
    until([&] { return endless.begun.load(); });
    cancellation.cancel();
    worker.join();
    CHECK(workshop.jobs.find(dataset.id)->error_class == "interrupted");
}
