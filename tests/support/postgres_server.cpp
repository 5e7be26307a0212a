#include "support/postgres_server.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include "support/command.hpp"

namespace prevision::testing {

namespace {

// One command for the supervisor: the data folder first, then the server in place of the shell. The first
// word is the folder of the server's programs, which Debian keeps apart by version. initdb refuses to run as
// root, and does not: the supervisor has changed the user.
constexpr const char* script =
    "set -e; bin=$1; shift; "
    "\"$bin/initdb\" -D data -U tester --pwfile=password --auth=scram-sha-256 --no-sync --no-locale -E UTF8; "
    "cat rules data/pg_hba.conf > all_rules; mv all_rules data/pg_hba.conf; "
    "if [ -f key.pem ]; then cp key.pem data/server.key; chmod 600 data/server.key; fi; "
    "echo 'CREATE DATABASE shop' | \"$bin/postgres\" --single -D data postgres; "
    "exec \"$bin/postgres\" \"$@\"";

std::string find_server_programs() {
    std::vector<std::filesystem::path> folders;
    std::error_code ignored;
    for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored)) {
        if (std::filesystem::exists(version.path() / "bin" / "initdb"))
            folders.push_back(version.path() / "bin");
    }
    if (!folders.empty()) return std::ranges::max(folders).string();
    return std::filesystem::path(find_program("initdb")).parent_path().string();
}

void make_certificate_files(const std::filesystem::path& folder, const std::filesystem::path& certificate) {
    const auto key = folder / "key.pem";
    const auto made = run_command({"openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout",
                                   key.string(), "-out", certificate.string(), "-days", "2", "-subj",
                                   "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"});
    if (made.exit_code != 0) throw std::runtime_error("cannot make a certificate: " + made.errors);
    // The server's user makes a copy of its own.
    std::filesystem::permissions(key, std::filesystem::perms::all);
}

}  // namespace

PostgresServer::PostgresServer(const PostgresOptions& options)
    : process_("postgres"), port_(find_free_port()) {
    const auto folder = process_.folder();
    std::ofstream(folder / "password") << password() << '\n';
    std::ofstream(folder / "rules") << options.host_rules;
    std::vector<std::string> command{"sh", "-c", script, "sh", find_server_programs()};
    command.insert(command.end(), {"-D", (folder / "data").string(), "-p", std::to_string(port_), "-k",
                                   folder.string(), "-c", "listen_addresses=127.0.0.1",
                                   // The data are thrown away: nothing needs to survive a crash.
                                   "-c", "fsync=off", "-c", "full_page_writes=off", "-c",
                                   "synchronous_commit=off", "-c", "autovacuum=off"});
    if (options.tls) {
        make_certificate_files(folder, certificate());
        command.insert(command.end(), {"-c", "ssl=on", "-c", "ssl_key_file=server.key", "-c",
                                       fmt::format("ssl_cert_file={}", certificate().string())});
    }
    for (const auto& setting : options.settings) command.insert(command.end(), {"-c", setting});
    process_.start(command);
    process_.wait_until([&] {
        try {
            query("SELECT 1;");
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    });
}

std::string PostgresServer::query(const std::string& statements, const std::string& database,
                                  int port) const {
    const std::vector<std::string> arguments{"psql",
                                             "--no-psqlrc",
                                             "--quiet",
                                             "--no-align",
                                             "--tuples-only",
                                             "--set=ON_ERROR_STOP=1",
                                             "--host=" + host(),
                                             fmt::format("--port={}", port),
                                             "--username=" + username(),
                                             "--dbname=" + database,
                                             "--file=-"};
    const std::string notices_off = "SET client_min_messages = warning;\n";
    auto result = run_command(arguments, notices_off + statements,
                              {"PGPASSWORD=" + password(), "PGCLIENTENCODING=UTF8"});
    if (result.exit_code != 0) throw std::runtime_error("psql: " + result.errors);
    return result.output;
}

}  // namespace prevision::testing
