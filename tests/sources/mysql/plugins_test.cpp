#include "sources/mysql/plugins.hpp"

#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "support/temporary_directory.hpp"

using prevision::sources::mysql::bundled_plugins;

TEST_CASE("an archive's login plugins are found from the place of its program, also through a link") {
    const prevision::testing::TemporaryDirectory folder;
    std::filesystem::create_directories(folder / "archive/lib/prevision/mariadb");
    std::filesystem::create_directory(folder / "archive/bin");
    std::ofstream(folder / "archive/bin/prevision") << "program";
    std::filesystem::create_symlink("archive/bin/prevision", folder / "link");
    const auto plugins = std::filesystem::canonical(folder / "archive/lib/prevision/mariadb").string();
    CHECK(bundled_plugins((folder / "archive/bin/prevision").string()) == plugins);
    CHECK(bundled_plugins((folder / "link").string()) == plugins);
}

TEST_CASE("a program without plugins beside it uses those of the system") {
    const prevision::testing::TemporaryDirectory folder;
    std::filesystem::create_directory(folder / "bin");
    std::ofstream(folder / "bin/prevision") << "program";
    CHECK_FALSE(bundled_plugins((folder / "bin/prevision").string()).has_value());
    CHECK_FALSE(bundled_plugins((folder / "bin/nothing").string()).has_value());
}
