#include "sources/reach.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>

#include "core/error.hpp"

namespace prevision::sources {

namespace {

/// Variables of libpq, of AWS's tools, of libmariadb, of Kerberos and of SSH's agent.
constexpr std::array<std::string_view, 5> prefixes{"PG", "AWS_", "MYSQL_", "KRB5", "SSH_"};

constexpr std::array<std::string_view, 3> certificates{"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"};
constexpr std::array<std::string_view, 9> proxies{"http_proxy", "https_proxy", "HTTPS_PROXY",
                                                  "ftp_proxy",  "FTP_PROXY",   "all_proxy",
                                                  "ALL_PROXY",  "no_proxy",    "NO_PROXY"};

bool is_below(const std::filesystem::path& path, const std::filesystem::path& folder) {
    const auto [end, rest] = std::ranges::mismatch(folder, path);
    return end == folder.end();
}

std::filesystem::path resolve(const std::filesystem::path& path) {
    std::error_code failure;
    auto resolved = std::filesystem::weakly_canonical(path, failure);
    return failure ? path.lexically_normal() : resolved;
}

/// Whether both names lead to one file, as a hard link does.
bool is_same_file(const struct stat& file, const std::filesystem::path& other) {
    struct stat status {};
    return ::stat(other.c_str(), &status) == 0 && status.st_dev == file.st_dev &&
           status.st_ino == file.st_ino;
}

bool is_own(const std::filesystem::path& own, const std::filesystem::path& path) {
    if (is_below(path, resolve(own))) return true;
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0 || !S_ISREG(file.st_mode) || file.st_nlink < 2) return false;
    if (is_same_file(file, own)) return true;
    std::error_code ignored;
    for (auto each = std::filesystem::recursive_directory_iterator(own, ignored);
         !ignored && each != end(each); each.increment(ignored)) {
        if (is_same_file(file, each->path())) return true;
    }
    return false;
}

}  // namespace

std::filesystem::path check_local_file(const Reach& reach, const std::filesystem::path& path) {
    auto resolved = resolve(path);
    const auto contains = [&](const std::filesystem::path& folder) { return is_below(resolved, folder); };
    if (reach.folders && std::ranges::none_of(*reach.folders, contains)) {
        throw Error(ErrorClass::auth,
                    fmt::format("cannot open {}: this server does not open files there", path.string()),
                    "the operator of the server allows a folder with 'prevision serve --allow-files DIR'");
    }
    if (std::ranges::any_of(reach.own, [&](const auto& own) { return is_own(own, resolved); })) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid host: {} belongs to the embedded platform itself", path.string()),
                    "name a file outside of PREVISION_HOME");
    }
    return resolved;
}

Environment without_credentials(const Environment& environment) {
    std::map<std::string, std::string> kept;
    const auto keep = [&](std::string_view name) {
        const std::string key(name);
        auto value = environment.get(key);
        if (value && value->find('@') == std::string::npos) kept.emplace(key, std::move(*value));
    };
    std::ranges::for_each(certificates, keep);
    std::ranges::for_each(proxies, keep);
    return Environment(std::move(kept));
}

void forget_ambient_credentials() {
    const auto environment = system_environment();
    for (const auto& name : environment.names()) {
        const auto begins = [&](std::string_view prefix) { return name.starts_with(prefix); };
        if (std::ranges::any_of(prefixes, begins)) ::unsetenv(name.c_str());
    }
    // Without the variable, Kerberos would look for the user's tickets in its usual place.
    ::setenv("KRB5CCNAME", "FILE:/dev/null/none", 1);
}

}  // namespace prevision::sources
