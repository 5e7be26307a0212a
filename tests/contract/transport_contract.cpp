#include "contract/transport_contract.hpp"

#include <stdexcept>
#include <string>
#include <thread>

#include <arpa/inet.h>
#include <catch2/catch.hpp>
#include <netinet/in.h>
#include <sys/socket.h>

#include "core/file.hpp"
#include "model/json.hpp"
#include "sqlite/sqlite.hpp"
#include "support/temporary_directory.hpp"

namespace prevision::testing {

namespace {

using transport::Response;
using transport::Transport;

struct SinkIsFull : std::runtime_error {
    SinkIsFull() : std::runtime_error("full") {}
};

/// Takes a number of bytes, then throws.
class SmallSink final : public ByteSink {
  public:
    explicit SmallSink(std::size_t capacity) : left_(capacity) {}
    void write(std::string_view chunk) override {
        if (chunk.size() > left_) throw SinkIsFull();
        left_ -= chunk.size();
    }

  private:
    std::size_t left_;
};

/// A port where connections are taken and nothing is ever said.
class SilentServer {
  public:
    SilentServer() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        REQUIRE(::bind(listener_.get(), reinterpret_cast<sockaddr*>(&address), size) == 0);
        REQUIRE(::listen(listener_.get(), 8) == 0);
        REQUIRE(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address), &size) == 0);
        port_ = ntohs(address.sin_port);
    }

    /// Waits for a caller, and keeps it waiting.
    FileDescriptor accept() { return FileDescriptor(::accept(listener_.get(), nullptr, nullptr)); }
    [[nodiscard]] int port() const { return port_; }

  private:
    FileDescriptor listener_;
    int port_ = 0;
};

Response send(Transport& transport, const std::string& method, const std::string& path,
              const std::string& body = {}) {
    return transport.send({.method = method, .path = path, .headers = {}, .body = body});
}

std::string id_of(const Response& response) {
    INFO(response.body);
    REQUIRE(response.status == 200);
    return model::get_text(model::parse_json(response.body), "_id");
}

std::string message_of(const Response& response) {
    return model::get_text(model::parse_json(response.body), "message");
}

std::string first_project(Transport& transport) {
    const auto list = model::parse_json(send(transport, "GET", "/projects").body);
    return model::get_text(list["items"][0], "_id");
}

std::string create_connector(Transport& transport, const std::string& fields) {
    return id_of(send(transport, "POST", "/projects/" + first_project(transport) + "/connectors",
                      R"({"type": "SQL", "name": "contract", )" + fields + "}"));
}

