#include "sources/files/sftp.hpp"

#include <array>
#include <memory>

#include "sources/field.hpp"
#include "sources/files/options.hpp"
#include "sources/files/sftp_session.hpp"
#include "sources/files/source.hpp"

namespace prevision::sources {

namespace {

constexpr int sftp_port = 22;

constexpr std::array<std::string_view, 2> schemes{"sftp", "ssh"};

constexpr std::array<std::string_view, 1> curl_protocols{"sftp"};

constexpr std::array<Option, 6> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true, .guards_secret = true},
    {.name = "port", .help = "TCP port of the server", .fallback = "22", .guards_secret = true},
    {.name = "username", .help = "name to log in with", .required = true},
    {.name = "password",
     .help = "password to log in with; with a private key, its passphrase",
     .fallback = "the keys of the SSH agent",
     .secret = true},
    {.name = "private_key", .help = "private key to log in with, as ssh-keygen writes it", .secret = true},
    {.name = "host_key",
     .help = "fingerprint of the server's key, SHA256:...",
     .fallback = "the one of the first contact, kept from then on"},
}};

constexpr auto datasource_options = with_file_format(std::array<Option, 1>{{
    {.name = "path", .help = "the file: absolute, or from the login folder", .required = true},
}});

std::string host_key_of(const Connection& connection) {
    const auto text = option_of(connection, "host_key");
    return text.empty() ? "" : parse_fingerprint(text);
}

void check_keys(const Connection& connection) {
    host_key_of(connection);
    const auto key = connection.secret("private_key");
    if (!key.empty()) check_private_key(key, !connection.password.empty());
}

std::unique_ptr<FileSession> open_session(const Connection& connection, Cancellation& cancellation) {
    auto server = parse_file_server(connection, sftp_port);
    server.scheme = "sftp";
    check_keys(connection);
    SftpSettings settings{.private_key = connection.secret("private_key"),
                          .host_key = host_key_of(connection)};
    if (!connection.reach.ambient_credentials && server.password.empty() && settings.private_key.empty())
        refuse_field("password", "this server does not use its own SSH agent",
                     "give a password or a private key");
    return std::make_unique<SftpSession>(std::move(server), std::move(settings), cancellation);
}

std::unique_ptr<Source> open(const Connection& connection, Cancellation& cancellation) {
    return make_file_source(open_session(connection, cancellation), cancellation);
}

std::unique_ptr<FileWriter> open_writer(const Connection& connection, Cancellation& cancellation) {
    return make_file_writer(open_session(connection, cancellation));
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
        .datasource_options = datasource_options,
        .curl_protocols = curl_protocols,
        .open = open,
        .check_location = check_file_location,
        .open_file_writer = open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
