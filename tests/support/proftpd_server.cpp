#include "support/proftpd_server.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <pwd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/text.hpp"
#include "support/command.hpp"

namespace prevision::testing {

namespace {

// One command for the supervisor, run as the server's user: what only it may read first, then the server, one
// process a connection. ProFTPD's own listener is deaf for 0.4 s after the end of each connection (to spare
// the processor when a signal comes), which is most of what a test would wait for.
constexpr const char* script = R"(set -e; umask 077
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out certificate.pem -days 2 -subj /CN=127.0.0.1 \
    -addext subjectAltName=IP:127.0.0.1
ssh-keygen -q -t ed25519 -N '' -f host_key
ssh-keygen -q -t ed25519 -N '' -f client_key
ssh-keygen -q -t ed25519 -N "$PASSPHRASE" -f locked_key
mkdir keys
ssh-keygen -e -m RFC4716 -f client_key.pub > keys/"$USERNAME"
ssh-keygen -e -m RFC4716 -f locked_key.pub >> keys/"$USERNAME"
hash=$(printf %s "$PASSWORD" | openssl passwd -6 -stdin)
echo "$USERNAME:$hash:$IDS::$PWD/home:/bin/false" > passwd
printf '#!/bin/sh\nexec "%s" -q -c "%s/proftpd.conf"\n' "$PROFTPD" "$PWD" > session
chmod u+x session
for port; do socat "TCP-LISTEN:$port,bind=127.0.0.1,reuseaddr,fork" EXEC:./session,nofork & done
wait)";

std::string read_text(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

}  // namespace

ServerAccount server_account() {
    // NOLINTBEGIN(concurrency-mt-unsafe): start-up of a test
    const passwd* entry = ::geteuid() == 0 ? ::getpwnam("nobody") : ::getpwuid(::geteuid());
    if (entry == nullptr) throw std::runtime_error("there is no user to run a server as");
    ServerAccount account{
        .name = entry->pw_name, .group = {}, .user_id = entry->pw_uid, .group_id = entry->pw_gid};
    const group* of = ::getgrgid(account.group_id);
    // NOLINTEND(concurrency-mt-unsafe)
    account.group = of != nullptr ? of->gr_name : std::to_string(account.group_id);
    return account;
}

bool answers(int port) {
    const FileDescriptor socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return ::connect(socket.get(), std::bit_cast<const sockaddr*>(&address), sizeof address) == 0;
}

ProftpdServer::ProftpdServer()
    : process_("nobody"),
      ftp_port_(find_free_port()),
      ftps_port_(find_free_port()),
      strict_ftp_port_(find_free_port()),
      sftp_port_(find_free_port()) {
    std::filesystem::create_directory(home());
    std::ofstream(process_.folder() / "proftpd.conf") << configuration();
    const auto account = server_account();
    const std::array ports{ftp_port_, ftps_port_, strict_ftp_port_, sftp_port_};
    std::vector<std::string> command{"sh", "-c", script, "sh"};
    for (const int port : ports) command.push_back(std::to_string(port));
    process_.start(
        command, {"PROFTPD=" + find_program("proftpd"), "USERNAME=" + username(), "PASSWORD=" + password(),
                  "PASSPHRASE=" + passphrase(), fmt::format("IDS={}:{}", account.user_id, account.group_id)});
    process_.wait_until([&] { return std::all_of(ports.begin(), ports.end(), answers); });
}

std::string ProftpdServer::private_key() const { return read_text(process_.folder() / "client_key"); }

std::string ProftpdServer::encrypted_private_key() const {
    return read_text(process_.folder() / "locked_key");
}

std::string ProftpdServer::host_key() const {
    const auto told = run_command({"ssh-keygen", "-lf", (process_.folder() / "host_key.pub").string()});
    const auto words = split(told.output, ' ');
    if (words.size() < 2) throw std::runtime_error("ssh-keygen: " + told.errors);
    return words[1];
}

std::string ProftpdServer::configuration() const {
    const auto account = server_account();
    const auto folder = process_.folder().string();
    // Each server of the process has to be told all anew.
    const auto common = fmt::format(R"(AuthUserFile {0}/passwd
AuthOrder mod_auth_file.c
RequireValidShell off
AllowRetrieveRestart on
WtmpLog off
TransferLog none
)",
                                    folder);
    const auto tls = fmt::format(R"(TLSEngine on
TLSRSACertificateFile {0}/certificate.pem
TLSRSACertificateKeyFile {0}/key.pem
)",
                                 folder);
    auto text = fmt::format(R"(ServerName "first line"
ServerType inetd
UseIPv6 off
UseReverseDNS off
DefaultAddress 127.0.0.1
SocketBindTight on
User {1}
Group {2}
ScoreboardFile {0}/scoreboard
DelayTable none
SystemLog {0}/system.log
ModulePath /usr/lib/proftpd
LoadModule mod_tls.c
LoadModule mod_sftp.c
AuthPAM off
)",
                            folder, account.name, account.group);
    text += fmt::format("Port {}\n{}{}TLSOptions NoSessionReuseRequired\n", ftp_port_, common, tls);
    text += fmt::format(
        "<VirtualHost 127.0.0.1>\nPort {}\n{}{}TLSOptions NoSessionReuseRequired "
        "UseImplicitSSL\n</VirtualHost>\n",
        ftps_port_, common, tls);
    text += fmt::format(
        "<VirtualHost 127.0.0.1>\nPort {}\n{}{}TLSRequired on\nTLSOptions "
        "NoSessionReuseRequired\n</VirtualHost>\n",
        strict_ftp_port_, common, tls);
    text += fmt::format(R"(<VirtualHost 127.0.0.1>
Port {1}
{2}TLSEngine off
SFTPEngine on
SFTPHostKey {0}/host_key
SFTPAuthMethods password publickey
SFTPAuthorizedUserKeys file:{0}/keys/%u
</VirtualHost>
)",
                        folder, sftp_port_, common);
    return text;
}

}  // namespace prevision::testing
