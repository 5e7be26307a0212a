#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "cli/in_process_platform.hpp"
#include "support/program.hpp"

using namespace prevision;
using Prevision = testing::EmbeddedPrevision;
using testing::shell;

namespace {

const std::string secret = "s3cr3t-$HOME-%20-'\"";

std::vector<std::string> create(const std::string& name, const std::vector<std::string>& password) {
    std::vector<std::string> arguments{"connector",  "create", name, "--host", "mysql://db",
                                       "--username", "u",      "-v", "-o",     "json"};
    arguments.insert(arguments.end(), password.begin(), password.end());
    return arguments;
}

}  // namespace

TEST_CASE("a secret is readable nowhere: not in output, store, log or temporary file") {
    const Prevision prevision;
    std::ofstream(prevision.file("password")) << secret << "\n";
    const auto check = [&](const testing::RunResult& result) {
        INFO(result.err);
        CHECK(result.exit_code == 0);
        CHECK(result.out.find("s3cr3t") == std::string::npos);
        CHECK(result.err.find("s3cr3t") == std::string::npos);
    };
    check(prevision(create("stdin", {"--password-stdin"}), secret + "\n"));
    check(prevision(create("file", {"--password-file", prevision.file("password").string()})));
    check(prevision(create("variable", {"--password-env", "SECRET"}), "", {{"SECRET", secret}}));
    check(prevision(create("command", {"--password-command", "cat " + prevision.file("password").string()})));
    const auto warned = prevision(create("value", {"--password", secret}));
    check(warned);
    CHECK(warned.err.find(R"("warnings":["a password on the command line)") != std::string::npos);
    prevision.ok({"connector", "delete", "file", "--yes"});
    CHECK(shell("grep -rlF s3cr3t " + prevision.home().string() + " || true").empty());
}

TEST_CASE("a short secret is hidden where it stands by itself, and no word of a message shows its letters") {
    const Prevision prevision;
    prevision.ok({"connector", "create", "p.q", "--host", "ftp://h", "--username", "u", "--password-stdin"},
                 "x\n");
    const auto refused =
        prevision({"connector", "update", "p.q", "--type", "SQL", "--password-stdin"}, "p\n");
    CHECK(refused.exit_code == 7);
    CHECK_THAT(refused.err, Catch::StartsWith("prevision: cannot update the connector '***.q': "));
}

TEST_CASE("the key is readable by its owner alone") {
    const Prevision prevision;
    prevision.ok(create("x", {"--password-stdin"}), "p");
    struct stat status {};
    REQUIRE(::stat((prevision.home() / "vault.key").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    REQUIRE(::stat((prevision.home() / "prevision.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
}

TEST_CASE("a lost or wrong key is a clear error, and the secret is safe until the right one is back") {
    const Prevision prevision;
    prevision.ok(create("x", {"--password-stdin"}), "p");
    const auto key = (prevision.home() / "vault.key").string();
    shell("mv " + key + " " + key + ".away");
    const auto lost = prevision({"connector", "test", "x"});
    CHECK(lost.exit_code == 7);
    CHECK(lost.err.find("vault.key") != std::string::npos);
    CHECK(prevision(create("y", {"--password-stdin"}), "p").exit_code == 7);
    shell("printf '%064d\\n' 7 > " + key + " && chmod 600 " + key);
    const auto wrong = prevision({"connector", "test", "x"});
    CHECK(wrong.exit_code == 7);
    CHECK(wrong.err.find("vault.key") != std::string::npos);
    shell("mv " + key + ".away " + key);
    CHECK(prevision({"connector", "test", "x"}).exit_code == 5);
}

TEST_CASE("a key of one's own is taken from PREVISION_VAULT_KEY_FILE") {
    const Prevision prevision;
    const auto key = prevision.file("own.key").string();
    const std::map<std::string, std::string> environment{{"PREVISION_VAULT_KEY_FILE", key}};
    CHECK(prevision(create("x", {"--password-stdin"}), "p", environment).exit_code == 0);
    CHECK(std::filesystem::exists(key));
    CHECK_FALSE(std::filesystem::exists(prevision.home() / "vault.key"));
    CHECK(prevision({"connector", "test", "x"}).exit_code == 7);
    CHECK(prevision({"connector", "test", "x"}, "", environment).exit_code == 5);
}

TEST_CASE("a password has one source, and a source that gives nothing is an error") {
    const Prevision prevision;
    CHECK(prevision(create("x", {"--password-stdin", "--password", "p"}), "p").exit_code == 2);
    CHECK(prevision(create("x", {"--password-file", "/nowhere"})).exit_code == 3);
    CHECK(prevision(create("x", {"--password-env", "NOT_SET"})).exit_code == 3);
    const auto failed = prevision(create("x", {"--password-command", "exit 3"}));
    CHECK(failed.exit_code == 7);
    CHECK(failed.err.find("exit code 3") != std::string::npos);
    CHECK(prevision.ok({"connector", "list", "-o", "json"}) == "[]\n");
}
