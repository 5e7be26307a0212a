#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <signal.h>
#include <sys/stat.h>

#include "model/json.hpp"
#include "remote/remote_fixture.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

/// A platform that lets one token in.
HttpAnswer answer(const HttpRequest& request, const std::string& accepted) {
    if (request.header("Authorization") != accepted)
        return {.status = 401, .body = R"({"message":"Unauthorized"})"};
    if (request.target.ends_with("/version")) return {.body = R"({"version":"11.3.0"})"};
    return {.body = page_of_connectors(1, 2, 1, 100, 1)};
}

struct Fixture {
    HttpServer server{[](const HttpRequest& request) { return answer(request, token); }};
    Prevision prevision;

    [[nodiscard]] std::filesystem::path config() const {
        return prevision.file("config/prevision/config.json");
    }
    [[nodiscard]] std::string config_text() const { return shell("cat " + config().string()); }

    ProgramResult run(const std::vector<std::string>& arguments, const std::string& input = {},
                      std::map<std::string, std::string> added = {}) const {
        added.emplace("XDG_CONFIG_HOME", prevision.file("config").string());
        auto result = prevision(arguments, input, added);
        INFO(result.out << result.err);
        CHECK(result.out.find(token) == std::string::npos);
        CHECK(result.err.find(token) == std::string::npos);
        return result;
    }

    void log_in(std::vector<std::string> added = {}) const {
        std::vector<std::string> arguments{"login", "--url", server.url(), "--token-stdin"};
        arguments.insert(arguments.end(), added.begin(), added.end());
        const auto result = run(arguments, token + "\n");
        INFO(result.err);
        REQUIRE(result.exit_code == 0);
    }
};

}  // namespace

