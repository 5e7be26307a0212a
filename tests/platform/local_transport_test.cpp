#include <atomic>
#include <thread>

#include <catch2/catch.hpp>

#include "contract/transport_contract.hpp"
#include "platform/fixture.hpp"

using namespace prevision;

namespace {

class TextSource final : public transport::BodySource {
  public:
    std::size_t read(std::span<char> /*buffer*/) override { return 0; }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return 0; }
    void rewind() override {}
};

}  // namespace

TEST_CASE("the local transport keeps the transports' contract") {
    const testing::TemporaryDirectory folder;
    platform::Platform platform({.home = folder / "home", .vault_key_file = {}});
    const auto transport = platform::make_local_transport(platform);
    CHECK(transport->description() == "the embedded platform");
    testing::check_transport(*transport);
}

TEST_CASE("the local transport hands on an upload, which must be a form") {
    testing::Fixture fixture;
    TextSource source;
    const auto response = platform::make_local_transport(fixture.platform())
                              ->send({.method = "POST",
                                      .path = fixture.in_project("/datasets/file"),
                                      .headers = {},
                                      .body = {},
                                      .upload = &source});
    CHECK(response.status == 400);
    CHECK_THAT(response.body, Catch::Contains("is not multipart/form-data"));
}

TEST_CASE("the local transport may be used from many threads, each with its own") {
    testing::Fixture fixture;
    std::vector<std::thread> threads;
    threads.reserve(8);
    std::atomic<int> created{0};
    for (int i = 0; i < 8; ++i) {
        threads.emplace_back([&] {
            const auto transport = platform::make_local_transport(fixture.platform());
            for (int j = 0; j < 20; ++j) {
                const auto response = transport->send(
                    {.method = "POST", .path = "/projects", .headers = {}, .body = R"({"name": "p"})"});
                created += response.status == 200 ? 1 : 0;
            }
        });
    }
    for (auto& thread : threads) thread.join();
    CHECK(created == 160);
    CHECK(fixture.get("/projects").json["metaData"]["totalItems"].GetInt() == 161);
}
