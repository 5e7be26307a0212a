#include <algorithm>
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/errors.hpp"
#include "platform/platform.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using prevision::testing::error_of;

namespace {

Error refusal(const std::filesystem::path& home) {
    return error_of([&] { platform::Platform({.home = home, .vault_key_file = {}}); });
}

}  // namespace

TEST_CASE("a home that others may write is refused, with the way out") {
    const testing::TemporaryDirectory folder;
    const auto home = folder / "home";
    const mode_t mode = GENERATE(0770U, 0707U, 0777U, 01777U, 0722U);
    REQUIRE(::mkdir(home.c_str(), 0700) == 0);
    REQUIRE(::chmod(home.c_str(), mode) == 0);
    const auto error = refusal(home);
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK(error.hint() == "chmod go-w " + home.string());
    REQUIRE(::chmod(home.c_str(), 0755) == 0);
    CHECK_NOTHROW(platform::Platform({.home = home, .vault_key_file = {}}));
}

TEST_CASE("a home that is a link is taken where it leads to a folder of one's own") {
    const testing::TemporaryDirectory folder;
    REQUIRE(::mkdir((folder / "real").c_str(), 0700) == 0);
    std::filesystem::create_directory_symlink(folder / "real", folder / "home");
    CHECK_NOTHROW(platform::Platform({.home = folder / "home", .vault_key_file = {}}));
    CHECK(std::filesystem::exists(folder / "real/prevision.db"));
}

TEST_CASE("a home that is a link to a folder of another user is refused") {
    constexpr uid_t nobody = 65534;
    const testing::TemporaryDirectory folder;
    REQUIRE(::mkdir((folder / "theirs").c_str(), 0700) == 0);
    REQUIRE(::chown((folder / "theirs").c_str(), nobody, nobody) == 0);
    std::filesystem::create_directory_symlink(folder / "theirs", folder / "home");
    CHECK_THAT(refusal(folder / "home").what(), Catch::Contains("a link to a folder of another user"));
    std::filesystem::remove(folder / "home");
    REQUIRE(::mkdir((folder / "real").c_str(), 0700) == 0);
    REQUIRE(::symlink((folder / "real").c_str(), (folder / "home").c_str()) == 0);
    REQUIRE(::lchown((folder / "home").c_str(), nobody, nobody) == 0);
    for (const auto* name : {"home", "home/", "home/.", "home//", "real/../home"}) {
        CAPTURE(name);
        CHECK_THAT(refusal(folder / name).what(), Catch::Contains("a link to a folder of another user"));
    }
}

TEST_CASE("temporary files of killed processes are removed once they are old, and named before") {
    const testing::TemporaryDirectory folder;
    const auto home = folder / "home";
    { platform::Platform({.home = home, .vault_key_file = {}}); }
    const std::string id = "5f0000000000000000000001";
    const auto make = [&](const std::string& name, std::chrono::hours age) {
        std::ofstream(home / name) << "x";
        last_write_time(home / name, std::filesystem::file_time_type::clock::now() - age);
        return home / name;
    };
    const auto old_key = make("vault.key." + id + ".part", std::chrono::hours(1));
    const auto old_store = make("prevision.db." + id + ".part", std::chrono::hours(1));
    const auto new_key = make("vault.key." + id + "a.part", std::chrono::hours(0));
    const auto old_next_key = make("vault.key.0123abcd.new." + id + ".part", std::chrono::hours(1));
    const auto next_key = make("vault.key.0123abcd.new." + id + "a.part", std::chrono::hours(0));
    const auto own = make("vault.key.backup.part", std::chrono::hours(1));
    platform::Platform platform({.home = home, .vault_key_file = {}});
    CHECK_FALSE(std::filesystem::exists(old_key));
    CHECK_FALSE(std::filesystem::exists(old_store));
    CHECK_FALSE(std::filesystem::exists(old_next_key));
    CHECK(std::filesystem::exists(new_key));
    CHECK(std::filesystem::exists(own));
    auto leftovers = platform.leftovers();
    std::ranges::sort(leftovers);
    CHECK(leftovers == std::vector{next_key, new_key});
}
