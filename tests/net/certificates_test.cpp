#include "net/certificates.hpp"

#include <fstream>

#include <catch2/catch.hpp>

#include "support/temporary_directory.hpp"

using prevision::net::system_certificates;

TEST_CASE("the machine's certificates are where its distribution keeps them") {
    for (const std::string place : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                                    "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
        const prevision::testing::TemporaryDirectory root;
        const auto file = root.path().string() + place;
        std::filesystem::create_directories(std::filesystem::path(file).parent_path());
        std::ofstream(file) << "certificates";
        CHECK(system_certificates(root.path().string()) == file);
    }
}

TEST_CASE("without certificates, Debian's place is named") {
    const prevision::testing::TemporaryDirectory root;
    CHECK(system_certificates(root.path().string()) ==
          root.path().string() + "/etc/ssl/certs/ca-certificates.crt");
}
