// Exports that nobody waits for, or that nobody wants any more.
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <signal.h>

#include "server/served.hpp"
#include "sqlite/sqlite.hpp"

using namespace prevision;
using testing::ProgramResult;
using testing::RunningProgram;
using testing::Served;
using testing::shell;

namespace {

using Words = std::vector<std::string>;

/// An exporter `out` and a dataset `d` of two rows. While `lock` holds a transaction, no export can write.
struct Shop : Served {
    Shop()
        : Served({"--drain-timeout", "100ms"}), lock(target(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
        lock.set_busy_timeout(std::chrono::seconds(30));  // a COMMIT waits while the export reads
        lock.execute("CREATE TABLE t (i)");
        shell("printf 'i\\n1\\n2\\n' > " + upload());
        ok({"connector", "create", "target", "--host", "sqlite://" + target()});
        ok({"exporter", "create", "out", "--connector", "target", "--table", "t"});
        ok({"dataset", "create", "d", "--file", upload()});
        lock.execute("BEGIN IMMEDIATE");
    }

    [[nodiscard]] std::string target() const { return file("target.db").string(); }
    [[nodiscard]] std::string upload() const { return file("rows.csv").string(); }
    [[nodiscard]] std::string rows() const { return shell("sqlite3 " + target() + " 'SELECT * FROM t'"); }

    /// Of the only export so far.
    [[nodiscard]] std::string status() const {
        return ok({"exporter", "exports", "out", "-o", "csv", "--no-header", "--columns", "status"});
    }
    [[nodiscard]] std::string logs() const {
        return ok({"exporter", "exports", "out", "-o", "csv", "--no-header", "--columns", "logs"});
    }

    /// Starts the program, on the server or on the embedded platform of the same home.
    [[nodiscard]] std::unique_ptr<RunningProgram> start_on(bool on_server, const Words& arguments) const {
        if (!on_server) return start(arguments);
        return start(arguments, {{"PREVISION_URL", url()},
                                 {"PREVISION_MASTER_TOKEN", admin()},
                                 {"PREVISION_PROJECT", "default"}});
    }
    [[nodiscard]] ProgramResult run_on(bool on_server, const Words& arguments) const {
        return on_server ? client(arguments) : (*this)(arguments);
    }

    sqlite::Database lock;
};

const Words shown{"-o", "csv", "--columns", "status"};

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

}  // namespace

TEST_CASE("exporter run --no-wait returns before the rows are written, and they are written then") {
    const bool on_server = GENERATE(false, true);
    CAPTURE(on_server);
    Shop shop;
    const auto result =
        shop.run_on(on_server, with({"exporter", "run", "out", "--dataset", "d", "--no-wait"}, shown));
    INFO(result.err);
    CHECK(result.exit_code == 0);
    CHECK(result.out == "status\r\nrunning\r\n");
    CHECK(shop.status() == "running\r\n");
    shop.lock.execute("COMMIT");
    testing::wait_until([&] { return shop.status() != "running\r\n"; });
    CHECK(shop.logs() == "2 rows written\r\n");
    CHECK(shop.rows() == "1\n2\n");
}

TEST_CASE("a server writes a file that was sent after the command has ended") {
    Shop shop;
    const auto result =
        shop.client(with({"exporter", "run", "out", "--file", shop.upload(), "--no-wait"}, shown));
    INFO(result.err);
    CHECK(result.out == "status\r\nrunning\r\n");
    shop.lock.execute("COMMIT");
    testing::wait_until([&] { return shop.status() != "running\r\n"; });
    CHECK(shop.rows() == "1\n2\n");
}

TEST_CASE("an interrupted exporter run stops its export, which has written nothing") {
    const bool on_server = GENERATE(false, true);
    CAPTURE(on_server);
    Shop shop;
    const auto running = shop.start_on(on_server, {"exporter", "run", "out", "--dataset", "d"});
    testing::wait_until([&] { return shop.status() == "running\r\n"; });
    running->signal(SIGINT);
    const auto result = running->wait();
    CHECK(result.exit_code == 130);
    CHECK(shop.status() == "failed\r\n");
    CHECK(shop.logs() == "the export was interrupted before it was done\r\n");
    shop.lock.execute("COMMIT");
    CHECK(shop.rows().empty());
}

TEST_CASE("a server that ends stops its exports, and a process that is killed leaves a failed one") {
    Shop shop;
    SECTION("the server ends") {
        CHECK(shop.client({"exporter", "run", "out", "--dataset", "d", "--no-wait"}).exit_code == 0);
        shop.process().signal(SIGTERM);
        shop.process().wait();
    }
    SECTION("the process is killed") {
        const auto running = shop.start_on(false, {"exporter", "run", "out", "--dataset", "d"});
        testing::wait_until([&] { return shop.status() == "running\r\n"; });
        running->signal(SIGKILL);
        running->wait();
    }
    CHECK(shop.status() == "failed\r\n");
    shop.lock.execute("COMMIT");
    CHECK(shop.rows().empty());
}
