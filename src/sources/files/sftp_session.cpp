#include "sources/files/sftp_session.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/clock.hpp"

namespace prevision::sources {

namespace {

/// What a callback of the caller threw, so that it is not taken for a failure of the connection.
struct Foreign {
    std::exception_ptr thrown;
};

template <typename Action>
auto guarded(const Action& action) {
    try {
        return action();
    } catch (...) {
        throw Foreign{std::current_exception()};
    }
}

/// The folder to list for a path: the login folder's own name is ".".
std::string folder_path(const std::string& path) { return path.empty() ? "." : path; }

std::chrono::microseconds since(std::chrono::steady_clock::time_point begin) {
    return std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - begin);
}

}  // namespace

SftpSession::SftpSession(FileServer server, SshSettings settings, Cancellation& cancellation)
    : FileSession(std::move(server)), settings_(std::move(settings)), cancellation_(cancellation) {}

std::optional<std::string> SftpSession::host_key() const {
    return host_key_.fingerprint.empty() ? std::nullopt : std::optional(host_key_.fingerprint);
}

void SftpSession::keep_host_key(const SshConnection& connection) {
    host_key_ = connection.host_key();
    // The key of the first contact is the one to expect from then on.
    if (settings_.host_key.empty()) settings_.host_key = host_key_.fingerprint;
}

SftpClient& SftpSession::client() {
    if (line_) return *line_->client;
    auto line = std::make_unique<Line>(server(), settings_, cancellation_);
    try {
        line->connection.connect();
        keep_host_key(line->connection);
        line->connection.log_in();
        line->connection.start_sftp();
        line->client = std::make_unique<SftpClient>(line->connection);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::auth) throw;
        throw error.with_message(fmt::format("as '{}': {}", server().username, error.what()));
    }
    line_ = std::move(line);
    return *line_->client;
}

FileSession::Login SftpSession::log_in() {
    Login login;
    line_ = std::make_unique<Line>(server(), settings_, cancellation_);
    auto& connection = line_->connection;
    const auto begin = system_clock().steady();
    const auto fail = [&](const Error& error, const std::string& whom) {
        line_.reset();
        if (cancellation_.cancelled()) throw Error(error);
        login.error = error.with_message(
            fmt::format("cannot log in to {}{}: {}", server().address(), whom, error.what()));
    };
    try {
        connection.connect();
    } catch (const Error& error) {
        host_key_ = connection.host_key();
        login.failed_in_tls = true;
        login.tls = since(begin);
        fail(error, "");
        return login;
    }
    keep_host_key(connection);
    login.tls = since(begin);
    login.encryption = fmt::format("SSH, host key {} ({})", host_key_.fingerprint, host_key_.type);
    try {
        connection.log_in();
        connection.start_sftp();
        line_->client = std::make_unique<SftpClient>(connection);
    } catch (const Error& error) {
        fail(error,
             error.error_class() == ErrorClass::auth ? fmt::format(" as '{}'", server().username) : "");
    }
    login.auth = since(begin) - login.tls;
    return login;
}

/// Runs calls that read a path, and turns what they throw into an Error that names it.
template <typename Action>
auto SftpSession::call(const std::string& path, Wanted wanted, const Action& action) {
    SftpRefusal refusal;
    try {
        return action(client());
    } catch (const SftpRefusal& refused) {
        refusal = refused;
        if (line_ && !line_->client->idle()) line_.reset();
    } catch (const Foreign& foreign) {
        line_.reset();
        std::rethrow_exception(foreign.thrown);
    } catch (const Error& error) {
        line_.reset();
        if (cancellation_.cancelled()) throw;
        throw error.with_message(fmt::format("{}: {}", purpose(path, wanted), error.what()));
    } catch (...) {
        line_.reset();
        throw;
    }
    throw refused_reading(path, wanted, describe(refusal));
}

