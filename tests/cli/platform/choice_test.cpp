// Which platform a command works with.
#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>

#include "cli/in_process.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

const std::string embedded = "embedded";

struct Case {
    std::vector<std::string> flags;
    std::map<std::string, std::string> environment;
    std::string default_profile;
    std::string platform;  ///< "URL TOKEN", or embedded; empty: refused
    int exit_code = 0;
    std::string err{};
};

const std::map<std::string, std::string> url_and_token{{"PREVISION_URL", "https://url.test"},
                                                       {"PREVISION_MASTER_TOKEN", "t"}};

std::map<std::string, std::string> with(std::map<std::string, std::string> variables,
                                        const std::map<std::string, std::string>& more) {
    variables.insert(more.begin(), more.end());
    return variables;
}

void check(const Case& each) {
    InProcess run;
    for (const auto* name : {"PREVISION_URL", "PREVISION_MASTER_TOKEN", "PREVISION_PROJECT"})
        run.environment.erase(name);
    run.environment.insert(each.environment.begin(), each.environment.end());
    const auto config = run.folder / "config/prevision";
    std::filesystem::create_directories(config);
    std::ofstream(config / "config.json")
        << R"({"default_profile":")" << each.default_profile
        << R"(","profiles":{"work":{"url":"https://work.test","token":"w"},"home":{"url":"https://home.test","token":"h"}}})";
    std::vector<std::string> arguments{"project", "list", "-q"};
    arguments.insert(arguments.end(), each.flags.begin(), each.flags.end());
    const bool is_remote = !each.platform.empty() && each.platform != embedded;
    const auto result =
        run(arguments, is_remote ? std::vector<Answer>{{200, R"({"items":[]})"}} : std::vector<Answer>{});
    INFO(join(each.flags, " ") << " with " << each.environment.size() << " variables: " << result.err);
    CHECK(result.exit_code == each.exit_code);
    CHECK(result.connections == (is_remote ? std::vector{each.platform} : std::vector<std::string>{}));
    CHECK(std::filesystem::exists(run.folder / "home/prevision.db") == (each.platform == embedded));
    if (each.err.empty()) {
        CHECK(result.err.empty());
    } else {
        CHECK(result.err.find(each.err) != std::string::npos);
    }
}

}  // namespace

TEST_CASE("a flag beats the environment, and the environment the default profile") {
    const std::map<std::string, std::string> token{{"PREVISION_MASTER_TOKEN", "t"}};
    const std::map<std::string, std::string> profile{{"PREVISION_PROFILE", "home"}};
    const std::vector<Case> cases{
        {{}, {}, "", embedded},
        {{}, {}, "work", "https://work.test w"},
        {{}, profile, "work", "https://home.test h"},
        {{}, url_and_token, "work", "https://url.test t"},
        {{}, with(url_and_token, profile), "work", "https://url.test t"},
        {{"--profile", "work"}, url_and_token, "", "https://work.test w"},
        {{"--profile", "work"}, with(url_and_token, profile), "home", "https://work.test w"},
        {{"--profile", "embedded"}, url_and_token, "work", embedded},
        {{"--url", "https://flag.test"}, url_and_token, "work", "https://flag.test t"},
        {{"--url", "https://flag.test"}, with(token, profile), "", "https://flag.test t"},
        {{"--url", "https://flag.test", "--profile", "work"},
         token,
         "",
         "https://flag.test t",
         0,
         "the profile 'work' is not used, since --url names a platform"},
    };
    for (const auto& each : cases) check(each);
}

TEST_CASE("a token beside an empty URL is refused, and nothing is done on another platform") {
    const std::map<std::string, std::string> undefined{{"PREVISION_URL", ""},
                                                       {"PREVISION_MASTER_TOKEN", "t"}};
    const auto reason = "PREVISION_URL is empty, although PREVISION_MASTER_TOKEN has a token";
    check({{}, undefined, "", "", 2, reason});
    check({{}, undefined, "work", "", 2, reason});
    check({{}, with(undefined, {{"PREVISION_PROFILE", "work"}}), "", "", 2, reason});
    // A flag says what is meant, and an empty URL alone names no platform.
    check({{"--profile", "work"}, undefined, "", "https://work.test w"});
    check({{"--url", "https://flag.test"}, undefined, "", "https://flag.test t"});
    check({{}, {{"PREVISION_URL", ""}}, "", embedded});
    check({{}, {{"PREVISION_URL", ""}}, "work", "https://work.test w"});
}

namespace {

/// Runs `login` as a profile, and returns the URL that the token was checked with.
std::string login_url(const std::vector<std::string>& flags,
                      const std::map<std::string, std::string>& environment) {
    InProcess run;
    for (const auto* name : {"PREVISION_URL", "PREVISION_MASTER_TOKEN"}) run.environment.erase(name);
    run.environment.insert(environment.begin(), environment.end());
    const auto config = run.folder / "config/prevision";
    std::filesystem::create_directories(config);
    std::ofstream(config / "config.json") << R"({"profiles":{"work":{"url":"https://work.test"}}})";
    std::vector<std::string> arguments{"login", "--token-stdin"};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    const auto result = run(arguments, {{200, "{}"}}, "new");
    INFO(result.err);
    REQUIRE(result.exit_code == 0);
    REQUIRE(result.connections.size() == 1);
    return result.connections.front();
}

}  // namespace

TEST_CASE("a login keeps the URL of the profile that a flag names, whatever the environment says") {
    CHECK(login_url({"--profile", "work"}, url_and_token) == "https://work.test new");
    CHECK(login_url({"--profile", "work", "--url", "https://flag.test"}, url_and_token) ==
          "https://flag.test new");
    CHECK(login_url({"--profile", "other"}, url_and_token) == "https://url.test new");
    CHECK(login_url({}, url_and_token) == "https://url.test new");
}

TEST_CASE("what is about the embedded platform refuses a flag that names another") {
    for (const auto& command : std::vector<std::vector<std::string>>{{"backup", "-"},
                                                                     {"restore", "-"},
                                                                     {"vault", "status"},
                                                                     {"vault", "rekey"},
                                                                     {"serve"},
                                                                     {"serve", "token", "list"}}) {
        for (const auto& flag :
             {std::vector<std::string>{"--profile", "work"}, {"--url", "https://url.test"}}) {
            InProcess run;
            auto arguments = command;
            arguments.insert(arguments.end(), flag.begin(), flag.end());
            const auto refused = run(arguments);
            INFO(join(arguments, " ") << ": " << refused.err);
            CHECK(refused.exit_code == 2);
            CHECK(refused.err ==
                  "prevision: " + flag[0] +
                      ": this command is for the embedded platform of this machine\nhint: leave " + flag[0] +
                      " out\n");
            CHECK_FALSE(std::filesystem::exists(run.folder / "home"));
        }
    }
}
