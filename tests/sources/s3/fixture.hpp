#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "contract/source_contract.hpp"
#include "sources/registry.hpp"
#include "sources/source.hpp"

namespace prevision::testing {

/// Takes a file whole, or until `enough` says so.
class FileCollector final : public sources::ContentSink, public ByteSink {
  public:
    sources::RowSink& table() override { throw std::logic_error("an object is no table"); }
    ByteSink& file(const sources::FileInfo& given) override {
        info = given;
        ++files;
        return *this;
    }
    void write(std::string_view part) override {
        bytes += part;
        wanted = !on_write || on_write(bytes.size());
    }
    [[nodiscard]] bool wants_more() const override { return wanted; }

    std::function<bool(std::size_t)> on_write;  ///< told how much has come; false: no more
    sources::FileInfo info;
    int files = 0;
    bool wanted = true;
    std::string bytes;
};

inline sources::Connection s3_connection(const std::string& host, const std::string& key,
                                         const std::string& secret) {
    sources::Connection connection;
    connection.type = "S3";
    connection.host = host;
    connection.username = key;
    connection.password = Secret(secret);
    return connection;
}

inline std::string read_object(const sources::Connection& connection, const std::string& bucket,
                               const std::string& path) {
    Cancellation cancellation;
    FileCollector sink;
    sources::open_source(connection, cancellation)->read({.bucket = bucket, .path = path}, {}, sink);
    return sink.bytes;
}

inline std::vector<sources::Entry> browse(const sources::Connection& connection, const std::string& path,
                                          bool recursive = false) {
    Cancellation cancellation;
    std::vector<sources::Entry> entries;
    sources::open_source(connection, cancellation)->browse(path, recursive, [&](const auto& entry) {
        entries.push_back(entry);
    });
    return entries;
}

/// To a service that takes any key.
inline sources::Connection to(const std::string& url) { return s3_connection(url, "key", "secret"); }

inline Error reading_error(const std::string& url) {
    return error_of([&] { read_object(to(url), "b", "k"); });
}

/// Bytes that no part of them resembles.
inline std::string noise(std::size_t size) {
    std::string bytes(size, '\0');
    std::uint64_t state = 88172645463325252U;
    for (auto& byte : bytes) {
        state ^= state << 13U;
        state ^= state >> 7U;
        state ^= state << 17U;
        byte = static_cast<char>(state);
    }
    return bytes;
}

}  // namespace prevision::testing
