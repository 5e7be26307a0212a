#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <optional>

#include <catch2/catch.hpp>

#include "support/program.hpp"
#include "support/raw_server.hpp"
#include "support/terminal.hpp"

using namespace prevision;
using testing::Prevision;
using testing::TerminalProgram;

// What TAB makes of a line in the three real shells. Ctrl-T is bound to show the line between "<<" and ">>".
namespace {

class Shell {
  public:
    Shell(const Prevision& prevision, const std::vector<std::string>& command, const std::string& rc_file,
          const std::string& rc)
        : folder_(prevision.file("shell")) {
        std::filesystem::create_directories(folder_);
        std::ofstream(folder_ / rc_file) << "cd " << folder_.string() << "\n" << rc << "\n";
        const auto path =
            std::filesystem::path(Prevision::program()).parent_path().string() + ":/usr/bin:/bin";
        terminal_.emplace(command,
                          std::map<std::string, std::string>{{"PATH", path},
                                                             {"HOME", folder_.string()},
                                                             {"ZDOTDIR", folder_.string()},
                                                             {"TERM", "xterm"},
                                                             {"LANG", "C.UTF-8"},
                                                             {"PREVISION_HOME", prevision.home().string()}});
        terminal_->read_until("READY");
    }

    /// What the line is after the keys were typed.
    std::string line_after(const std::string& keys) {
        terminal_->type("\x05\x15" + keys);
        terminal_->type("\x14");
        terminal_->read_until("<<");
        auto line = terminal_->read_until(">>");
        line.resize(line.size() - 2);
        return line;
    }

