#include "config/paths.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"

using namespace prevision;

namespace {

Environment environment_of(const std::map<std::string, std::string>& variables) {
    return Environment(variables);
}

}  // namespace

TEST_CASE("folders come from the program's own variable, else from XDG's, else from the home") {
    const auto all = environment_of({{"PREVISION_HOME", "/p"},
                                     {"XDG_DATA_HOME", "/d"},
                                     {"XDG_CONFIG_HOME", "/c"},
                                     {"XDG_CACHE_HOME", "/k"},
                                     {"HOME", "/h"}});
    CHECK(config::platform_home(all) == "/p");
    CHECK(config::profile_file(all) == "/c/prevision/config.json");
    CHECK(config::cache_home(all) == "/k/prevision");

    const auto xdg = environment_of({{"XDG_DATA_HOME", "/d"}, {"HOME", "/h"}});
    CHECK(config::platform_home(xdg) == "/d/prevision");

    const auto home = environment_of({{"HOME", "/h"}});
    CHECK(config::platform_home(home) == "/h/.local/share/prevision");
    CHECK(config::profile_file(home) == "/h/.config/prevision/config.json");
    CHECK(config::cache_home(home) == "/h/.cache/prevision");
}

TEST_CASE("a home that begins with a tilde, which no shell has expanded, is refused") {
    for (const std::string home : {"~", "~/x", "~user/x"}) {
        try {
            config::platform_home(environment_of({{"PREVISION_HOME", home}, {"HOME", "/h"}}));
            FAIL("it has a home");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::usage);
            CHECK(std::string(error.what()).find(home) != std::string::npos);
        }
    }
    CHECK(config::platform_home(environment_of({{"PREVISION_HOME", "/a/~b"}})) == "/a/~b");
}

TEST_CASE("a vault's key file that begins with a tilde is refused, too") {
    try {
        config::vault_key_file(environment_of({{"PREVISION_VAULT_KEY_FILE", "~/key"}}));
        FAIL("it has a file");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::usage);
        CHECK(std::string(error.what()) ==
              "PREVISION_VAULT_KEY_FILE: '~/key' begins with '~', which only a shell expands");
    }
    CHECK(*config::vault_key_file(environment_of({{"PREVISION_VAULT_KEY_FILE", "a/~key"}})) == "a/~key");
    CHECK_FALSE(config::vault_key_file(environment_of({})));
}

TEST_CASE("without any of them there is no home, and the message says what to set") {
    const auto none = environment_of({});
    CHECK_FALSE(config::profile_file(none));
    CHECK_FALSE(config::cache_home(none));
    try {
        config::platform_home(none);
        FAIL("it has a home");
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK((std::string(error.what()) + error.hint()).find("PREVISION_HOME") != std::string::npos);
    }
}