FileSession::Refusal SftpSession::describe(const SftpRefusal& refusal) {
    constexpr std::array<const char*, 9> names{"",
                                               "end of file",
                                               "no such file",
                                               "permission denied",
                                               "failure",
                                               "bad message",
                                               "no connection",
                                               "connection lost",
                                               "operation not supported"};
    Refusal described{.reason = std::nullopt, .words = refusal.message};
    if (refusal.code == SftpRefusal::no_such_file) described.reason = ErrorClass::not_found;
    if (refusal.code == SftpRefusal::permission_denied) described.reason = ErrorClass::auth;
    if (described.words.empty())
        described.words =
            refusal.code < names.size() ? names.at(refusal.code) : fmt::format("{}", refusal.code);
    return described;
}

FileVersion SftpSession::look_at(const std::string& path) {
    const auto attributes = call(path, Wanted::file, [&](SftpClient& client) { return client.stat(path); });
    if (attributes.kind == "folder")
        throw refused_reading(path, Wanted::file, {.reason = ErrorClass::invalid, .words = {}});
    return {.size = attributes.size,
            .modified = attributes.modified ? format_seconds(*attributes.modified) : ""};
}

void SftpSession::fetch_from(const std::string& path, std::uint64_t offset, const DistantFile::Take& take) {
    call(path, Wanted::file, [&](SftpClient& client) {
        const auto handle = client.open(path, SftpClient::Open::read);
        client.read(handle, offset,
                    [&](std::string_view bytes) { return guarded([&] { return take(bytes); }); });
        client.close(handle);
    });
}

void SftpSession::list_folder(const std::string& path, const Each& each) {
    call(path, Wanted::folder, [&](SftpClient& client) {
        client.list(folder_path(path), [&](std::string_view name, const SftpAttributes& attributes) {
            if (name == "." || name == "..") return;
            const bool is_file = attributes.kind == "file";
            const ListedEntry entry{
                .name = std::string(name),
                .kind = attributes.kind,
                .size = is_file ? attributes.size : std::nullopt,
                .modified = attributes.modified ? format_seconds(*attributes.modified) : ""};
            guarded([&] { each(entry); });
        });
    });
}

void SftpSession::write_file(const std::string& path, const OutgoingFile& file) {
    file.rewind();
    const auto handle = client().open(path, SftpClient::Open::write_new);
    std::array<char, std::size_t{32} * 1024> buffer{};
    std::uint64_t written = 0;
    client().write(handle, [&] {
        const auto count = guarded([&] { return file.read(buffer); });
        written += count;
        return std::string_view(buffer.data(), count);
    });
    client().close(handle);
    if (const auto size = client().stat(path).size; size.value_or(written) != written) {
        throw Error(ErrorClass::unreachable, fmt::format("the server has {} of {} bytes", *size, written));
    }
}

void SftpSession::store(const std::string& path, const OutgoingFile& file) {
    const auto temporary = temporary_path(path);
    const auto give_up = [&] {
        line_.reset();
        remove_leftover(temporary);
    };
    try {
        write_file(temporary, file);
        client().rename(temporary, path);
    } catch (const SftpRefusal& refusal) {
        give_up();
        throw refused_writing(path, describe(refusal));
    } catch (const Foreign& foreign) {
        give_up();
        std::rethrow_exception(foreign.thrown);
    } catch (const Error& error) {
        give_up();
        if (cancellation_.cancelled()) throw;
        throw error.with_message(fmt::format("cannot write {}: {}", title(path), error.what()));
    } catch (...) {
        give_up();
        throw;
    }
}

/// Best effort, also after a cancellation: the caller reports the original error.
void SftpSession::remove_leftover(const std::string& path) {
    constexpr std::chrono::milliseconds limit{3'000};
    auto server = this->server();
    server.connect_timeout = server.idle_limit = limit;
    Cancellation none;
    try {
        Line line(server, settings_, none);
        line.connection.connect();
        line.connection.log_in();
        line.connection.start_sftp();
        SftpClient(line.connection).remove(path);
    } catch (const Error&) {
        return;
    } catch (const SftpRefusal&) {
        return;
    }
}

}  // namespace prevision::sources