  private:
    std::filesystem::path folder_;
    std::optional<TerminalProgram> terminal_;
};

std::unique_ptr<Shell> bash(const Prevision& prevision) {
    return std::make_unique<Shell>(prevision,
                                   std::vector<std::string>{"/bin/bash", "--noprofile", "--rcfile",
                                                            prevision.file("shell/rc").string(), "-i"},
                                   "rc", R"(source <(prevision completion bash)
PS1='$ '; bind 'set bell-style none'; bind 'set enable-bracketed-paste off'
show_line() { echo "<<$READLINE_LINE>>"; }
bind -x '"\C-t": show_line'
echo READY)");
}

std::unique_ptr<Shell> zsh(const Prevision& prevision) {
    return std::make_unique<Shell>(prevision, std::vector<std::string>{"/usr/bin/zsh", "-d", "-i"}, ".zshrc",
                                   R"(autoload -U compinit && compinit -u -D
source <(prevision completion zsh)
PS1='$ '; unsetopt zle_bracketed_paste 2>/dev/null; unset zle_bracketed_paste
show_line() { print -r -- "<<$BUFFER>>"; }
zle -N show_line; bindkey -e; bindkey '^T' show_line
print READY)");
}

std::unique_ptr<Shell> fish(const Prevision& prevision) {
    return std::make_unique<Shell>(
        prevision,
        std::vector<std::string>{"/usr/bin/fish", "--no-config", "-i", "-C",
                                 "source " + prevision.file("shell/rc.fish").string()},
        "rc.fish", R"(prevision completion fish | source
function fish_prompt; echo '$ '; end
set -g fish_greeting
set -g fish_autosuggestion_enabled 0
function show_line; printf '<<%s>>' (commandline); end
bind \ct show_line
echo READY)");
}

void make_objects(const Prevision& prevision) {
    prevision.ok({"connector", "create", "alpha", "--host", "mysql://db"});
    prevision.ok({"connector", "create", "beta space", "--host", "mysql://db"});
    prevision.ok({"connector", "create", "gamma:x", "--host", "mysql://db"});
    prevision.ok({"connector", "create", "delta'q", "--host", "mysql://db"});
    prevision.ok({"connector", "create", "eps$(x)", "--host", "mysql://db"});
    prevision.ok(
        {"datasource", "create", "orders", "--connector", "alpha", "--database", "d", "--table", "t"});
    const auto file = prevision.file("shop.db").string();
    testing::shell("sqlite3 " + file + " 'CREATE TABLE \"line items\" (i); CREATE TABLE people (i)'");
    prevision.ok({"connector", "create", "lite", "--host", "sqlite://" + file});
    testing::shell("sqlite3 " + file +
                   " 'CREATE TABLE named (id, name, note); INSERT INTO named VALUES (1, 2, 3)'");
    prevision.ok({"datasource", "create", "named", "--connector", "lite", "--table", "named"});
    prevision.ok({"dataset", "create", "today", "--datasource", "named"});
    prevision.ok({"serve", "token", "create", "alice"});
    prevision.ok({"exporter", "create", "outlet", "--connector", "lite", "--table", "t"});
    std::filesystem::create_directories(prevision.file("shell"));
    std::ofstream(prevision.file("shell/request.json")) << "{}";
}

struct Case {
    std::string typed;
    std::string line;
};

// The same in every shell.
const std::vector<Case> common{
    {"prevision con\t", "prevision connector "},
    {"prevision connector sh\t", "prevision connector show "},
    {"prevision connector list --no-h\t", "prevision connector list --no-header "},
    {"prevision connector list -o ya\t", "prevision connector list -o yaml "},
    {"prevision connector list --output=ya\t", "prevision connector list --output=yaml "},
    {"prevision connector list --columns id,us\t", "prevision connector list --columns id,username "},
    {"prevision connector create x --type SQ\t", "prevision connector create x --type SQL "},
    {"prevision connector show al\t", "prevision connector show alpha "},
    {"prevision -v conn show al\t", "prevision -v conn show alpha "},
    {"prevision datasource create x --connector al\t", "prevision datasource create x --connector alpha "},
    {"prevision datasource create x --connector lite --table pe\t",
     "prevision datasource create x --connector lite --table people "},
    {"prevision datasource create x --connector lite --database ma\t",
     "prevision datasource create x --connector lite --database main "},
    {"prevision dataset create --datasource or\t", "prevision dataset create --datasource orders "},
    {"prevision connector list --project de\t", "prevision connector list --project default "},
    {"prevision connector show be\t", "prevision connector show beta\\ space "},
    {"prevision connector show nothing\t", "prevision connector show nothing"},
    {"prevision exporter run ou\t", "prevision exporter run outlet "},
    {"prevision exporter delete ou\t", "prevision exporter delete outlet "},
    {"prevision dataset head today --columns id,no\t", "prevision dataset head today --columns id,note "},
    {"prevision dataset head today --sort -no\t", "prevision dataset head today --sort -note "},
    {"prevision datasource preview named --sort no\t", "prevision datasource preview named --sort note "},
    {"prevision profile list --columns to\t", "prevision profile list --columns token "},
    {"prevision api POST /projects --input requ\t", "prevision api POST /projects --input request.json "},
    {"prevision apply requ\t", "prevision apply request.json "},
    {"prevision connector browse lite ma\t", "prevision connector browse lite main/"},
    {"prevision connector browse lite main/pe\t", "prevision connector browse lite main/people "},
    {"prevision connector update al\t", "prevision connector update alpha "},
    {"prevision datasource update na\t", "prevision datasource update named "},
    {"prevision datasource update named --table pe\t", "prevision datasource update named --table people "},
    {"prevision serve token revoke ali\t", "prevision serve token revoke alice "},
    {"prevision profile use emb\t", "prevision profile use embedded "},
    {"prevision connector create x --password-env LAN\t",
     "prevision connector create x --password-env LANG "},
    {"prevision connector create x --type SFTP --engine s\t",
     "prevision connector create x --type SFTP --engine sftp "},
    {"prevision connector create x --type FTP --tls imp\t",
     "prevision connector create x --type FTP --tls implicit "},
    {"prevision connector create x --type S3 --tls imp\t",
     "prevision connector create x --type S3 --tls imp"},
    {"prevision api DEL\t", "prevision api DELETE "},
    {"prevision api GET /ver\t", "prevision api GET /version "},
    {"prevision help con\t", "prevision help connector "},
    {"prevision help connector sh\t", "prevision help connector show "},
    {"prevision nonsense x\t", "prevision nonsense x"}};

void check_all(Shell& shell, const std::vector<Case>& cases) {
    for (const auto& each : cases) {
        INFO(each.typed);
        CHECK(shell.line_after(each.typed) == each.line);
    }
}

}  // namespace

TEST_CASE("TAB in bash") {
    const Prevision prevision;
    make_objects(prevision);
    const auto shell = bash(prevision);
    check_all(*shell, common);
    check_all(
        *shell,
        {{"prevision connector show \"be\t", "prevision connector show \"beta space\" "},
         {"prevision connector show 'be\t", "prevision connector show 'beta space' "},
         {"prevision connector show gam\t", "prevision connector show gamma:x "},
         {"prevision connector show gamma:\t", "prevision connector show gamma:x "},
         {"prevision connector show del\t", "prevision connector show delta\\'q "},
         {"prevision connector show eps\t", "prevision connector show eps\\$\\(x\\) "},
         {"prevision connector list --columns name,na\t", "prevision connector list --columns name,na"},
         {"prevision connector list --filter na\t", "prevision connector list --filter name="},
         {"prevision dataset head today --filter na\t", "prevision dataset head today --filter name="}});
}

