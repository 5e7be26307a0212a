#include "support/mariadb_server.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "support/command.hpp"

namespace prevision::testing {

namespace {

// The password's quote is doubled, which needs no backslash.
constexpr const char* initial_statements =
    "CREATE DATABASE shop CHARACTER SET utf8mb4;\n"
    "CREATE USER 'tester'@'%' IDENTIFIED BY 'secret p@ss''w\"ord';\n"
    "GRANT ALL ON *.* TO 'tester'@'%' WITH GRANT OPTION;\n";

// One command for the supervisor: it makes the data folder, then the server replaces the shell. A starting
// server clears temporary tables from its temporary folder, so each server gets a private one.
constexpr const char* script =
    "mkdir tmp && export TMPDIR=\"$PWD/tmp\" && mariadb-install-db --no-defaults --datadir=\"$PWD/data\" "
    "--auth-root-authentication-method=normal "
    "--skip-test-db --skip-name-resolve --debug-no-sync --innodb-flush-method=nosync "
    "--skip-innodb-doublewrite --innodb-log-file-size=16M && exec \"$@\"";

}  // namespace

MariadbServer::MariadbServer(const MariadbOptions& options) : process_("mysql"), port_(find_free_port()) {
    const auto folder = process_.folder();
    std::ofstream(folder / "init.sql") << initial_statements;
    std::vector<std::string> command{
        "sh", "-c", script, "sh", find_program("mariadbd"), "--no-defaults",
        fmt::format("--datadir={}", (folder / "data").string()),
        fmt::format("--socket={}", (folder / "socket").string()),
        fmt::format("--pid-file={}", (folder / "pid").string()),
        fmt::format("--init-file={}", (folder / "init.sql").string()), fmt::format("--port={}", port_),
        "--bind-address=127.0.0.1", "--skip-name-resolve", "--skip-log-bin",
        // Nothing needs to survive a crash.
        "--debug-no-sync", "--innodb-flush-method=nosync", "--skip-innodb-doublewrite",
        "--innodb-flush-log-at-trx-commit=0", "--innodb-log-file-size=16M", "--innodb-buffer-pool-size=64M"};
    if (options.tls) {
        const auto made =
            run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                         (folder / "key.pem").string(), "-out", certificate().string(), "-days", "2", "-subj",
                         "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"});
        if (made.exit_code != 0) throw std::runtime_error("cannot make a certificate: " + made.errors);
        std::filesystem::permissions(folder / "key.pem", std::filesystem::perms::all);
        command.push_back(fmt::format("--ssl-cert={}", certificate().string()));
        command.push_back(fmt::format("--ssl-key={}", (folder / "key.pem").string()));
    }
    command.insert(command.end(), options.arguments.begin(), options.arguments.end());
    process_.start(command);
    process_.wait_until([&] {
        auto arguments = client();
        arguments.insert(arguments.end(), {"--connect-timeout=5", "-e", "SELECT 1"});
        return run_command(arguments, "", {"MYSQL_PWD=" + password()}).exit_code == 0;
    });
}

std::vector<std::string> MariadbServer::client() const {
    return {"mariadb",
            "--no-defaults",
            "--protocol=tcp",
            "--host=" + host(),
            "--port=" + std::to_string(port_),
            "--user=" + username(),
            "--default-character-set=utf8mb4",
            "--batch",
            "--skip-column-names"};
}

std::string MariadbServer::query(const std::string& statements, bool raw) const {
    auto arguments = client();
    // Without this the client would run its own commands, such as \g within a name.
    arguments.insert(arguments.end(), {"--binary-mode", "shop"});
    if (raw) arguments.insert(arguments.begin() + 1, "--raw");
    auto result = run_command(arguments, statements, {"MYSQL_PWD=" + password()});
    if (result.exit_code != 0) throw std::runtime_error("mariadb: " + result.errors);
    return result.output;
}

}  // namespace prevision::testing
