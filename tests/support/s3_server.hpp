#pragma once

#include <string>
#include <string_view>

#include "support/server_process.hpp"

namespace prevision::testing {

/// A real S3 service, OpenStack Swift, on a free port of 127.0.0.1, ready when the constructor returns (a few
/// seconds). It checks signatures, for the region us-east-1.
class S3Server {
  public:
    S3Server();

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

    /// Of who may do all.
    [[nodiscard]] std::string access_key() const { return "testkey"; }
    [[nodiscard]] std::string secret_key() const { return "test/secret+key="; }

    /// Of who is known and may do nothing.
    [[nodiscard]] std::string guest_access_key() const { return "guestkey"; }
    [[nodiscard]] std::string guest_secret_key() const { return "guest/secret+key="; }

    // By Swift's own interface, which is not S3's. They throw std::runtime_error when it refuses.
    void make_bucket(const std::string& bucket);
    void put(const std::string& bucket, const std::string& key, std::string_view content);
    void remove(const std::string& bucket, const std::string& key);

    [[nodiscard]] ServerProcess& process() { return process_; }

  private:
    void request(const std::string& method, const std::string& path, std::string_view content);

    ServerProcess process_;
    int port_;
    std::string token_;
};

}  // namespace prevision::testing
