#include "model/codec.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "model/json.hpp"

using namespace prevision;
using namespace prevision::model;

TEST_CASE("a connector is sent with the fields that the platform's clients send") {
    Connector connector;
    connector.type = "SQL";
    connector.name = "my_sql_connector";
    connector.host = "https://myserver.com";
    connector.port = 3306;
    connector.username = "username";
    connector.secrets["password"] = Secret(std::string("pass\"word"));
    CHECK(encode_request(connector) ==
          R"({"type":"SQL","name":"my_sql_connector","host":"https://myserver.com","port":3306,)"
          R"("username":"username","password":"pass\"word"})");
}

TEST_CASE("a GCP connector is sent with its credentials as an object") {
    Connector connector;
    connector.type = "GCP";
    connector.name = "cloud";
    connector.secret_objects["googleCredentials"] =
        Secret(std::string(R"({"type": "service_account", "n": 1})"));
    CHECK(encode_request(connector) ==
          R"({"type":"GCP","name":"cloud","googleCredentials":{"type":"service_account","n":1}})");
}

TEST_CASE("no answer holds a secret") {
    Connector connector;
    connector.id = "0123456789abcdef01234567";
    connector.type = "SQL";
    connector.secrets["password"] = Secret(std::string("hunter2"));
    connector.secret_objects["googleCredentials"] = Secret(std::string(R"({"private_key":"hunter2"})"));
    const auto answer = encode_answer(connector);
    CHECK(answer.find("hunter2") == std::string::npos);
    CHECK(answer.find("password") == std::string::npos);
    CHECK(answer.find("googleCredentials") == std::string::npos);
}

TEST_CASE("what is sent is read back the same") {
    const auto body =
        R"({"type":"SQL","name":"n","host":"h","port":"3306","username":"u","password":"p","engine":"mysql","x":[1]})";
    const auto connector = decode_connector(body);
    CHECK(connector.port == 3306);
    CHECK(connector.secrets.at("password").reveal() == "p");
    CHECK(connector.options.at("engine") == "mysql");
    CHECK(
        encode_request(connector) ==
        R"({"type":"SQL","name":"n","host":"h","port":3306,"username":"u","password":"p","engine":"mysql"})");
}

TEST_CASE("a port that cannot be stays out of range") {
    CHECK(decode_connector(R"({"port":99999999999})").port == 65536);
    CHECK(decode_connector(R"({"port":"-5"})").port == -1);
    CHECK(decode_connector(R"({"port":0})").port == 0);
    CHECK_FALSE(decode_connector(R"({"port":""})").port);
}

TEST_CASE("an object is kept with the fields that nobody knows") {
    const auto dataset = decode_dataset(R"({"_id":"a","copy_state":"done","later":{"b":1.5}})");
    CHECK(dataset.document == R"({"_id":"a","copy_state":"done","later":{"b":1.5}})");
}

TEST_CASE("an object is kept as it was spelled") {
    const auto* const text =
        R"({"_id": "a", "n": 12345678901234567890123, "m": 1.10, "n": 2, "s": "\u00e9"})";
    CHECK(decode_project(text).document == text);
    CHECK_THROWS_AS(decode_project("[]"), Error);
}

TEST_CASE("a datasource sends null for what is not set") {
    Datasource datasource;
    datasource.connector_id = "c";
    datasource.name = "my_sql_datasource";
    datasource.database = "my_db";
    datasource.table = "table1";
    CHECK(encode_request(datasource) ==
          R"({"connector_id":"c","name":"my_sql_datasource","path":null,"database":"my_db","table":"table1",)"
          R"("bucket":null,"request":null,"g_cloud":null})");
}

TEST_CASE("a dataset is done when all three states are, and failed when one is") {
    const auto state = [](const std::string& copy, const std::string& describe, const std::string& drift) {
        Dataset dataset;
        dataset.copy_state = copy;
        dataset.describe_state = describe;
        dataset.drift_state = drift;
        return dataset;
    };
    CHECK(state("done", "done", "done").done());
    CHECK_FALSE(state("done", "done", "running").done());
    CHECK_FALSE(state("done", "done", "running").failed());
    CHECK(state("done", "failed", "pending").failed());
}

TEST_CASE("a failure's message is a text, a list of texts, or told by another field") {
    CHECK(decode_failure(R"({"status":404,"message":"ConnectorNotFound"})").message == "ConnectorNotFound");
    CHECK(decode_failure(R"({"message":["name is empty","port is no number"]})").message ==
          "name is empty; port is no number");
    CHECK(decode_failure(R"({"error":"Bad Request"})").message == "Bad Request");
    for (const auto* text : {"", "<html>502</html>", "[]", "null"}) {
        CAPTURE(text);
        CHECK(decode_failure(text).message.empty());
    }
}

TEST_CASE("a sample keeps null apart from an empty text") {
    const auto sample =
        decode_sample(R"({"columns":[{"name":"a"},{"name":"b"}],"rows":[[null,""],[1,"x"]]})");
    CHECK(sample.columns == std::vector<std::string>{"a", "b"});
    REQUIRE(sample.rows.size() == 2);
    CHECK_FALSE(sample.rows[0][0]);
    CHECK(sample.rows[0][1] == "");
    CHECK(sample.rows[1][0] == "1");
    CHECK(decode_sample(encode_answer(sample)).rows == sample.rows);
}

TEST_CASE("a sample's numbers keep their digits, and its rows have a cell for each column") {
    const auto sample = decode_sample(
        R"({"columns":["a","b"],"rows":[[12345678901234567890123,1.10],[true],["x",{"y":1.0},3],false,[]]})");
    using Row = std::vector<std::optional<std::string>>;
    CHECK(sample.rows == std::vector<Row>{{"12345678901234567890123", "1.10"},
                                          {"true", std::nullopt},
                                          {"x", R"({"y":1.0})"},
                                          {std::nullopt, std::nullopt},
                                          {std::nullopt, std::nullopt}});
    CHECK(sample.documents == std::vector<std::string>{R"({"a":12345678901234567890123,"b":1.10})",
                                                       R"({"a":true,"b":null})", R"({"a":"x","b":{"y":1.0}})",
                                                       R"({"a":null,"b":null})", R"({"a":null,"b":null})"});
    CHECK(decode_sample(R"({"columns":[{"name":"a"}]})").rows.empty());
}