TEST_CASE("a login is kept in a file for its owner alone, and used from then on") {
    const Fixture fixture;
    fixture.log_in({"--project", project_id});
    struct stat status {};
    REQUIRE(::stat(fixture.config().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    CHECK(fixture.server.requests().back().target == "/ext/v1/version");
    const auto list = fixture.run({"connector", "list", "-q"});
    CHECK(list.out == id_of(1) + "\n");
    CHECK(fixture.server.requests().back().target ==
          "/ext/v1/projects/" + project_id + "/connectors?fields=_id&page=1");
}

TEST_CASE("a token may come from a file, the environment or a command, and one newline is dropped") {
    const Fixture fixture;
    std::ofstream(fixture.prevision.file("token")) << token << "\n";
    const auto url = fixture.server.url();
    CHECK(fixture.run({"login", "--url", url, "--token-file", fixture.prevision.file("token").string()})
              .exit_code == 0);
    CHECK(fixture.run({"login", "--url", url, "--token-env", "MINE"}, "", {{"MINE", token}}).exit_code == 0);
    CHECK(fixture.run({"login", "--url", url, "--token-env", "MINE"}).exit_code == 3);
    CHECK(fixture.run({"login", "--url", url, "--token-stdin"}, token + "\n\n").exit_code == 7);
    CHECK(fixture.run({"login", "--url", url, "--token-stdin"}, "\n").exit_code == 2);
    CHECK(fixture.run({"login", "--url", url, "--token-stdin", "--token-env", "MINE"}).exit_code == 2);
    CHECK(fixture.run({"login", "--url", url}).exit_code == 2);
    CHECK(fixture.run({"login", "--token-stdin", "--profile", "new"}, token).exit_code == 2);
}

TEST_CASE("a token command is asked at each use, and its token is not kept") {
    const Fixture fixture;
    std::ofstream(fixture.prevision.file("token")) << token << "\n";
    const auto command = "echo asked >> " + fixture.prevision.file("asked").string() + "; cat " +
                         fixture.prevision.file("token").string();
    CHECK(fixture
              .run({"login", "--url", fixture.server.url(), "--token-command", command, "--project",
                    project_id})
              .exit_code == 0);
    CHECK(fixture.config_text().find(token) == std::string::npos);
    CHECK(fixture.run({"connector", "list"}).exit_code == 0);
    CHECK(fixture.run({"connector", "list"}).exit_code == 0);
    CHECK(shell("wc -l < " + fixture.prevision.file("asked").string()) == "3\n");
    std::filesystem::remove(fixture.prevision.file("token"));
    const auto failed = fixture.run({"connector", "list"});
    CHECK(failed.exit_code == 7);
    CHECK_THAT(failed.err, Catch::Contains("the token command of the profile 'default' failed: exit code 1"));
}

TEST_CASE("a token that is refused is not kept, nor is one that could not be checked") {
    const Fixture fixture;
    const auto refused = fixture.run({"login", "--url", fixture.server.url(), "--token-stdin"}, "wrong\n");
    CHECK(refused.exit_code == 4);
    CHECK(count_lines(refused.err, "prevision: ") == 1);
    CHECK_FALSE(std::filesystem::exists(fixture.config()));
    const ClosedPort closed;
    CHECK(fixture
              .run({"login", "--url", "http://127.0.0.1:" + std::to_string(closed.port()), "--token-stdin",
                    "--retries", "0"},
                   token)
              .exit_code == 5);
    const HttpServer page([](const HttpRequest&) { return HttpAnswer{.body = "<html>"}; });
    CHECK(fixture.run({"login", "--url", page.url(), "--token-stdin"}, token).exit_code == 5);
    CHECK_FALSE(std::filesystem::exists(fixture.config()));

    fixture.log_in();
    const auto before = fixture.config_text();
    CHECK(fixture.run({"login", "--token-stdin"}, "wrong\n").exit_code == 4);
    CHECK(fixture.config_text() == before);
}

TEST_CASE("profiles are listed, shown and chosen, without their tokens") {
    const Fixture fixture;
    fixture.log_in({"--profile", "one", "--project", "first"});
    fixture.log_in({"--profile", "two"});
    CHECK(fixture.run({"profile", "list", "-o", "csv", "--columns", "name,project,token,default"}).out ==
          "name,project,token,default\r\none,first,stored,yes\r\ntwo,,stored,no\r\n");
    CHECK(fixture.run({"profile", "use", "two"}).exit_code == 0);
    const auto shown = model::parse_json(fixture.run({"profile", "show", "-o", "json"}).out);
    CHECK(model::get_text(shown, "name") == "two");
    CHECK(model::get_text(shown, "url") == fixture.server.url());
    CHECK(model::get_boolean(shown, "default") == true);
    CHECK(fixture.run({"profile", "show", "one", "-q"}).out == "one\n");
    CHECK(fixture.run({"profile", "show", "-q"}, "", {{"PREVISION_PROFILE", "one"}}).out == "one\n");
    CHECK(fixture.run({"profile", "use", "three"}).exit_code == 3);
    CHECK(fixture.run({"connector", "list", "--profile", "three"}).exit_code == 3);
}

TEST_CASE(
    "which platform: the URL, else the profile that is named, else the chosen one, else the embedded one") {
    const Fixture fixture;
    CHECK(fixture.run({"connector", "list", "-q"}).out.empty());
    CHECK(fixture.server.requests().empty());
    fixture.log_in({"--project", project_id});
    const HttpServer other(
        [](const HttpRequest&) { return HttpAnswer{.body = page_of_connectors(7, 8, 1, 100, 1)}; });
    const std::map<std::string, std::string> by_url{
        {"PREVISION_URL", other.url()}, {"PREVISION_MASTER_TOKEN", "x"}, {"PREVISION_PROJECT", project_id}};
    CHECK(fixture.run({"connector", "list", "-q"}, "", by_url).out == id_of(7) + "\n");
    CHECK(fixture.run({"connector", "list", "-q"}).out == id_of(1) + "\n");
    CHECK(fixture.run({"connector", "list", "-q", "--profile", "embedded"}).out.empty());
    CHECK(fixture.run({"profile", "use", "embedded"}).exit_code == 0);
    CHECK(fixture.run({"connector", "list", "-q"}).out.empty());
    CHECK(fixture.run({"connector", "list", "-q"}, "", {{"PREVISION_PROFILE", "default"}}).out ==
          id_of(1) + "\n");
    CHECK(other.requests().back().header("Authorization") == "x");
}

TEST_CASE("after a logout the profile has no token, and nothing goes elsewhere by mistake") {
    const Fixture fixture;
    fixture.log_in();
    CHECK(fixture.run({"logout"}).exit_code == 0);
    CHECK(fixture.config_text().find(token) == std::string::npos);
    const auto result = fixture.run({"connector", "list"});
    CHECK(result.exit_code == 4);
    CHECK_THAT(result.err, Catch::Contains("prevision login"));
    CHECK(fixture.run({"logout", "--remove"}).exit_code == 0);
    CHECK(fixture.run({"logout"}).exit_code == 3);
    CHECK(fixture.run({"profile", "list", "-o", "json"}).out == "[]\n");
}

TEST_CASE("what the program does not know in the file of profiles is kept") {
    const Fixture fixture;
    std::filesystem::create_directories(fixture.config().parent_path());
    std::ofstream(fixture.config())
        << R"({"mine": [1, {"two": 2}], "profiles": {"default": {"url": "https://old.example.com", "note": "n"}}})";
    std::filesystem::permissions(fixture.config(), std::filesystem::perms::all);
    fixture.log_in({"--profile", "default"});
    const auto document = model::parse_json(fixture.config_text());
    CHECK(model::write_json(document["mine"]) == R"([1,{"two":2}])");
    CHECK(model::get_text(document["profiles"]["default"], "note") == "n");
    CHECK(model::get_text(document["profiles"]["default"], "url") == fixture.server.url());
    struct stat status {};
    REQUIRE(::stat(fixture.config().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("a damaged file of profiles is named, and left as it is") {
    const Fixture fixture;
    std::filesystem::create_directories(fixture.config().parent_path());
    for (const auto* text : {"", "{", "[]", R"({"profiles": []})", R"({"profiles": {"a": 1}})",
                             R"({"profiles": {"a": {"url": 5}}})", R"({"default_profile": {}})"}) {
        std::ofstream(fixture.config()) << text;
        for (const auto& arguments :
             {std::vector<std::string>{"connector", "list"}, {"profile", "list"}, {"logout"}}) {
            const auto result = fixture.run(arguments);
            INFO(text << "\n" << result.err);
            CHECK(result.exit_code == 7);
            CHECK_THAT(result.err, Catch::Contains(fixture.config().string()));
        }
        CHECK(fixture.config_text() == text);
    }
}

TEST_CASE("a URL that cannot be a platform's is a mistake of usage, and its password is not shown") {
    const Fixture fixture;
    struct Row {
        std::string url;
        std::string message;
    };
    for (const auto& row : {Row{"cloud.example.com", "did you mean https://cloud.example.com?"},
                            Row{"https://me:s3cret@cloud.example.com", "https://***@cloud.example.com"},
                            Row{"ftp://cloud.example.com", "cannot be a platform's URL"},
                            Row{"https://", "cannot be a platform's URL"},
                            Row{"https://cloud.example.com/?x=1", "cannot be a platform's URL"}}) {
        const auto result =
            fixture.run({"connector", "list", "--url", row.url}, "", {{"PREVISION_MASTER_TOKEN", "x"}});
        INFO(result.err);
        CHECK(result.exit_code == 2);
        CHECK_THAT(result.err, Catch::Contains(row.message));
        CHECK_THAT(result.err, !Catch::Contains("s3cret"));
    }
}

TEST_CASE("a token that would go in plain text to another machine is warned of") {
    const Fixture fixture;
    const auto result =
        fixture.run({"connector", "list", "--url", "http://nowhere.invalid", "--retries", "0"}, "",
                    {{"PREVISION_MASTER_TOKEN", "x"}, {"PREVISION_PROJECT", project_id}});
    CHECK(result.exit_code == 5);
    CHECK(count_lines(result.err, "warning: http://nowhere.invalid has no TLS") == 1);
    fixture.log_in();
    CHECK(fixture.run({"project", "list"}).err.empty());
}

TEST_CASE("logins at the same time lose nothing") {
    const Fixture fixture;
    std::string line = "for i in 1 2 3 4 5 6 7 8; do printf '" + token +
                       "' | XDG_CONFIG_HOME=" + fixture.prevision.file("config").string() +
                       " PREVISION_HOME=" + fixture.prevision.home().string() + " " + Prevision::program() +
                       " login --url " + fixture.server.url() + " --token-stdin --profile p$i & done; wait";
    shell(line);
    CHECK(fixture.run({"profile", "list", "-q", "--sort", "name"}).out == "p1\np2\np3\np4\np5\np6\np7\np8\n");
}

TEST_CASE("Ctrl-C ends a token command that hangs") {
    const Fixture fixture;
    const auto mark = fixture.prevision.file("started").string();
    RunningProgram program(
        {Prevision::program(), "login", "--url", fixture.server.url(), "--token-command",
         "touch " + mark + "; exec sleep 1000"},
        {{"PATH", "/usr/bin:/bin"}, {"XDG_CONFIG_HOME", fixture.prevision.file("config").string()}}, "");
    while (!std::filesystem::exists(mark)) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    ProgramResult result;
    CHECK(seconds_of([&] {
              program.signal(SIGINT);
              result = program.wait();
          }) < 4);
    CHECK(result.exit_code == 130);
    CHECK_FALSE(std::filesystem::exists(fixture.config()));
}

TEST_CASE(
    "whoever logs in while the embedded platform is chosen makes a profile, and is told how to use it") {
    const Fixture fixture;
    CHECK(fixture.run({"profile", "use", "embedded"}).exit_code == 0);
    const auto result = fixture.run({"login", "--url", fixture.server.url(), "--token-stdin"}, token);
    CHECK(result.exit_code == 0);
    CHECK_THAT(result.err,
               Catch::Contains("as the profile 'default'\n'embedded' is used as before; prevision "
                               "profile use default, or --profile default, uses this one\n"));
    CHECK(
        fixture.run({"login", "--profile", "embedded", "--url", fixture.server.url(), "--token-stdin"}, token)
            .exit_code == 2);
}

TEST_CASE("what is served is this machine's platform, whatever profile is named") {
    const Fixture fixture;
    CHECK(fixture.run({"login", "--url", fixture.server.url(), "--token-stdin", "--profile", "team"}, token)
              .exit_code == 0);
    for (const auto& arguments : std::vector<std::vector<std::string>>{{"serve"},
                                                                       {"serve", "token", "create", "x"},
                                                                       {"serve", "token", "list"},
                                                                       {"serve", "token", "revoke", "x"}}) {
        CAPTURE(arguments);
        auto named = arguments;
        named.insert(named.end(), {"--profile", "team"});
        CHECK(fixture.run(named).exit_code == 2);
    }
    CHECK(fixture.run({"serve", "token", "list", "-q"}).out.empty());
}
