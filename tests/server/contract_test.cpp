#include <catch2/catch.hpp>

#include "contract/transport_contract.hpp"
#include "server/served.hpp"
#include "transport/http_transport.hpp"

using namespace prevision;

TEST_CASE("the HTTP transport to a served platform keeps the contract of transports") {
    const testing::Served served;
    const auto transport =
        transport::make_http_transport({.url = served.url(),
                                        .token = Secret(served.admin()),
                                        .user_agent = "test",
                                        .environment = Environment(std::map<std::string, std::string>())});
    testing::check_transport(*transport);
}

TEST_CASE("the program works against a served platform as it does without one") {
    const testing::Served served;
    const auto ok = [&](const std::vector<std::string>& arguments) {
        const auto result = served.client(arguments);
        INFO(result.err);
        REQUIRE(result.exit_code == 0);
        return result.out;
    };
    ok({"connector", "create", "shop", "--host", "sqlite://" + served.database()});
    ok({"connector", "test", "shop"});
    ok({"datasource", "create", "orders", "--connector", "shop", "--table", "orders"});
    CHECK(ok({"datasource", "preview", "orders", "-n", "1", "-o", "csv"}) == "id,name,total\r\n1,a,1.5\r\n");
    CHECK(ok({"datasource", "cat", "orders"}) == "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
    ok({"dataset", "create", "today", "--datasource", "orders"});
    CHECK(ok({"dataset", "list", "-o", "csv", "--columns", "name,state,rows,bytes"}) ==
          "name,state,rows,bytes\r\ntoday,done,3,37\r\n");
    CHECK(ok({"dataset", "download", "today", "--to", "-"}) ==
          "id,name,total\r\n1,a,1.5\r\n2,,2\r\n3,\"\",\r\n");
    ok({"dataset", "verify", "today"});
    CHECK(served.client({"connector", "delete", "shop", "--yes"}).exit_code == 6);
    CHECK(served.client({"connector", "show", "nobody"}).exit_code == 3);
    ok({"dataset", "delete", "today", "--yes"});
    // What was made there is there, for whoever uses the home itself.
    CHECK(served.ok({"connector", "list", "-o", "csv", "--no-header", "--columns", "name"}) == "shop\r\n");
}

TEST_CASE("a wrong token ends the program with the code for that") {
    const testing::Served served;
    const auto result = served({"connector", "list"}, {},
                               {{"PREVISION_URL", served.url()}, {"PREVISION_MASTER_TOKEN", "prv_wrong"}});
    CHECK(result.exit_code == 4);
    CHECK(result.err.find("prv_wrong") == std::string::npos);
}
