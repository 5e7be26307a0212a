#include "platform/jobs.hpp"

#include <condition_variable>
#include <csignal>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "core/wait.hpp"
#include "platform/errors.hpp"
#include "platform/tables/connectors.hpp"
#include "platform/tables/datasources.hpp"
#include "platform/tables/projects.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

namespace {

constexpr std::string_view reason_of_the_dead = "the process that took the snapshot ended before it was done";

/// A store with a datasource, and jobs over it that take their snapshots from `take`.
struct Workshop {
    Workshop(const std::filesystem::path& home, Jobs::Take take)
        : store(home / "prevision.db", system_clock()),
          datasets(store),
          project(ProjectTable(store).list({}).items.at(0).project.id),
          jobs(datasets, home / "datasets", std::move(take)) {}

    /// A dataset to begin, and what it hangs on.
    model::Dataset new_dataset() {
        model::Connector connector;
        connector.id = new_id();
        connector.project_id = project;
        ConnectorTable(store).insert(connector, {});
        model::Datasource datasource;
        datasource.id = new_id();
        datasource.project_id = project;
        datasource.connector_id = connector.id;
        DatasourceTable(store).insert(datasource);
        model::Dataset dataset;
        dataset.id = new_id();
        dataset.project_id = project;
        dataset.name = "d";
        dataset.datasource_id = datasource.id;
        return dataset;
    }

    Store store;
    DatasetTable datasets;
    std::string project;
    Jobs jobs;
};

std::size_t count_files(const std::filesystem::path& folder) {
    if (!std::filesystem::exists(folder)) return 0;
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

/// Asks until it is so; a test that would wait for ever is ended by its time limit.
template <typename Condition>
void until(const Condition& condition) {
    Cancellation never;
    while (!condition()) wait_for(std::chrono::milliseconds(1), never);
}

snapshot::Snapshot write_two_rows(const std::filesystem::path& file) {
    std::ofstream(file) << "a\r\n1\r\n2\r\n";
    return {
        .rows = 2, .bytes = 9, .sha256 = "5ha", .schema = {{.name = "a", .type = "int", .nullable = false}}};
}

/// Tells when it has begun, leaves a temporary file, and goes on until it is cancelled.
class Endless {
  public:
    Jobs::Take take() {
        return [this](const model::Dataset&, const std::filesystem::path& file, Cancellation& cancellation,
                      const Jobs::Observer& observer) -> snapshot::Snapshot {
            std::ofstream(file.string() + ".0123.part") << "half";
            observer({.rows = 5, .bytes = 50});
            begun = true;
            for (;;) wait_for(std::chrono::hours(1), cancellation);
        };
    }
    std::atomic<bool> begun{false};
};

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

TEST_CASE("a snapshot that is taken makes its dataset done") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                      const Jobs::Observer&) { return write_two_rows(file); });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->done(); });
    const auto done = workshop.jobs.find(dataset.id);
    CHECK(done->copy_state == "done");
    CHECK(done->describe_state == "done");
    CHECK(done->drift_state == "done");
    CHECK(done->embeddings_state == "done");
    CHECK(done->rows == 2);
    CHECK(done->bytes == 9);
    CHECK(done->sha256 == "5ha");
    REQUIRE(done->schema.size() == 1);
    CHECK(done->schema[0].name == "a");
    CHECK_FALSE(done->schema[0].nullable);
    CHECK(read_file(workshop.jobs.file_of(dataset.id), 100) == "a\r\n1\r\n2\r\n");
    until([&] { return count_files(home / "datasets") == 1; });
}

TEST_CASE("a snapshot that fails leaves the reason and its class, and no file") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(),
                      [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                         const Jobs::Observer& observer) -> snapshot::Snapshot {
                          observer({.rows = 7, .bytes = 70});
                          std::ofstream(file.string() + ".0123.part") << "half";
                          throw Error(ErrorClass::auth, "refused \xff");
                      });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->failed(); });
    const auto failed = workshop.jobs.find(dataset.id);
    CHECK(failed->copy_state == "failed");
    CHECK(failed->describe_state == "failed");
    CHECK(failed->drift_state == "failed");
    CHECK(failed->embeddings_state == "failed");
    CHECK(failed->message == "refused \xef\xbf\xbd");
    CHECK(failed->error_class == "auth");
    CHECK_FALSE(failed->rows);
    CHECK_FALSE(failed->bytes);
    until([&] { return count_files(home / "datasets") == 0; });
}

TEST_CASE("what is thrown besides Errors fails the dataset too") {
    const testing::TemporaryDirectory home;
    Workshop workshop(
        home.path(),
        [](const model::Dataset&, const std::filesystem::path&, Cancellation&,
           const Jobs::Observer&) -> snapshot::Snapshot { throw std::runtime_error("surprise"); });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->failed(); });
    CHECK(workshop.jobs.find(dataset.id)->message == "surprise");
}