/// A datasource of many rows in a SQLite file, and the CSV that it is.
struct LargeDatasource {
    explicit LargeDatasource(Transport& transport, const std::string& table = "t") {
        sqlite::Database database(folder / "large.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
        database.execute(
            "CREATE TABLE t (n INTEGER); WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c "
            "WHERE n < 300000) INSERT INTO t SELECT n FROM c");
        const auto connector = create_connector(
            transport, R"("engine": "sqlite", "host": ")" + (folder / "large.db").string() + R"(")");
        const auto datasource = id_of(send(
            transport, "POST", "/projects/" + first_project(transport) + "/data-sources",
            R"({"connector_id": ")" + connector + R"(", "name": "contract", "table": ")" + table + R"("})"));
        content_path = "/data-sources/" + datasource + "/content";
    }

    [[nodiscard]] static std::string content() {
        std::string text = "n\r\n";
        for (int i = 1; i <= 300000; ++i) text += std::to_string(i) + "\r\n";
        return text;
    }

    TemporaryDirectory folder;
    std::string content_path;
};

void check_answers(Transport& transport) {
    SECTION("an answer has its status, its headers and its body") {
        const auto version = send(transport, "GET", "/version");
        CHECK(version.status == 200);
        CHECK_THAT(transport::find_header(version.headers, "content-type").value_or(""),
                   Catch::StartsWith("application/json"));
        CHECK(model::get_text(model::parse_json(version.body), "name") == "prevision");
        CHECK_FALSE(transport.description().empty());
    }
    SECTION("an answer that says no is an answer") {
        const auto missing = send(transport, "GET", "/projects/nothing");
        CHECK(missing.status == 404);
        CHECK(message_of(missing) == "there is no project nothing");
        CHECK(send(transport, "GET", "/nothing").status == 404);
        const auto refused = send(transport, "PUT", "/projects", "{}");
        CHECK(refused.status == 405);
        CHECK(transport::find_header(refused.headers, "allow") == "GET, POST");
        CHECK(send(transport, "POST", "/projects", "no JSON").status == 400);
    }
    SECTION("HEAD answers as GET does, without the body") {
        const auto version = send(transport, "HEAD", "/version");
        CHECK(version.status == 200);
        CHECK(version.body.empty());
        CHECK(transport::find_header(version.headers, "content-type"));
        const auto missing = send(transport, "HEAD", "/projects/nothing");
        CHECK(missing.status == 404);
        CHECK(missing.body.empty());
    }
    SECTION("creating answers 200, deleting 204 without a body or 200 with one") {
        const auto project = send(transport, "POST", "/projects/", R"({"name": "contract"})");
        CHECK(project.status == 200);
        const auto deleted = send(transport, "DELETE", "/projects/" + id_of(project));
        CHECK(deleted.status == 204);
        CHECK(deleted.body.empty());
        const auto connector = create_connector(transport, R"("engine": "sqlite", "host": "/nowhere.db")");
        CHECK(send(transport, "PATCH", "/connectors/" + connector, R"({"name": "new"})").status == 200);
        CHECK(id_of(send(transport, "DELETE", "/connectors/" + connector)) == connector);
    }
    SECTION("a path and its query arrive as they were sent") {
        CHECK(message_of(send(transport, "GET", "/projects/a%2Fb%20c%25%C3%A9")) ==
              "there is no project a/b c%é");
        CHECK(message_of(send(transport, "GET", "/projects/..%2fx")) == "there is no project ../x");
        const auto list = model::parse_json(send(transport, "GET", "/projects/?page=1&rowsPerPage=1").body);
        CHECK(list["metaData"]["rowsPerPage"].GetInt() == 1);
        CHECK(list["items"].Size() == 1);
    }
    SECTION("a body arrives byte for byte, and its answer comes back so") {
        std::string description;
        for (int i = 0; i < 100000; ++i) description += "é€😀\\u0000\\\"\\n";
        const auto created = send(transport, "POST", "/projects",
                                  R"({"name": "contract", "description": ")" + description + R"("})");
        const auto id = id_of(created);
        const auto shown = model::parse_json(send(transport, "GET", "/projects/" + id).body);
        const auto expected = model::parse_json("{\"d\": \"" + description + "\"}");
        CHECK((model::get_text(shown, "description") == model::get_text(expected, "d")));
        CHECK(send(transport, "DELETE", "/projects/" + id).status == 204);
    }
}

void check_sinks(Transport& transport) {
    SECTION("a sink takes the body of an answer that says yes, and of no other") {
        StringSink sink;
        const auto version =
            transport.send({.method = "GET", .path = "/version", .headers = {}, .body = {}, .sink = &sink});
        CHECK(version.status == 200);
        CHECK(version.body.empty());
        CHECK(sink.text == send(transport, "GET", "/version").body);
        StringSink unused;
        const auto missing =
            transport.send({.method = "GET", .path = "/nothing", .headers = {}, .body = {}, .sink = &unused});
        CHECK(missing.status == 404);
        CHECK(unused.text.empty());
        CHECK_FALSE(message_of(missing).empty());
    }
    SECTION("a large body streams whole, to a sink or into memory") {
        const LargeDatasource large(transport);
        StringSink sink;
        const auto streamed = transport.send(
            {.method = "GET", .path = large.content_path, .headers = {}, .body = {}, .sink = &sink});
        CHECK(streamed.status == 200);
        CHECK(streamed.body.empty());
        CHECK_THAT(transport::find_header(streamed.headers, "Content-Type").value_or(""),
                   Catch::StartsWith("text/csv"));
        CHECK((sink.text == LargeDatasource::content()));
        CHECK((send(transport, "GET", large.content_path).body == LargeDatasource::content()));
    }
    SECTION("a stream that fails before its first byte is an answer with a status") {
        const LargeDatasource large(transport, "not there");
        StringSink sink;
        const auto failed = transport.send(
            {.method = "GET", .path = large.content_path, .headers = {}, .body = {}, .sink = &sink});
        CHECK(failed.status == 404);
        CHECK_THAT(message_of(failed), Catch::Contains("not there"));
        CHECK(sink.text.empty());
    }
    SECTION("what a sink throws ends the call, and the next one works") {
        const LargeDatasource large(transport);
        for (const std::size_t capacity : {0U, 100'000U}) {
            SmallSink sink(capacity);
            CHECK_THROWS_AS(
                transport.send(
                    {.method = "GET", .path = large.content_path, .headers = {}, .body = {}, .sink = &sink}),
                SinkIsFull);
            CHECK(send(transport, "GET", "/version").status == 200);
        }
    }
}

void check_giving_up(Transport& transport) {
    SECTION("a call that was cancelled before is not made") {
        for (const auto reason : {ErrorClass::interrupted, ErrorClass::terminated}) {
            Cancellation cancellation;
            cancellation.cancel(reason);
            try {
                transport.send({.method = "POST",
                                .path = "/projects",
                                .headers = {},
                                .body = R"({"name": "cancelled"})",
                                .cancellation = &cancellation});
                FAIL("no error");
            } catch (const Error& error) {
                CHECK(error.error_class() == reason);
            }
        }
        CHECK_THAT(send(transport, "GET", "/projects").body, !Catch::Contains("cancelled"));
    }
    SECTION("a call that waits ends when it is cancelled") {
        SilentServer server;
        const auto connector = create_connector(
            transport, R"("engine": "mysql", "host": "127.0.0.1", "port": )" + std::to_string(server.port()));
        Cancellation cancellation;
        FileDescriptor waiting;
        std::thread canceller([&] {
            waiting = server.accept();
            cancellation.cancel(ErrorClass::terminated);
        });
        try {
            const auto response = transport.send({.method = "POST",
                                                  .path = "/connectors/" + connector + "/test",
                                                  .headers = {},
                                                  .body = {},
                                                  .cancellation = &cancellation});
            canceller.join();
            FAIL("answered " << response.status << ": " << response.body);
        } catch (const Error& error) {
            canceller.join();
            CHECK(error.error_class() == ErrorClass::terminated);
        }
        CHECK(send(transport, "GET", "/version").status == 200);
    }
    SECTION("a call that takes too long ends, and may have arrived") {
        const SilentServer server;
        const auto connector = create_connector(
            transport, R"("engine": "mysql", "host": "127.0.0.1", "port": )" + std::to_string(server.port()));
        try {
            transport.send({.method = "POST",
                            .path = "/connectors/" + connector + "/test",
                            .headers = {},
                            .body = {},
                            .timeout = std::chrono::milliseconds(100)});
            FAIL("no error");
        } catch (const transport::TransportError& error) {
            CHECK(error.error_class() == ErrorClass::unreachable);
            CHECK(error.may_have_arrived());
        }
        CHECK(send(transport, "GET", "/version").status == 200);
    }
}

}  // namespace

void check_transport(Transport& transport) {
    check_answers(transport);
    check_sinks(transport);
    check_giving_up(transport);
}

}  // namespace prevision::testing
