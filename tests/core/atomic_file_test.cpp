#include "core/atomic_file.hpp"

#include <csignal>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;

namespace {

std::size_t count_files(const std::filesystem::path& folder) {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder), {}));
}

}  // namespace

TEST_CASE("a file appears whole on commit, readable by its owner alone") {
    const testing::TemporaryDirectory folder;
    AtomicFile file(folder / "state");
    file.write("one");
    CHECK_FALSE(std::filesystem::exists(folder / "state"));
    file.write(" two");
    file.commit();
    CHECK(read_file(folder / "state", 100) == "one two");
    CHECK(std::filesystem::status(folder / "state").permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
    CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("a file that is not committed leaves nothing") {
    const testing::TemporaryDirectory folder;
    { AtomicFile(folder / "state").write("half"); }
    CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("commit_if_absent keeps what stands there") {
    const testing::TemporaryDirectory folder;
    AtomicFile first(folder / "key");
    first.write("first");
    CHECK(first.commit_if_absent());
    {
        AtomicFile second(folder / "key");
        second.write("second");
        CHECK_FALSE(second.commit_if_absent());
    }
    CHECK(read_file(folder / "key", 100) == "first");
    CHECK(count_files(folder.path()) == 1);
}

TEST_CASE("a full disk is an error that says so") {
    const auto full = open_file("/dev/full", 1);
    try {
        write_all(full, "x", "/dev/full");
        FAIL("no error");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::internal);
        CHECK(std::string(error.what()) == "cannot write /dev/full: No space left on device");
        CHECK(error.hint() == "free some space, then try again");
    }
}

TEST_CASE("a process that is killed while it writes leaves nothing") {
    const testing::TemporaryDirectory folder;
    const pid_t child = ::fork();
    if (child == 0) {
        AtomicFile file(folder / "state");
        file.write("half");
        ::raise(SIGKILL);
        ::_exit(1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status));
    CHECK(count_files(folder.path()) == 0);
}

TEST_CASE("only a regular file is read as one") {
    const testing::TemporaryDirectory folder;
    REQUIRE(::mkfifo((folder / "fifo").c_str(), 0600) == 0);
    for (const auto& path : {folder / "fifo", std::filesystem::path("/dev/zero"), folder.path()})
        CHECK_THROWS_WITH(read_regular_file(path, 100), Catch::Contains("is not a regular file"));
}

TEST_CASE("a file is written into a folder that may not be listed") {
    constexpr uid_t nobody = 65534;
    const testing::TemporaryDirectory folder;
    const auto closed = folder / "closed";
    REQUIRE(::mkdir(closed.c_str(), 0300) == 0);
    REQUIRE(::chown(closed.c_str(), nobody, nobody) == 0);
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        if (::setuid(nobody) != 0) ::_exit(2);
        try {
            AtomicFile file(closed / "state");
            file.write("whole");
            file.commit();
            ::_exit(0);
        } catch (const Error&) {
            ::_exit(1);
        }
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 0);
    CHECK(read_file(closed / "state", 100) == "whole");
}
