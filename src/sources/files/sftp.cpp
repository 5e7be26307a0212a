#include "sources/files/sftp.hpp"

#include <array>
#include <memory>

#include "sources/field.hpp"
#include "sources/files/options.hpp"
#include "sources/files/sftp_session.hpp"
#include "sources/files/source.hpp"
#include "sources/files/ssh_key.hpp"

namespace prevision::sources {

namespace {

constexpr int sftp_port = 22;

constexpr std::array<std::string_view, 2> schemes{"sftp", "ssh"};

constexpr std::array<Option, 6> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true, .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "22", .guards_secret = true},
    {.name = "username", .help = "name to log in with", .required = true},
    {.name = "password",
     .help = "password to log in with; with a private key, its passphrase",
     .fallback = "the keys of the SSH agent",
     .secret = true},
    {.name = "private_key",
     .help = "private key to log in with: OpenSSH's form, PEM or PKCS #8",
     .secret = true},
    {.name = "host_key",
     .help = "fingerprint of the server's key, SHA256:...",
     .fallback = "the one of the first contact, kept from then on",
     .guards_secret = true},
}};

std::string host_key_of(const Connection& connection) {
    const auto text = option_of(connection, "host_key");
    return text.empty() ? "" : parse_fingerprint(text);
}

std::unique_ptr<FileSession> open_session(const Connection& connection, Cancellation& cancellation) {
    const auto key = connection.secret("private_key");
    SshSettings settings{.private_key = {}, .host_key = host_key_of(connection), .agent_socket = {}};
    if (!key.empty()) settings.private_key = normalize_private_key(key, !connection.password.empty());
    if (connection.reach.ambient_credentials) {
        settings.agent_socket = connection.environment.get("SSH_AUTH_SOCK").value_or("");
    } else if (connection.password.empty() && key.empty()) {
        refuse_field("password", "this server does not use its own SSH agent",
                     "give a password or a private key");
    }
    return std::make_unique<SftpSession>(parse_file_server(connection, sftp_port), std::move(settings),
                                         cancellation);
}

}  // namespace

const Engine& sftp_engine() {
    static constexpr Engine engine{
        .name = "sftp",
        .title = "SFTP",
        .type = "SFTP",
        .schemes = schemes,
        .default_port = sftp_port,
        .connector_options = connector_options,
        .datasource_options = file_options,
        .open = open_file_source<open_session>,
        .check_location = check_file_location,
        .open_file_writer = open_file_writer<open_session>,
    };
    return engine;
}

}  // namespace prevision::sources
