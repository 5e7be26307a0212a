#include "support/ssh_server.hpp"

#include <fstream>
#include <sstream>
#include <stdexcept>

#include <fmt/format.h>

#include "core/text.hpp"
#include "support/command.hpp"
#include "support/proftpd_server.hpp"

namespace prevision::testing {

namespace {

constexpr const char* script = R"(set -e; umask 077
for type in $HOST_KEYS; do ssh-keygen -q -t $type -N '' -f host_$type; done
ssh-keygen -q -t ed25519 -N '' -f client_key
cp client_key.pub authorized_keys; chmod a+rw authorized_keys
exec "$@")";

}  // namespace

SshServer::SshServer(const SshServerSettings& settings) : process_("nobody"), port_(find_free_port()) {
    const auto folder = process_.folder();
    std::filesystem::create_directory(home());
    std::string host_keys;
    for (const auto& type : settings.host_key_types)
        host_keys += fmt::format("HostKey {}/host_{}\n", folder.string(), type);
    std::ofstream(folder / "configuration")
        << fmt::format(R"({3}{2}Port {1}
ListenAddress 127.0.0.1
PidFile {0}/pid
AuthorizedKeysFile {0}/authorized_keys
StrictModes no
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
Subsystem sftp internal-sftp
ForceCommand internal-sftp -d {0}/home
)",
                       folder.string(), port_, host_keys, settings.configuration);
    // It starts itself anew for each connection, and asks for its own whole path. Without PAM it would take
    // the account of a system service for a locked one.
    process_.start({"sh", "-c", script, "sh", find_program("sshd"), "-D", "-e", "-f",
                    (folder / "configuration").string()},
                   {"HOST_KEYS=" + join(settings.host_key_types, " ")});
    process_.wait_until([&] { return answers(port_); });
}

void SshServer::accept_key(const std::string& public_key) {
    std::ofstream(process_.folder() / "authorized_keys", std::ios::app) << public_key << '\n';
}

std::string SshServer::username() const { return server_account().name; }

std::string SshServer::private_key() const {
    std::ifstream file(private_key_file());
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string SshServer::host_key(const std::string& type) const {
    const auto told =
        run_command({"ssh-keygen", "-lf", (process_.folder() / ("host_" + type + ".pub")).string()});
    const auto words = split(told.output, ' ');
    if (words.size() < 2) throw std::runtime_error("ssh-keygen: " + told.errors);
    return words[1];
}

}  // namespace prevision::testing
