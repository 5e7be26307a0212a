#include "sources/files/ftp.hpp"

#include <array>
#include <memory>

#include <fmt/format.h>

#include "net/certificates.hpp"
#include "sources/field.hpp"
#include "sources/files/ftp_session.hpp"
#include "sources/files/options.hpp"
#include "sources/files/source.hpp"
#include "sources/host.hpp"

namespace prevision::sources {

namespace {

using Tls = FtpSettings::Tls;

constexpr int ftp_port = 21;
constexpr int implicit_tls_port = 990;

constexpr std::array<std::string_view, 3> schemes{"ftp", "ftps", "ftpes"};

constexpr std::array<std::string_view, 2> curl_protocols{"ftp", "ftps"};

constexpr std::array<Option, 6> connector_options{{
    {.name = "host", .help = "name or address of the server", .required = true, .guards_secret = true},
    {.name = "port",
     .help = "TCP port of the server",
     .fallback = "21; with implicit TLS 990",
     .guards_secret = true},
    {.name = "username", .help = "name to log in with", .fallback = "anonymous"},
    {.name = "password", .help = "password to log in with", .secret = true},
    {.name = "tls",
     .help = "encryption: disable; prefer, where the server can; require; verify, require and check the "
             "server's certificate and name; implicit, from the first byte. A host with ftps:// is implicit "
             "too, with verify checked",
     .fallback = "prefer",
     .choices = "disable|prefer|require|verify|implicit",
     .guards_secret = true},
    {.name = "mode",
     .help = "which side opens the data connection: passive, prevision; active, the server, and without TLS",
     .fallback = "passive",
     .choices = "passive|active",
     .guards_secret = true},
}};

struct TlsChoice {
    Tls level = Tls::prefer;
    bool implicit = false;
};

TlsChoice choose_tls(const Connection& connection) {
    const auto value = option_of(connection, "tls");
    const auto scheme = parse_host(connection.host).scheme;
    const bool implicit = scheme == "ftps" || value == "implicit";
    const bool asked = implicit || scheme == "ftpes";
    if (value == "verify") return {Tls::verify, implicit};
    if (value == "require" || value == "implicit") return {Tls::require, implicit};
    if (value == "disable") {
        if (asked)
            refuse_field("tls", fmt::format("it is disable, and the host says {}://", scheme),
                         "leave out one");
        return {Tls::disable, false};
    }
    if (value.empty() || value == "prefer") return {asked ? Tls::require : Tls::prefer, implicit};
    refuse_field("tls", fmt::format("'{}' is not one of its values", value),
                 "one of: disable, prefer, require, verify, implicit");
}

std::unique_ptr<FileSession> open_session(const Connection& connection, Cancellation& cancellation) {
    const auto tls = choose_tls(connection);
    auto server = parse_file_server(connection, tls.implicit ? implicit_tls_port : ftp_port);
    if (server.username.empty()) {
        server.username = "anonymous";
        if (server.password.empty()) server.password = Secret("anonymous@");
    }
    const bool active = option_of(connection, "mode") == "active";
    if (active && tls.level != Tls::disable && (tls.level != Tls::prefer || tls.implicit)) {
        refuse_field("mode", "libcurl cannot do active with TLS", "use passive");
    }
    const auto& environment = connection.environment;
    auto certificates = environment.get("CURL_CA_BUNDLE");
    if (!certificates) certificates = environment.get("SSL_CERT_FILE");
    // libcurl does not answer TLS on a connection that the server opens.
    const FtpSettings settings{.tls = active ? Tls::disable : tls.level,
                               .implicit = tls.implicit,
                               .active = active,
                               .certificates = certificates.value_or(net::system_certificates())};
    return std::make_unique<FtpSession>(std::move(server), settings, cancellation);
}

void check_location(const Location& location) {
    check_file_location(location);
    check_ftp_path(location.path);
}

}  // namespace

const Engine& ftp_engine() {
    static constexpr Engine engine{
        .name = "ftp",
        .title = "FTP and FTPS",
        .type = "FTP",
        .schemes = schemes,
        .default_port = ftp_port,
        .connector_options = connector_options,
        .datasource_options = file_options,
        .curl_protocols = curl_protocols,
        .open = open_file_source<open_session>,
        .check_location = check_location,
        .open_file_writer = open_file_writer<open_session>,
    };
    return engine;
}

}  // namespace prevision::sources
