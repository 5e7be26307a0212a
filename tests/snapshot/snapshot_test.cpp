#include "snapshot/snapshot.hpp"

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <memory>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/clock.hpp"
#include "core/file.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"
#include "snapshot/csv_reader.hpp"
#include "snapshot/rows.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using sources::ValueKind;
using testing::column;

namespace {

/// A source whose rows a test makes.
class MadeSource final : public sources::Source {
  public:
    using Rows = std::function<void(sources::RowSink&)>;

    MadeSource(std::vector<sources::Column> columns, Rows rows)
        : columns_(std::move(columns)), rows_(std::move(rows)) {}

    void test(const std::optional<sources::Location>& /*location*/,
              const sources::StageObserver& /*observer*/) override {}
    void browse(const std::string& /*path*/, bool /*recursive*/,
                const sources::EntryObserver& /*each*/) override {}

    void read(const sources::Location& location, const sources::ReadOptions& options,
              sources::ContentSink& content) override {
        auto& sink = content.table();
        CHECK(location.table == "t");
        CHECK_FALSE(options.limit);
        sink.columns(columns_);
        rows_(sink);
    }

  private:
    std::vector<sources::Column> columns_;
    Rows rows_;
};

MadeSource::Rows send(std::vector<testing::Row> rows) {
    return [rows = std::move(rows)](sources::RowSink& sink) {
        for (const auto& row : rows) testing::send_row(sink, row);
    };
}

void send_many(sources::RowSink& sink, int count) {
    for (int i = 0; i < count; ++i) testing::send_row(sink, {std::to_string(i), "some text"});
}

snapshot::Snapshot take(sources::Source& source, const std::filesystem::path& path,
                        const Cancellation& cancellation = {},
                        const std::function<void(const snapshot::Progress&)>& observer = {}) {
    return snapshot::take_snapshot(source,
                                   {.database = "", .table = "t", .request = "", .bucket = "", .path = ""},
                                   path, cancellation, observer);
}

const std::vector<sources::Column> two_columns{column("id", ValueKind::integer), column("name")};

/// What a command of the shell writes to stdout.
std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    REQUIRE(pipe);
    std::string output;
    std::array<char, 4096> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe.get())) {
        output.append(buffer.data(), count);
    }
    return output;
}

bool is_empty(const testing::TemporaryDirectory& folder) { return std::filesystem::is_empty(folder.path()); }

}  // namespace

TEST_CASE("a snapshot is a file, its counts, its schema and its SHA-256") {
    const testing::TemporaryDirectory folder;
    const std::vector<sources::Column> columns{column("id", ValueKind::integer, "bigint unsigned"),
                                               column("name", ValueKind::text, "varchar(20)")};
    MadeSource source(columns, send({{"1", "é, \"x\""}, {"2", ""}, {"3", std::nullopt}}));
    const auto result = take(source, folder / "data.csv");
    const std::string expected = "id,name\r\n1,\"é, \"\"x\"\"\"\r\n2,\"\"\r\n3,\r\n";
    CHECK(read_file(folder / "data.csv", 1000) == expected);
    CHECK(result.rows == 3);
    CHECK(result.bytes == expected.size());
    REQUIRE(result.schema.size() == 2);
    CHECK(result.schema[0].name == "id");
    CHECK(result.schema[0].type == "bigint unsigned");
    CHECK(result.schema[0].kind == ValueKind::integer);
    CHECK(result.schema[1].type == "varchar(20)");
    CHECK(output_of("sha256sum < " + (folder / "data.csv").string()) == result.sha256 + "  -\n");
}

