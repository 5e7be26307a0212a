#include "cli/output_file.hpp"

#include <thread>

#include <catch2/catch.hpp>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/error.hpp"
#include "support/memory_io.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using cli::OutputFile;
namespace fs = std::filesystem;

namespace {

void write_to(const fs::path& path, const std::string& text) {
    testing::MemoryOutput out;
    OutputFile file(path, out);
    file.write(text);
    file.commit();
    CHECK(out.text.empty());
}

}  // namespace

TEST_CASE("'-' is stdout") {
    testing::MemoryOutput out;
    OutputFile file("-", out);
    CHECK(file.is_stdout());
    CHECK_FALSE(file.replaces());
    file.write("text");
    CHECK(file.commit_if_absent());
    CHECK(out.text == "text");
}

TEST_CASE("a link is followed, also to a file that is not there yet") {
    const testing::TemporaryDirectory folder;
    fs::create_directory(folder / "real");
    fs::create_symlink("real/new", folder / "link");
    write_to(folder / "link", "one");
    write_to(folder / "link", "two");
    CHECK(fs::is_symlink(folder / "link"));
    CHECK(read_file(folder / "real/new", 100) == "two");
    CHECK(std::distance(fs::directory_iterator(folder / "real"), {}) == 1);
}

TEST_CASE("a file that is replaced keeps its mode and owner") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "file";
    write_to(path, "one");
    REQUIRE(::chmod(path.c_str(), 0751) == 0);
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::chown(path.c_str(), 12345, 54321) == 0);
    write_to(path, "two");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777U) == 0751);
    CHECK(status.st_uid == (is_root ? 12345 : ::geteuid()));
    if (is_root) CHECK(status.st_gid == 54321);
    CHECK(read_file(path, 100) == "two");
}

TEST_CASE("a file that is not committed leaves the old one as it was") {
    const testing::TemporaryDirectory folder;
    write_to(folder / "file", "one");
    {
        testing::MemoryOutput out;
        OutputFile file(folder / "file", out);
        CHECK(file.replaces());
        file.write("half");
        CHECK_FALSE(file.commit_if_absent());
    }
    CHECK(read_file(folder / "file", 100) == "one");
    CHECK(std::distance(fs::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("a FIFO and a device are written through and stay what they are") {
    const testing::TemporaryDirectory folder;
    const auto fifo = folder / "fifo";
    REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
    std::string read;
    std::thread reader([&] { read = read_file(fifo, 100); });
    write_to(fifo, "through");
    reader.join();
    CHECK(read == "through");
    CHECK(fs::is_fifo(fifo));
    write_to("/dev/null", "nothing");
    CHECK(fs::is_character_file("/dev/null"));
}

TEST_CASE("a descriptor's name writes to what is open there, without cutting it off") {
    const testing::TemporaryDirectory folder;
    const auto file = open_file(folder / "open", O_RDWR | O_CREAT);
    write_all(file, "before ", "open");
    write_to("/proc/self/fd/" + std::to_string(file.get()), "after");
    CHECK(read_file(folder / "open", 100) == "before after");
}

TEST_CASE("a descriptor and its name share one position, so that neither overwrites the other's bytes") {
    const testing::TemporaryDirectory folder;
    const auto file = open_file(folder / "open", O_RDWR | O_CREAT);
    write_to("/proc/self/fd/" + std::to_string(file.get()), "one ");
    write_all(file, "two ", "open");
    write_to("/proc/thread-self/fd/" + std::to_string(file.get()), "three");
    CHECK(read_file(folder / "open", 100) == "one two three");
}

TEST_CASE("links in a circle are refused, and stay") {
    const testing::TemporaryDirectory folder;
    fs::create_symlink("b", folder / "a");
    fs::create_symlink("a", folder / "b");
    testing::MemoryOutput out;
    CHECK_THROWS_WITH(OutputFile(folder / "a", out),
                      "cannot write " + (folder / "a").string() + ": Too many levels of symbolic links");
    CHECK(fs::is_symlink(folder / "a"));
}

TEST_CASE("a file that may be written is, in a folder that may not") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "sub" / "file";
    fs::create_directory(folder / "sub");
    write_to(path, "a longer text than the new one");
    REQUIRE(::chmod(path.c_str(), 0666) == 0);
    REQUIRE(::chmod((folder / "sub").c_str(), 0555) == 0);
    REQUIRE(::chmod(folder.path().c_str(), 0755) == 0);
    const bool is_root = ::geteuid() == 0;
    if (is_root) REQUIRE(::seteuid(65534) == 0);
    testing::MemoryOutput out;
    CHECK_THROWS_AS(OutputFile(folder / "sub" / "new", out), Error);
    write_to(path, "new");
    if (is_root) REQUIRE(::seteuid(0) == 0);
    CHECK(read_file(path, 100) == "new");
    CHECK(std::distance(fs::directory_iterator(folder / "sub"), {}) == 1);
    REQUIRE(::chmod((folder / "sub").c_str(), 0755) == 0);
}

TEST_CASE("a folder is refused before anything is written") {
    const testing::TemporaryDirectory folder;
    testing::MemoryOutput out;
    CHECK_THROWS_WITH(OutputFile(folder.path(), out),
                      "cannot write " + folder.path().string() + ": it is a folder");
}
