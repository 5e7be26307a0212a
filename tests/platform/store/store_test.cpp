#include "platform/store/store.hpp"

#include <cstdio>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/id.hpp"
#include "platform/errors.hpp"
#include "platform/store/migrations.hpp"
#include "platform/store/tables/projects.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

namespace {

model::Project project_named(const std::string& name) {
    model::Project project;
    project.id = new_id();
    project.name = name;
    return project;
}

void execute(const std::filesystem::path& file, const std::string& sql) {
    sqlite::Database(file, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE).execute(sql);
}

unsigned mode_of(const std::filesystem::path& file) {
    struct stat status {};
    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 07777;
}

}  // namespace

TEST_CASE("a new store holds one project named default, and is its owner's alone") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    const mode_t before = ::umask(0);
    {
        Store store(file, system_clock());
        ProjectTable projects(store);
        const auto list = projects.list({});
        CHECK(list.total == 1);
        REQUIRE(list.items.size() == 1);
        CHECK(list.items[0].project.name == "default");
        projects.insert(project_named("second"));
        CHECK(mode_of(file) == 0600);
        CHECK(mode_of(folder / "prevision.db-wal") == 0600);
        CHECK(mode_of(folder / "prevision.db-shm") == 0600);
    }
    ::umask(before);
    Store again(file, system_clock());
    CHECK(ProjectTable(again).list({}).total == 2);
    // Nothing but the database and its log is left of the making.
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
        CHECK_THAT(entry.path().filename().string(), Catch::StartsWith("prevision.db"));
        CHECK_THAT(entry.path().filename().string(), !Catch::EndsWith(".part"));
        ++files;
    }
    CHECK(files <= 3);
}

TEST_CASE("the store's log is written ahead, and foreign keys hold") {
    const testing::TemporaryDirectory folder;
    Store store(folder / "prevision.db", system_clock());
    store.read([](sqlite::Database& database) {
        auto mode = database.prepare("PRAGMA journal_mode");
        mode.step();
        CHECK(mode.text(0) == "wal");
        auto keys = database.prepare("PRAGMA foreign_keys");
        keys.step();
        CHECK(keys.integer(0) == 1);
    });
    CHECK_THROWS_AS(store.write([](sqlite::Database& database) {
        database.execute(
            "INSERT INTO connectors (id, project_id, type, name, host, username, options, created_at) "
            "VALUES ('x', 'nowhere', '', '', '', '', '{}', '')");
    }),
                    Error);
}

TEST_CASE("what an action changed is undone when it throws") {
    const testing::TemporaryDirectory folder;
    Store store(folder / "prevision.db", system_clock());
    CHECK_THROWS_AS(store.write([](sqlite::Database& database) {
        database.execute("DELETE FROM projects");
        throw Error(ErrorClass::conflict, "no");
    }),
                    Error);
    CHECK(ProjectTable(store).list({}).total == 1);
}

TEST_CASE("a store that a newer program made is refused and left alone") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    { const Store store(file, system_clock()); }
    execute(file, "PRAGMA user_version = 1000");
    const auto error = error_of([&] {
        Store(file, system_clock());
        return 0;
    });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains(file.string()) && Catch::Contains("1000"));
    CHECK_THAT(error.hint(), Catch::Contains("newer"));
    sqlite::Database database(file, SQLITE_OPEN_READONLY);
    CHECK(read_version(database) == 1000);
}

TEST_CASE("an empty database is brought to the newest layout, once") {
    const testing::TemporaryDirectory folder;
    sqlite::Database database(folder / "empty.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    CHECK(read_version(database) == 0);
    migrate(database);
    CHECK(read_version(database) == newest_version());
    migrate(database);
    CHECK(read_version(database) == newest_version());
    database.execute("SELECT id FROM datasets");
}

TEST_CASE("a database of another program is no store") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    const std::string sql =
        GENERATE("CREATE TABLE songs (title TEXT)", "PRAGMA user_version = 1; CREATE TABLE t (x)",
                 "PRAGMA application_id = 7; CREATE TABLE t (x)");
    execute(file, sql);
    const auto error = error_of([&] {
        Store(file, system_clock());
        return 0;
    });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains(file.string()) && Catch::Contains("another program"));
}

