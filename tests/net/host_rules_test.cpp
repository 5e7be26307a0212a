#include "net/host_rules.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "net/socket.hpp"

using namespace prevision;
using net::HostRules;

namespace {

/// Whether the rules let a connection to that address be made for the host.
bool allows(const HostRules& rules, const std::string& address, const std::string& host = "db.example.com") {
    const auto found = net::resolve(address, 80);
    try {
        rules.check(host, reinterpret_cast<const sockaddr&>(found.at(0).storage));
        return true;
    } catch (const Error& error) {
        CHECK(error.error_class() == ErrorClass::auth);
        CHECK(std::string(error.what()).find(host) != std::string::npos);
        return false;
    }
}

}  // namespace

TEST_CASE("without rules every address may be connected to") {
    CHECK(allows({}, "169.254.169.254"));
    CHECK(allows({}, "127.0.0.1"));
}

TEST_CASE("rules without patterns refuse link-local and metadata addresses, however they are written") {
    const HostRules rules(std::vector<std::string>{});
    for (const auto* address :
         {"169.254.169.254", "169.254.0.1", "169.254.255.255", "fe80::1", "febf:ffff::1",
          "::ffff:169.254.169.254", "::ffff:a9fe:a9fe", "::169.254.169.254", "64:ff9b::169.254.169.254",
          "2002:a9fe:a9fe::1", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "2852039166"}) {
        CAPTURE(address);
        CHECK_FALSE(allows(rules, address));
    }
    for (const auto* address : {"127.0.0.1", "::1", "10.0.0.1", "169.253.255.255", "169.255.0.0", "fec0::1",
                                "fe7f::1", "93.184.216.34", "2606:2800:220:1::1", "::ffff:10.0.0.1"}) {
        CAPTURE(address);
        CHECK(allows(rules, address));
    }
}

TEST_CASE("a link-local address is allowed by an address, a network or its word, and by no name") {
    CHECK(allows(HostRules({"169.254.7.7"}), "169.254.7.7"));
    CHECK_FALSE(allows(HostRules({"169.254.7.7"}), "169.254.7.8"));
    CHECK(allows(HostRules({"169.254.0.0/16"}), "169.254.7.8"));
    CHECK(allows(HostRules({"link-local"}), "fe80::1"));
    CHECK_FALSE(allows(HostRules({"*"}), "169.254.7.7"));
    CHECK_FALSE(allows(HostRules({"db.example.com"}), "169.254.7.7"));
}

TEST_CASE("with patterns only hosts that match one by name or by address are reached") {
    const HostRules rules({"*.example.com", "10.1.0.0/16", "fd00:1::/32"});
    CHECK(allows(rules, "93.184.216.34", "DB.Example.COM"));
    CHECK(allows(rules, "10.1.255.1", "other"));
    CHECK(allows(rules, "::ffff:10.1.2.3", "other"));
    CHECK(allows(rules, "fd00:1:2::3", "other"));
    CHECK_FALSE(allows(rules, "93.184.216.34", "example.com"));
    CHECK_FALSE(allows(rules, "93.184.216.34", "db.example.com.evil.net"));
    CHECK_FALSE(allows(rules, "10.2.0.1", "other"));
    CHECK_FALSE(allows(rules, "fd00:2::1", "other"));
}

TEST_CASE("a pattern with ! refuses, whatever else allows the host") {
    const HostRules rules({"!loopback", "!private", "!secret.example.com", "*"});
    CHECK(allows(rules, "93.184.216.34"));
    for (const auto* address : {"127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1",
                                "10.0.0.1", "172.31.0.1", "192.168.1.1", "fc00::1", "100.64.0.1"}) {
        CAPTURE(address);
        CHECK_FALSE(allows(rules, address));
    }
    CHECK(allows(rules, "172.32.0.1"));
    CHECK_FALSE(allows(rules, "93.184.216.34", "secret.example.com"));
    CHECK(allows(HostRules({"!private"}), "127.0.0.1"));
}

TEST_CASE("a proxy is asked for hosts that a pattern names, and for addresses that are allowed") {
    CHECK(HostRules().allows_by_name("any.example.com"));
    const HostRules none(std::vector<std::string>{});
    CHECK_FALSE(none.allows_by_name("any.example.com"));
    CHECK_FALSE(none.allows_by_name(""));
    CHECK(none.allows_by_name("93.184.216.34"));
    const HostRules rules({"*.example.com", "!secret.example.com", "10.1.0.0/16", "2001:db8::/32"});
    CHECK(rules.allows_by_name("S3.Example.COM"));
    CHECK(rules.allows_by_name("10.1.2.3"));
    CHECK(rules.allows_by_name("[2001:db8::1]"));
    for (const auto* host : {"secret.example.com", "example.com", "s3.example.com.evil.net", "10.2.0.1",
                             "169.254.169.254", "[2001:db9::1]", "[fe80::1%25eth0]"}) {
        CAPTURE(host);
        CHECK_FALSE(rules.allows_by_name(host));
    }
    const HostRules names({"*"});
    CHECK(names.allows_by_name("any.example.com"));
    for (const auto* host :
         {"169.254.169.254", "2852039166", "0xa9fea9fe", "169.254.43518", "0251.254.169.254", "[fe80::1]",
          "[fe80::1%25eth0]", "[::ffff:169.254.169.254]"}) {
        CAPTURE(host);
        CHECK_FALSE(names.allows_by_name(host));
    }
}

TEST_CASE("a pattern that is neither a name nor a network is a usage error") {
    for (const auto* pattern :
         {"", "!", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "1.2.3/8", "/8", "10.0.0.0/-1"}) {
        CAPTURE(pattern);
        try {
            const HostRules rules({pattern});
            FAIL("it was taken");
        } catch (const Error& error) {
            CHECK(error.error_class() == ErrorClass::usage);
        }
    }
}
