#include "cli/process.hpp"

#include <array>

#include <catch2/catch.hpp>

using namespace prevision;

TEST_CASE("a password among the arguments is taken and wiped from them") {
    std::string program = "prevision";
    std::string flag = "--password";
    std::string value = "hunter2";
    std::string joined = "--password=hunter3";
    std::string other = "--password-file";
    std::string path = "f";
    std::array<char*, 7> argv{program.data(), flag.data(), value.data(), joined.data(),
                              other.data(),   path.data(), nullptr};
    const auto arguments = cli::take_arguments(6, argv.data());
    CHECK(arguments ==
          std::vector<std::string>{"--password", "hunter2", "--password=hunter3", "--password-file", "f"});
    CHECK(value == std::string(7, '\0'));
    CHECK(joined == "--password=" + std::string(7, '\0'));
    CHECK(path == "f");
}

TEST_CASE("a user name and a password in a URL among the arguments are hidden") {
    std::string program = "prevision";
    std::string url = "mysql://app:hunter2@db";
    std::string plain = "mysql://db";
    std::array<char*, 4> argv{program.data(), url.data(), plain.data(), nullptr};
    CHECK(cli::take_arguments(3, argv.data()) ==
          std::vector<std::string>{"mysql://app:hunter2@db", "mysql://db"});
    CHECK(url == "mysql://***********@db");
    CHECK(plain == "mysql://db");
}

TEST_CASE("a process started with no arguments at all is fine") {
    std::array<char*, 1> argv{nullptr};
    CHECK(cli::take_arguments(0, argv.data()).empty());
}