TEST_CASE("a damaged store is told from one that is not there") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    SECTION("rubbish") { std::ofstream(file) << std::string(8192, 'x'); }
    SECTION("short rubbish") { std::ofstream(file) << "x"; }
    SECTION("nothing in it") { std::ofstream(file) << ""; }
    SECTION("cut off") {
        { const Store store(file, system_clock()); }
        std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
    }
    SECTION("only its first page is left") {
        { const Store store(file, system_clock()); }
        std::filesystem::resize_file(file, 4096);
    }
    SECTION("a page overwritten") {
        { const Store store(file, system_clock()); }
        std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
        bytes.seekp(4096);
        bytes << std::string(std::filesystem::file_size(file) - 4096, '\xa5');
    }
    const auto before = std::filesystem::file_size(file);
    const auto error = error_of([&] {
        Store store(file, system_clock());
        return ProjectTable(store).list({});
    });
    CHECK(error.error_class() == ErrorClass::integrity);
    CHECK_THAT(error.what(), Catch::Contains(file.string()) && Catch::Contains("damaged"));
    CHECK_THAT(error.hint(), Catch::Contains("backup"));
    CHECK(std::filesystem::file_size(file) == before);
}

TEST_CASE("a store that cannot be opened names the file and the reason") {
    const testing::TemporaryDirectory folder;
    SECTION("a folder stands in its place") {
        std::filesystem::create_directory(folder / "prevision.db");
        const auto error = error_of([&] {
            Store(folder / "prevision.db", system_clock());
            return 0;
        });
        CHECK(error.error_class() == ErrorClass::internal);
        CHECK_THAT(error.what(), Catch::Contains("prevision.db") && Catch::Contains("directory"));
    }
    SECTION("its folder may not be written") {
        if (::geteuid() == 0) {
            // Root may write anywhere but where nobody can.
            const auto error = error_of([&] {
                Store("/proc/prevision.db", system_clock());
                return 0;
            });
            CHECK_THAT(error.what(), Catch::Contains("/proc/prevision.db"));
        } else {
            std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_read);
            const auto error = error_of([&] {
                Store(folder / "prevision.db", system_clock());
                return 0;
            });
            std::filesystem::permissions(folder.path(), std::filesystem::perms::owner_all);
            CHECK(error.error_class() == ErrorClass::internal);
            CHECK_THAT(error.what(), Catch::Contains("Permission denied"));
        }
    }
}

TEST_CASE("a full disk is an error that says so, and nothing of the change is left") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    Store store(file, system_clock());
    // As many pages as there are now is what this disk can hold.
    store.read([](sqlite::Database& database) { database.execute("PRAGMA max_page_count = 1"); });
    auto project = project_named("large");
    project.description = std::string(100'000, 'x');
    ProjectTable projects(store);
    const auto error = error_of([&] { return projects.insert(project), 0; });
    CHECK(error.error_class() == ErrorClass::internal);
    CHECK(error.what() == "cannot write the store " + file.string() + ": No space left on device");
    CHECK(projects.list({}).total == 1);
}

TEST_CASE("processes that first use a store at once share it, and all that they create is there") {
    const testing::TemporaryDirectory folder;
    const auto file = folder / "prevision.db";
    constexpr int processes = 8;
    constexpr int creations = 20;
    int start[2];
    REQUIRE(::pipe(start) == 0);
    for (int i = 0; i < processes; ++i) {
        if (::fork() != 0) continue;
        char go = 0;
        bool ok = ::read(start[0], &go, 1) == 1;
        try {
            for (int j = 0; j < creations; ++j) {
                // Opened each time, as a command does: the last one to close folds the log into the database.
                Store store(file, system_clock());
                ProjectTable(store).insert(project_named("p"));
            }
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
            ok = false;
        }
        ::_exit(ok ? 0 : 1);
    }
    REQUIRE(::write(start[1], "gogogogo", processes) == processes);
    int failures = 0;
    for (int i = 0; i < processes; ++i) {
        int status = 0;
        ::wait(&status);
        failures += status == 0 ? 0 : 1;
    }
    ::close(start[0]);
    ::close(start[1]);
    CHECK(failures == 0);
    Store store(file, system_clock());
    const auto list = ProjectTable(store).list({.number = 1, .size = 1000});
    CHECK(list.total == 1 + processes * creations);
    CHECK(std::count_if(list.items.begin(), list.items.end(),
                        [](const ProjectRecord& record) { return record.project.name == "default"; }) == 1);
}

TEST_CASE("a new store is in WAL mode, and nothing else is left in its folder") {
    const testing::TemporaryDirectory folder;
    { const Store store(folder / "prevision.db", system_clock()); }
    sqlite::Database database(folder / "prevision.db", SQLITE_OPEN_READWRITE);
    auto mode = database.prepare("PRAGMA journal_mode");
    REQUIRE(mode.step());
    CHECK(mode.text(0) == "wal");
    auto check = database.prepare("PRAGMA integrity_check");
    REQUIRE(check.step());
    CHECK(check.text(0) == "ok");
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
        CHECK(entry.path().filename().string().find(".part") == std::string::npos);
}
