#include "cli/platform/libraries.hpp"

#include <CLI/Version.hpp>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <rapidjson/rapidjson.h>
#include <sodium.h>
#include <sqlite3.h>
#include <utf8proc.h>

#include "net/curl_library.hpp"
#include "sources/files/ssh_library.hpp"
#include "sources/mysql/library.hpp"
#include "sources/postgres/library.hpp"

namespace prevision::cli {

std::vector<Library> libraries() {
    return {{"cli11", CLI11_VERSION},
            {"curl", net::curl().version_info(CURLVERSION_NOW)->version},
            {"fmt", fmt::format("{}.{}.{}", FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
            {"mariadb", sources::mysql::mariadb().get_client_info()},
            {"openssl", ::OpenSSL_version(OPENSSL_VERSION_STRING)},
            {"pq", fmt::format("{}.{}", sources::postgres::pq().lib_version() / 10000,
                               sources::postgres::pq().lib_version() % 10000)},
            {"rapidjson", RAPIDJSON_VERSION_STRING},
            {"sodium", ::sodium_version_string()},
            {"sqlite", ::sqlite3_libversion()},
            {"ssh", sources::ssh().version(0)},
            {"utf8proc", ::utf8proc_version()},
            {"yaml-cpp", PREVISION_YAML_VERSION}};
}

std::vector<std::string> curl_protocols() {
    std::vector<std::string> protocols;
    for (const char* const* name = net::curl().version_info(CURLVERSION_NOW)->protocols; *name != nullptr;
         ++name)
        protocols.emplace_back(*name);
    return protocols;
}

}  // namespace prevision::cli