TEST_CASE("TAB in zsh") {
    const Prevision prevision;
    make_objects(prevision);
    const auto shell = zsh(prevision);
    check_all(*shell, common);
    check_all(
        *shell,
        {{"prevision connector show gam\t", "prevision connector show gamma:x "},
         {"prevision connector show del\t", "prevision connector show delta\\'q "},
         {"prevision connector list --columns name,na\t", "prevision connector list --columns name,na"},
         {"prevision connector list --filter na\t", "prevision connector list --filter name="},
         {"prevision dataset head today --filter na\t", "prevision dataset head today --filter name="}});
}

TEST_CASE("TAB in fish") {
    const Prevision prevision;
    make_objects(prevision);
    const auto shell = fish(prevision);
    check_all(*shell, common);
    check_all(*shell, {{"prevision connector show gam\t", "prevision connector show gamma:x "},
                       {"prevision connector show del\t", "prevision connector show delta\\'q "}});
}

TEST_CASE("completion prints the script that stands in completions/") {
    const Prevision prevision;
    const std::filesystem::path folder = PREVISION_SOURCE_DIR "/completions";
    for (const auto& [shell, file] : std::map<std::string, std::string>{
             {"bash", "prevision.bash"}, {"zsh", "_prevision"}, {"fish", "prevision.fish"}}) {
        CHECK(prevision.ok({"completion", shell}) == testing::shell("cat " + (folder / file).string()));
    }
}

TEST_CASE("TAB never prints an error and never hangs, whatever the platform does") {
    const Prevision prevision;
    const std::map<std::string, std::string> remote{{"PREVISION_MASTER_TOKEN", "token"}};
    for (const std::string url : {"http://127.0.0.1:1", "http://no.such.host.invalid", "nonsense://"}) {
        const auto result = prevision(
            {"complete", "bash", "prevision connector show --url " + url + " x", " :="}, "", remote);
        CHECK(result.exit_code == 0);
        CHECK(result.out == "words\n");
        CHECK(result.err.empty());
    }
    CHECK(prevision({"complete"}).exit_code == 0);
    CHECK(prevision({"complete", "bash"}).exit_code == 0);
    CHECK(prevision({"complete", "nonsense", "x"}).exit_code == 0);
}

TEST_CASE("TAB waits no longer than its budget for a platform that does not answer") {
    const Prevision prevision;
    testing::RawServer server([](testing::RawConnection& connection) { connection.wait_until_closed(); });
    const auto begin = std::chrono::steady_clock::now();
    const auto result = prevision({"complete", "bash", "prevision connector show ", " :="}, "",
                                  {{"PREVISION_MASTER_TOKEN", "token"},
                                   {"PREVISION_URL", "http://127.0.0.1:" + std::to_string(server.port())}});
    // The budget is 250 ms; the rest is for a machine that has much else to do.
    CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(3));
    CHECK(result.exit_code == 0);
    CHECK(result.out == "words\n");
    CHECK(result.err.empty());
}

TEST_CASE("names from afar are kept for a minute, readable by their owner alone") {
    const Prevision prevision;
    make_objects(prevision);
    const auto cache = prevision.file("cache");
    const std::map<std::string, std::string> environment{{"XDG_CACHE_HOME", cache.string()}};
    const std::vector<std::string> line{"datasource", "create", "x", "--connector", "lite", "--table", ""};
    std::vector<std::string> ask{"complete", "names"};
    ask.insert(ask.end(), line.begin(), line.end());
    CHECK(prevision(ask, "", environment).out == "line items\ttable\nnamed\ttable\npeople\ttable\n");
    CHECK(testing::shell("stat -c %a " + cache.string() + "/prevision " + cache.string() + "/prevision/*") ==
          "700\n600\n");
    std::filesystem::remove(prevision.file("shop.db"));
    const std::vector<std::string> tab{"complete", "bash",
                                       "prevision datasource create x --connector lite --table ", " :="};
    CHECK(prevision(tab, "", environment).out == "words\nline\\ items\nnamed\npeople\n");
    testing::shell("touch -d '61 seconds ago' " + cache.string() + "/prevision/*");
    CHECK(prevision(tab, "", environment).out == "words\n");
}
