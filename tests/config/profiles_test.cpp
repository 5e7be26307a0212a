#include "config/profiles.hpp"

#include <fstream>
#include <iterator>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using config::Profile;
using testing::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

Profile profile(const std::string& name, const std::string& token = "t") {
    return {
        .name = name, .url = "https://" + name, .project = {}, .token = Secret(token), .token_command = {}};
}

std::string text_of(const fs::path& file) {
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void write(const fs::path& file, const std::string& text) { std::ofstream(file) << text; }

}  // namespace

TEST_CASE("where there is no file there are no profiles, and none is made") {
    const TemporaryDirectory folder;
    const auto profiles = config::read_profiles(folder / "config.json");
    CHECK(profiles.all.empty());
    CHECK(profiles.chosen.empty());
    CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("what was saved is read again, and the first profile is the chosen one") {
    const TemporaryDirectory folder;
    const auto file = folder / "deep/er/config.json";
    const std::string odd = "quo\"te \\ ünï\n";
    config::save_profile(file, {.name = odd,
                                .url = "https://a/b",
                                .project = "p",
                                .token = Secret("s3cret\t"),
                                .token_command = {}});
    config::save_profile(
        file, {.name = "two", .url = "u", .project = {}, .token = {}, .token_command = "pass show x"});
    const auto profiles = config::read_profiles(file);
    CHECK(profiles.chosen == odd);
    REQUIRE(profiles.all.size() == 2);
    const auto* const first = profiles.find(odd);
    REQUIRE(first != nullptr);
    CHECK(first->url == "https://a/b");
    CHECK(first->project == "p");
    CHECK(first->token.reveal() == "s3cret\t");
    CHECK(profiles.find("two")->token_command == "pass show x");
    CHECK(profiles.find("two")->token.empty());
    CHECK(profiles.find("three") == nullptr);
    CHECK(fs::status(file).permissions() == (fs::perms::owner_read | fs::perms::owner_write));
    CHECK(fs::status(file.parent_path()).permissions() == fs::perms::owner_all);
}

TEST_CASE("a profile is changed, chosen, and taken out, and a token is forgotten") {
    const TemporaryDirectory folder;
    const auto file = folder / "config.json";
    for (const auto* name : {"a", "b"}) config::save_profile(file, profile(name));
    config::choose_profile(file, "b");
    CHECK(config::read_profiles(file).chosen == "b");

    config::save_profile(file, profile("b", "another"));
    CHECK(config::read_profiles(file).find("b")->token.reveal() == "another");
    CHECK(config::read_profiles(file).all.size() == 2);

    CHECK(config::forget_token(file, "b"));
    CHECK_FALSE(config::forget_token(file, "b"));
    CHECK_FALSE(config::forget_token(file, "nobody"));
    CHECK(config::read_profiles(file).find("b")->url == "https://b");
    CHECK(text_of(file).find("another") == std::string::npos);

    CHECK(config::remove_profile(file, "b"));
    CHECK_FALSE(config::remove_profile(file, "b"));
    CHECK(config::read_profiles(file).chosen.empty());
    CHECK(config::read_profiles(file).all.size() == 1);
}

TEST_CASE("fields that nobody here knows stay") {
    const TemporaryDirectory folder;
    const auto file = folder / "config.json";
    write(file, R"({"theme":"dark","profiles":{"a":{"url":"u","note":[1,{"x":null}]}}})");
    config::save_profile(file, profile("a"));
    CHECK(text_of(file).find(R"("theme": "dark")") != std::string::npos);
    CHECK(text_of(file).find("\"note\"") != std::string::npos);
    CHECK(config::read_profiles(file).find("a")->url == "https://a");
}

TEST_CASE("a file that is no such file is refused by its name, and left as it is") {
    const TemporaryDirectory folder;
    const auto file = folder / "config.json";
    for (const std::string text :
         {"", "{", "[]", "null", R"({"profiles":[]})", R"({"profiles":{"a":"b"}})",
          R"({"profiles":{"a":{"token":5}}})", R"({"default_profile":1})", "{\"profiles\":{\"\xff\":{}}}"}) {
        CAPTURE(text);
        write(file, text);
        for (const auto& action : std::vector<std::function<void()>>{
                 [&] { config::read_profiles(file); }, [&] { config::save_profile(file, profile("a")); },
                 [&] { config::remove_profile(file, "a"); }}) {
            try {
                action();
                FAIL("it was taken");
            } catch (const Error& error) {
                CHECK(error.error_class() == ErrorClass::invalid);
                CHECK(std::string(error.what()).find(file.string()) != std::string::npos);
            }
        }
        CHECK(text_of(file) == text);
    }
}

TEST_CASE("a link to the file stays a link") {
    const TemporaryDirectory folder;
    fs::create_directory(folder / "dotfiles");
    write(folder / "dotfiles/config.json", "{}");
    fs::create_symlink(folder / "dotfiles/config.json", folder / "config.json");
    config::save_profile(folder / "config.json", profile("a"));
    CHECK(fs::is_symlink(folder / "config.json"));
    CHECK(config::read_profiles(folder / "dotfiles/config.json").all.size() == 1);
}

TEST_CASE("profiles that are saved at the same time are all kept") {
    const TemporaryDirectory folder;
    const auto file = folder / "config.json";
    std::vector<std::thread> threads;
    threads.reserve(8);
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&, i] { config::save_profile(file, profile(fmt::format("p{}", i))); });
    }
    for (auto& thread : threads) thread.join();
    CHECK(config::read_profiles(file).all.size() == 8);
}
