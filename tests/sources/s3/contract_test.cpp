// S3 keeps what every source of files promises.

#include <random>
#include <set>

#include <catch2/catch.hpp>

#include "contract/file_source_contract.hpp"
#include "sources/s3/fixture.hpp"
#include "support/cutting_proxy.hpp"
#include "support/s3_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

S3Server& server() {
    static S3Server instance;
    return instance;
}

class BucketFixture final : public FileSourceFixture {
  public:
    BucketFixture() { server().make_bucket("contract"); }

    [[nodiscard]] sources::Connection connection() const override {
        return s3_connection(server().url(), server().access_key(), server().secret_key());
    }
    [[nodiscard]] sources::Location location(const std::string& path) const override {
        return {.bucket = "contract", .path = path};
    }
    [[nodiscard]] std::string folder(const std::string& path) const override {
        return path.empty() ? "contract" : "contract/" + path;
    }
    void put(const std::string& path, const std::string& bytes) override {
        server().put("contract", path, bytes);
        keys().insert(path);
    }
    void clear() override {
        for (const auto& key : keys()) server().remove("contract", key);
        keys().clear();
    }
    [[nodiscard]] bool can_name(const std::string& /*name*/) const override { return true; }
    [[nodiscard]] std::string folder_entry(const std::string& name) const override { return name + "/"; }
    [[nodiscard]] bool has_folders() const override { return false; }
    [[nodiscard]] std::size_t most_memory() const override { return std::size_t{20} << 20U; }

  private:
    // A test case is run once for each of its sections.
    static std::set<std::string>& keys() {
        static std::set<std::string> put;
        return put;
    }
};

}  // namespace

TEST_CASE("S3 keeps the promises of every source of files") {
    BucketFixture fixture;
    check_file_source_contract(fixture);
}

TEST_CASE("an object of a real service whose connections are cut at random bytes comes whole") {
    const auto bytes = make_bytes((std::size_t{24} << 20U) + 12'345);
    server().make_bucket("cut");
    server().put("cut", "large.bin", bytes);
    std::mt19937_64 numbers(20'261'123);
    for (int round = 0; round < 5; ++round) {
        std::vector<std::uint64_t> cuts(6);
        for (auto& cut : cuts) cut = numbers() % (std::uint64_t{4} << 20U);
        CAPTURE(round, cuts);
        CuttingProxy proxy(server().port(), CuttingProxy::Kind::plain, cuts);
        const auto connection = s3_connection("http://127.0.0.1:" + std::to_string(proxy.port()),
                                              server().access_key(), server().secret_key());
        CHECK((read_file_whole(connection, {.bucket = "cut", .path = "large.bin"}).bytes == bytes));
        CHECK(proxy.cuts() > 0);
    }
}
