#include "platform/datasets/jobs.hpp"

#include <condition_variable>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "platform/errors.hpp"
#include "platform/workshop.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

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

TEST_CASE("a snapshot that runs says how much there will be, and of a file without rows nothing of rows") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(),
                      [&](const model::Dataset&, const std::filesystem::path&, Cancellation& cancellation,
                          const Jobs::Observer& observer) -> snapshot::Snapshot {
                          for (;;) {
                              observer({.bytes = 10, .total_bytes = 500, .about_rows = 70});
                              wait_for(std::chrono::milliseconds(1), cancellation);
                          }
                      });
    const auto dataset = workshop.new_dataset();
    workshop.jobs.begin(dataset);
    until([&] { return workshop.jobs.find(dataset.id)->bytes == 10U; });
    const auto running = workshop.jobs.find(dataset.id);
    CHECK(running->total_bytes == 500U);
    CHECK(running->about_rows == 70U);
    CHECK_FALSE(running->rows);
    CHECK(workshop.jobs.list(workshop.project, {}).items.front().total_bytes == 500U);
    // Another process, which waits for it, sees the same.
    CHECK(workshop.datasets.find(dataset.id)->total_bytes == 500U);
    CHECK(workshop.datasets.find(dataset.id)->about_rows == 70U);
    workshop.datasets.fail(dataset.id, Error(ErrorClass::internal, "enough"));
    CHECK_FALSE(workshop.datasets.find(dataset.id)->total_bytes);
    CHECK_FALSE(workshop.datasets.find(dataset.id)->about_rows);
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

TEST_CASE("a snapshot that nobody could be found for is not on the list") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), {});
    workshop.jobs.hand_over_to([](const std::string&) { throw Error(ErrorClass::internal, "no process"); });
    const auto dataset = workshop.new_dataset();
    CHECK(error_of([&] { return workshop.jobs.begin(dataset), 0; }).what() == std::string("no process"));
    CHECK(workshop.jobs.list(workshop.project, {}).total == 0);
    CHECK(count_files(home / "datasets") == 0);
}

TEST_CASE("a dataset of a datasource that is not there is refused and leaves no file") {
    const testing::TemporaryDirectory home;
    Workshop workshop(home.path(), {});
    auto dataset = workshop.new_dataset();
    dataset.datasource_id = new_id();
    CHECK(error_of([&] { return workshop.jobs.begin(dataset), 0; }).error_class() == ErrorClass::not_found);
    CHECK(count_files(home / "datasets") == 0);
}