TEST_CASE("rows and bytes can be seen to grow while the snapshot runs") {
    const testing::TemporaryDirectory home;
    std::atomic<std::uint64_t> rows{1};
    Workshop workshop(home.path(),
                      [&](const model::Dataset&, const std::filesystem::path&, Cancellation& cancellation,
                          const Jobs::Observer& observer) -> snapshot::Snapshot {
                          for (;;) {
                              observer({.rows = rows, .bytes = rows * 10});
                              wait_for(std::chrono::milliseconds(1), cancellation);
                          }
                      });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->rows == 1; });
    rows = 2;
    until([&] { return workshop.jobs.find(dataset.id)->rows == 2; });
    const auto running = workshop.jobs.find(dataset.id);
    CHECK(running->copy_state == "running");
    CHECK(running->describe_state == "pending");
    CHECK(running->bytes == 20);
}

TEST_CASE("many snapshots run at once") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                      const Jobs::Observer&) { return write_two_rows(file); });
    for (int i = 0; i < 50; ++i) workshop.jobs.begin(workshop.new_dataset());
    until([&] {
        const auto list = workshop.jobs.list(workshop.project, {});
        return std::ranges::all_of(list.items, [](const model::Dataset& dataset) { return dataset.done(); });
    });
    CHECK(workshop.jobs.list(workshop.project, {}).total == 50);
}

TEST_CASE("snapshots may be begun on many threads at once") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                      const Jobs::Observer&) { return write_two_rows(file); });
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            for (int j = 0; j < 5; ++j) {
                const auto dataset = workshop.new_dataset();
                workshop.jobs.begin(dataset);
                until([&] { return workshop.jobs.find(dataset.id)->done(); });
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(workshop.jobs.list(workshop.project, {}).total == 40);
}

TEST_CASE("the end of the jobs cancels their snapshots, and says so") {
    const testing::TemporaryDirectory home;
    Endless endless;
    std::string id;
    {
        Workshop workshop(home.path(), endless.take());
        const auto dataset = workshop.new_dataset();
        id = dataset.id;
        workshop.jobs.begin(dataset);
        until([&] { return endless.begun.load(); });
    }
    Workshop later(home.path(), {});
    CHECK(later.jobs.find(id)->copy_state == "failed");
    CHECK(later.jobs.find(id)->message == "the snapshot was interrupted before it was done");
    CHECK(later.jobs.find(id)->error_class == "interrupted");
    CHECK(count_files(home / "datasets") == 0);
}

TEST_CASE("deleting a dataset stops its snapshot and leaves nothing") {
    const testing::TemporaryDirectory home;
    Endless endless;
    Workshop workshop(home.path(), endless.take());
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return endless.begun.load(); });
    Cancellation never;
    workshop.jobs.remove(dataset.id, never);
    CHECK_FALSE(workshop.jobs.find(dataset.id));
    CHECK(count_files(home / "datasets") == 0);
    CHECK(workshop.datasets.removed().empty());
    CHECK(error_of([&] { return workshop.jobs.remove(dataset.id, never), 0; }).error_class() ==
          ErrorClass::not_found);
}

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

TEST_CASE("what a process that was killed while deleting has left goes with the next snapshot") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                                      const Jobs::Observer&) { return write_two_rows(file); });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->done(); });
    workshop.datasets.remove(dataset.id);  // and killed here
    CHECK(std::filesystem::exists(workshop.jobs.file_of(dataset.id)));
    workshop.jobs.begin(workshop.new_dataset());
    CHECK_FALSE(std::filesystem::exists(workshop.jobs.file_of(dataset.id)));
    CHECK(workshop.datasets.removed().empty());
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

TEST_CASE("a snapshot that nobody could be found for is not on the list") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), {});
    workshop.jobs.hand_over_to([](const std::string&) { throw Error(ErrorClass::internal, "no process"); });
    const auto dataset = workshop.new_dataset();
    CHECK(error_of([&] { return workshop.jobs.begin(dataset), 0; }).what() == std::string("no process"));
    CHECK(workshop.jobs.list(workshop.project, {}).total == 0);
    CHECK(count_files(home / "datasets") == 0);
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

TEST_CASE("a dataset of a datasource that is not there is refused and leaves no file") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), {});
    auto dataset = workshop.new_dataset();
    dataset.datasource_id = new_id();
    CHECK(error_of([&] { return workshop.jobs.begin(dataset), 0; }).error_class() == ErrorClass::not_found);
    CHECK(count_files(home / "datasets") == 0);
}
