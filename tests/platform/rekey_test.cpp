#include <csignal>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/errors.hpp"
#include "platform/fixture.hpp"
#include "platform/state.hpp"

using namespace prevision;
using platform::Platform;
using prevision::testing::error_of;
using prevision::testing::Fixture;

namespace {

std::string add_connector(Fixture& fixture, const std::string& password) {
    return fixture
        .post(fixture.in_project("/connectors"),
              R"({"type":"FTP","name":"c","host":"h","password":")" + password + R"("})")
        .id();
}

bool holds(Platform& platform, const std::string& connector, const std::string& password) {
    return Fixture::call_platform(platform, "POST", "/connectors/" + connector + "/compare-secrets",
                                  R"({"password":")" + password + R"("})")
               .body == R"({"password":"same"})";
}

std::size_t count_files(const std::filesystem::path& folder, const std::string& suffix) {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().string().ends_with(suffix)) ++count;
    return count;
}

}  // namespace

TEST_CASE("after a change of the key every secret opens with the new one and none with the old one") {
    Fixture fixture;
    const auto one = add_connector(fixture, "first");
    const auto two = add_connector(fixture, "second");
    const auto old_key = read_file(fixture.home() / "vault.key", 100);
    Platform other({.home = fixture.home(), .vault_key_file = {}});
    REQUIRE(holds(other, one, "first"));
    const auto before = fixture.platform().vault_status();
    CHECK(before.secrets == 2);
    fixture.platform().rekey_vault();
    const auto after = fixture.platform().vault_status();
    CHECK(after.fingerprint != before.fingerprint);
    CHECK(after.secrets == 2);
    CHECK(read_file(fixture.home() / "vault.key", 100) != old_key);
    CHECK(count_files(fixture.home(), ".new") == 0);
    Platform fresh({.home = fixture.home(), .vault_key_file = {}});
    // A process that has the old key in memory takes the new one.
    for (auto* platform : {&fixture.platform(), &other, &fresh}) {
        CHECK(holds(*platform, one, "first"));
        CHECK(holds(*platform, two, "second"));
    }
    std::ofstream(fixture.home() / "vault.key") << old_key;
    Platform stale({.home = fixture.home(), .vault_key_file = {}});
    CHECK(error_of([&] { stale.vault_status(); }).error_class() == ErrorClass::invalid);
}

TEST_CASE("a change of the key that is killed at any step loses no secret") {
    Fixture fixture;
    const auto connector = add_connector(fixture, "kept");
    const int step = GENERATE(0, 1, 2);
    CAPTURE(step);
    const pid_t child = ::fork();
    if (child == 0) {
        Platform platform({.home = fixture.home(), .vault_key_file = {}});
        auto& state = platform.state();
        state.vault.rekey([&](const platform::VaultKey& now, const platform::VaultKey& next,
                              const std::function<void()>& keep) {
            const auto seal_again = [&](const std::string& id, const std::string& field,
                                        const std::string& sealed) {
                if (step == 1) ::raise(SIGKILL);
                return next.seal(now.open(sealed, id + "/" + field), id + "/" + field);
            };
            state.connectors.reseal(
                now.fingerprint(), next.fingerprint(),
                [&] {
                    if (step == 0) ::raise(SIGKILL);
                    keep();
                },
                seal_again);
            ::raise(SIGKILL);
        });
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFSIGNALED(status));
    for (const auto& entry : std::filesystem::directory_iterator(fixture.home()))
        last_write_time(entry.path(), std::filesystem::file_time_type::clock::now() - std::chrono::hours(24));
    Platform next({.home = fixture.home(), .vault_key_file = {}});
    // The new key stays until it is moved to its place, if the secrets are sealed with it.
    CHECK(count_files(fixture.home(), ".new") == (step == 2 ? 1 : 0));
    CHECK(holds(next, connector, "kept"));
    CHECK(count_files(fixture.home(), ".new") == 0);
    next.rekey_vault();
    Platform last({.home = fixture.home(), .vault_key_file = {}});
    CHECK(holds(last, connector, "kept"));
}

TEST_CASE("a new key that cannot be moved to its place is used where it is, and moved when it can be") {
    Fixture fixture;
    const auto connector = add_connector(fixture, "kept");
    const auto key_file = fixture.home() / "vault.key";
    REQUIRE(holds(fixture.platform(), connector, "kept"));
    std::filesystem::remove(key_file);
    std::filesystem::create_directories(key_file / "in the way");
    const auto error = error_of([&] { fixture.platform().rekey_vault(); });
    CHECK(error.error_class() == ErrorClass::internal);
    CHECK_THAT(error.what(), Catch::Contains("the secrets have a new key") && Catch::Contains(".new"));
    CHECK_FALSE(error.hint().empty());
    std::filesystem::remove_all(key_file);
    Platform later({.home = fixture.home(), .vault_key_file = {}});
    CHECK(holds(later, connector, "kept"));
    CHECK(std::filesystem::is_regular_file(key_file));
    CHECK(count_files(fixture.home(), ".new") == 0);
}

TEST_CASE("of two who change the key at once none loses a secret") {
    Fixture fixture;
    const auto connector = add_connector(fixture, "kept");
    std::vector<pid_t> children;
    for (int i = 0; i < 4; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            try {
                Platform platform({.home = fixture.home(), .vault_key_file = {}});
                for (int round = 0; round < 5; ++round) {
                    try {
                        platform.rekey_vault();
                    } catch (const Error& error) {
                        if (error.error_class() != ErrorClass::conflict) ::_exit(2);
                    }
                    if (!holds(platform, connector, "kept")) ::_exit(3);
                }
            } catch (...) {
                ::_exit(4);
            }
            ::_exit(0);
        }
        children.push_back(child);
    }
    for (const auto child : children) {
        int status = 0;
        REQUIRE(::waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status));
        CHECK(WEXITSTATUS(status) == 0);
    }
    Platform last({.home = fixture.home(), .vault_key_file = {}});
    CHECK(holds(last, connector, "kept"));
}