TEST_CASE("the file is for its owner alone, and nothing else lies beside it") {
    const testing::TemporaryDirectory folder;
    MadeSource source(two_columns, send({}));
    take(source, folder / "data.csv");
    CHECK(std::filesystem::status(folder / "data.csv").permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a table without rows is a file with a header") {
    const testing::TemporaryDirectory folder;
    MadeSource source(two_columns, send({}));
    const auto result = take(source, folder / "data.csv");
    CHECK(result.rows == 0);
    CHECK(result.bytes == 9);
    CHECK(read_file(folder / "data.csv", 100) == "id,name\r\n");
    // printf 'id,name\r\n' | sha256sum
    CHECK(output_of(R"(printf 'id,name\r\n' | sha256sum)") == result.sha256 + "  -\n");
}

TEST_CASE("SHA-256 agrees with the sha256sum tool, whatever the pieces") {
    const testing::TemporaryDirectory folder;
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7 + i / 256);
    for (const std::size_t size : {0U, 1U, 55U, 56U, 63U, 64U, 65U, 1000U, 100'000U}) {
        const auto part = std::string_view(bytes).substr(0, size);
        std::ofstream(folder / "bytes", std::ios::binary) << part;
        Sha256 whole;
        whole.update(part);
        Sha256 pieces;
        for (std::size_t i = 0; i < size; i += 37) pieces.update(part.substr(i, 37));
        CAPTURE(size);
        const auto expected = output_of("sha256sum < " + (folder / "bytes").string()).substr(0, 64);
        CHECK(whole.finish() == expected);
        CHECK(pieces.finish() == expected);
    }
}

TEST_CASE("what SQLite reads from the file is what the source gave") {
    // Numbers and texts of every shape; SQLite holds no NULL apart from the empty text in CSV.
    const testing::TemporaryDirectory folder;
    const std::vector<std::string> shapes{"plain",
                                          "a,b",
                                          "\"",
                                          "\"\"\"x\"",
                                          "two\r\nlines",
                                          "\n",
                                          "\r",
                                          " ",
                                          "é漢🙂",
                                          "x'y;z",
                                          "",
                                          ",",
                                          "\\N",
                                          std::string(5000, '"'),
                                          std::string(5000, 'x'),
                                          std::string(300'000, ',')};
    std::vector<testing::Row> rows;
    rows.reserve(200);
    std::string expected;
    for (std::size_t i = 0; i < 200; ++i) {
        const auto& left = shapes[i % shapes.size()];
        const auto& right = shapes[(i * 7 + i / shapes.size()) % shapes.size()];
        rows.push_back({std::to_string(i), left, right});
        for (const auto& value : {std::to_string(i), left, right}) expected += to_hex(value) + '|';
        expected.back() = '\n';
    }
    MadeSource source({column("id", ValueKind::integer), column("left"), column("ri\"ght, or not")},
                      send(rows));
    take(source, folder / "data.csv");
    std::ofstream(folder / "script")
        << ".import --csv " << (folder / "data.csv").string() << " t\n"
        << "SELECT lower(hex(id)), lower(hex(left)), "
           "lower(hex(\"ri\"\"ght, or not\")) FROM t ORDER BY CAST(id AS INTEGER);\n";
    CHECK((output_of("sqlite3 -batch :memory: < " + (folder / "script").string()) == expected));
}

TEST_CASE("what our reader reads from the file is what the source gave") {
    const testing::TemporaryDirectory folder;
    std::vector<testing::Row> rows;
    rows.reserve(20'000);
    for (int i = 0; i < 20'000; ++i) {
        rows.push_back({i % 3 == 0 ? std::nullopt : std::optional(std::to_string(i)),
                        i % 5 == 0   ? std::nullopt
                        : i % 5 == 1 ? std::optional<std::string>("")
                                     : std::optional("a\"\r\n," + std::to_string(i))});
    }
    MadeSource source(two_columns, send(rows));
    CHECK(take(source, folder / "data.csv").rows == rows.size());
    snapshot::CsvReader reader(folder / "data.csv");
    CHECK(reader.header() == std::vector<std::string>{"id", "name"});
    std::vector<testing::Row> read;
    while (auto row = reader.next()) read.push_back(std::move(*row));
    CHECK((read == rows));
}

TEST_CASE("a source that fails midway leaves nothing, and its error passes") {
    const testing::TemporaryDirectory folder;
    for (const int rows : {0, 1, 100'000}) {
        MadeSource source(two_columns, [rows](sources::RowSink& sink) {
            send_many(sink, rows);
            throw Error(ErrorClass::unreachable, "cannot read the table t: the server went away");
        });
        CHECK_THROWS_WITH(take(source, folder / "data.csv"), "cannot read the table t: the server went away");
        CHECK(is_empty(folder));
    }
}

TEST_CASE("a snapshot that fails keeps the file that stood there") {
    const testing::TemporaryDirectory folder;
    std::ofstream(folder / "data.csv") << "before";
    MadeSource source(two_columns, [](sources::RowSink& sink) {
        send_many(sink, 100'000);
        throw Error(ErrorClass::unreachable, "lost");
    });
    CHECK_THROWS_AS(take(source, folder / "data.csv"), Error);
    CHECK(read_file(folder / "data.csv", 100) == "before");
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a cancellation ends the reading at the next row and leaves nothing") {
    const testing::TemporaryDirectory folder;
    Cancellation cancellation;
    int sent = 0;
    MadeSource source(two_columns, [&](sources::RowSink& sink) {
        for (; sent < 1'000'000; ++sent) {
            if (sent == 50'000) cancellation.cancel(ErrorClass::terminated);
            testing::send_row(sink, {"1", "x"});
        }
    });
    try {
        take(source, folder / "data.csv", cancellation);
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::terminated);
    }
    CHECK(sent == 50'000);
    CHECK(is_empty(folder));
}

TEST_CASE("a cancellation after the last row leaves nothing either") {
    const testing::TemporaryDirectory folder;
    Cancellation cancellation;
    MadeSource after_rows(two_columns, [&](sources::RowSink& sink) {
        send_many(sink, 10);
        cancellation.cancel();
    });
    CHECK_THROWS_AS(take(after_rows, folder / "data.csv", cancellation), Error);
    CHECK(is_empty(folder));

    Cancellation by_observer;
    MadeSource whole(two_columns, send({{"1", "x"}}));
    CHECK_THROWS_AS(take(whole, folder / "data.csv", by_observer,
                         [&](const snapshot::Progress&) { by_observer.cancel(); }),
                    Error);
    CHECK(is_empty(folder));
}

TEST_CASE("the observer sees counts that grow to the final ones, a few times a second at the most") {
    const testing::TemporaryDirectory folder;
    std::vector<snapshot::Progress> seen;
    const auto begin = std::chrono::steady_clock::now();
    MadeSource source(two_columns, [&](sources::RowSink& sink) {
        // Until the observer was called in between: some tenths of a second.
        while (seen.size() < 2) send_many(sink, 1000);
    });
    const auto result = take(source, folder / "data.csv", {},
                             [&](const snapshot::Progress& progress) { seen.push_back(progress); });
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    REQUIRE(seen.size() == 3);
    CHECK(elapsed.count() >= 0.4);
    for (std::size_t i = 1; i < seen.size(); ++i) {
        CHECK(seen[i].rows >= seen[i - 1].rows);
        CHECK(seen[i].bytes >= seen[i - 1].bytes);
    }
    CHECK(seen.front().rows > 0);
    CHECK(seen.front().bytes > 0);
    CHECK(seen.back().rows == result.rows);
    CHECK(seen.back().bytes == result.bytes);
}

TEST_CASE("the observer hears at once how many rows the source estimates") {
    const testing::TemporaryDirectory folder;
    std::vector<snapshot::Progress> seen;
    MadeSource source(two_columns, [](sources::RowSink& sink) {
        sink.expect(1000);
        send_many(sink, 10);
    });
    take(source, folder / "data.csv", {},
         [&](const snapshot::Progress& progress) { seen.push_back(progress); });
    REQUIRE(seen.size() == 2);
    CHECK(seen.front().rows == 0);
    for (const auto& progress : seen) CHECK(progress.about_rows == 1000U);
    CHECK_FALSE(seen.front().total_bytes);
}

TEST_CASE("an observer that throws ends the snapshot and leaves nothing") {
    const testing::TemporaryDirectory folder;
    MadeSource source(two_columns, send({{"1", "x"}}));
    CHECK_THROWS_WITH(
        take(source, folder / "data.csv", {},
             [](const snapshot::Progress&) { throw Error(ErrorClass::not_found, "it was deleted"); }),
        "it was deleted");
    CHECK(is_empty(folder));
}

TEST_CASE("a file that cannot be made is an internal error that names it, before the source is read") {
    const testing::TemporaryDirectory folder;
    std::ofstream(folder / "file") << "no folder";
    MadeSource source(two_columns, [](sources::RowSink&) { FAIL("the source was read"); });
    for (const auto& path :
         {folder / "none/data.csv", folder / "file/data.csv", folder.path() / std::string(300, 'x'),
          std::filesystem::path("/proc/data.csv")}) {
        CAPTURE(path);
        try {
            take(source, path);
            FAIL("no error");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::internal);
            CHECK_THAT(error.what(), Catch::Contains(path.string()));
        }
    }
}

TEST_CASE("a folder without permission is an error that says so") {
    // The superuser may write everywhere, so a child becomes somebody else first.
    const testing::TemporaryDirectory folder;
    REQUIRE(::chmod(folder.path().c_str(), 0555) == 0);
    MadeSource source(two_columns, send({{"1", "x"}}));
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(3);
        try {
            take(source, folder / "data.csv");
        } catch (const Error& error) {
            const std::string message = error.what();
            ::_exit(message.find("Permission denied") != std::string::npos ? 0 : 2);
        }
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(is_empty(folder));
    ::chmod(folder.path().c_str(), 0755);
}

TEST_CASE("a disk that takes no more leaves nothing and is named") {
    // A limit on the size of files is the full disk that every user can make.
    const testing::TemporaryDirectory folder;
    MadeSource source(two_columns, [](sources::RowSink& sink) { send_many(sink, 1'000'000); });
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        const rlimit limit{1'000'000, 1'000'000};
        if (::setrlimit(RLIMIT_FSIZE, &limit) != 0 || std::signal(SIGXFSZ, SIG_IGN) == SIG_ERR) ::_exit(3);
        try {
            take(source, folder / "data.csv");
        } catch (const Error& error) {
            const std::string message = error.what();
            const bool good = error.error_class() == ErrorClass::internal &&
                              message.find("cannot write " + (folder / "data.csv").string()) == 0 &&
                              message.find("File too large") != std::string::npos;
            ::_exit(good ? 0 : 2);
        }
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(status == 0);
    CHECK(is_empty(folder));
}

TEST_CASE("two snapshots to one path at once end with one of them, whole") {
    const testing::TemporaryDirectory folder;
    std::string inner_sum;
    MadeSource inner(two_columns, [](sources::RowSink& sink) { send_many(sink, 30'000); });
    MadeSource outer(two_columns, [&](sources::RowSink& sink) {
        send_many(sink, 20'000);
        inner_sum = take(inner, folder / "data.csv").sha256;
        CHECK(output_of("sha256sum < " + (folder / "data.csv").string()) == inner_sum + "  -\n");
        send_many(sink, 20'000);
    });
    const auto result = take(outer, folder / "data.csv");
    CHECK(output_of("sha256sum < " + (folder / "data.csv").string()) == result.sha256 + "  -\n");
    CHECK(result.sha256 != inner_sum);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}
