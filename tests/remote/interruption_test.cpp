#include <atomic>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <rapidjson/document.h>
#include <signal.h>

#include "remote/remote_fixture.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

void wait_until(const std::function<bool()>& condition) {
    while (!condition()) std::this_thread::sleep_for(std::chrono::milliseconds(2));
}

}  // namespace

TEST_CASE("Ctrl-C and SIGTERM end a call that hangs at once, and leave nothing behind") {
    std::atomic<int> arrived = 0;
    const RawServer server([&](RawConnection& client) {
        client.read_head();
        ++arrived;
        client.wait_until_closed();
    });
    const RemoteProgram prevision(server.url());
    struct Row {
        int signal;
        int exit_code;
    };
    for (const auto& row : {Row{SIGINT, 130}, Row{SIGTERM, 143}}) {
        arrived = 0;
        const auto program = prevision.start({"connector", "list"});
        wait_until([&] { return arrived > 0; });
        ProgramResult result;
        const double seconds = seconds_of([&] {
            program->signal(row.signal);
            result = program->wait();
        });
        CHECK(result.exit_code == row.exit_code);
        CHECK(seconds < 4);
        CHECK(result.out.empty());
        CHECK(count_lines(result.err, "") == 1);
    }
}

TEST_CASE("Ctrl-C ends a list whose pages hang") {
    std::atomic<int> hanging = 0;
    std::atomic<bool> stop{false};
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        const int page = page_number(request.target);
        if (page > 3) {
            ++hanging;
            while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return {.body = page_of_connectors(page * 2, page * 2 + 2, 1000, 2, page)};
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"connector", "list"});
    wait_until([&] { return hanging >= 4; });
    ProgramResult result;
    const double seconds = seconds_of([&] {
        program->signal(SIGINT);
        result = program->wait();
    });
    stop = true;
    CHECK(result.exit_code == 130);
    CHECK(seconds < 4);
}

TEST_CASE("Ctrl-C ends the wait before a retry") {
    std::atomic<int> arrived = 0;
    const HttpServer server([&](const HttpRequest&) -> HttpAnswer {
        ++arrived;
        return {.status = 503, .headers = {{"Retry-After", "50"}}};
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"connector", "show", "00000000000000000000000c"});
    wait_until([&] { return arrived > 0; });
    program->signal(SIGINT);
    CHECK(program->wait().exit_code == 130);
    CHECK(arrived == 1);
}

TEST_CASE("an interrupted apply tells what it made, and the same file makes the rest") {
    std::atomic<int> posts = 0;
    std::atomic<bool> stop{false};
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "GET") return {.body = empty_page};
        if (++posts == 2) {
            while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return {.body = R"({"_id":"00000000000000000000000c","name":"a"})"};
    });
    const RemoteProgram prevision(server.url());
    std::ofstream(prevision.file("x.yaml"))
        << "connectors: [{name: a, type: FTP, host: h}, {name: b, type: FTP, host: h}, {name: c, type: FTP, "
           "host: h}]";
    const auto program = prevision.start({"apply", prevision.file("x.yaml").string(), "-o", "csv"});
    wait_until([&] { return posts == 2; });
    program->signal(SIGTERM);
    const auto result = program->wait();
    stop = true;
    CHECK(result.exit_code == 143);
    CHECK(result.out == "change,kind,name,fields,result\r\ncreate,connector,a,,done\r\n");
    CHECK(posts == 2);
}

TEST_CASE("an interrupted snapshot on a remote platform is deleted there") {
    const std::string dataset =
        R"({"_id":"00000000000000000000000d","name":"d","copy_state":"running","describe_state":"pending",)"
        R"("drift_state":"pending"})";
    std::atomic<int> polls = 0;
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "DELETE") return {.status = 204};
        if (request.target.find("/data-sources/") != std::string::npos)
            return {.body = R"({"_id":"00000000000000000000000e","name":"orders"})"};
        if (request.method == "GET") ++polls;
        return {.body = dataset};
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"dataset", "create", "--datasource", "00000000000000000000000e"});
    wait_until([&] { return polls > 0; });
    program->signal(SIGINT);
    CHECK(program->wait().exit_code == 130);
    int deletes = 0;
    int posts = 0;
    for (const auto& request : server.requests()) {
        posts += request.method == "POST" ? 1 : 0;
        if (request.method != "DELETE") continue;
        ++deletes;
        CHECK(request.target == "/ext/v1/datasets/00000000000000000000000d");
        CHECK(request.header("Authorization") == token);
    }
    CHECK(posts == 1);
    CHECK(deletes == 1);
}

TEST_CASE("a snapshot that was started but not answered when Ctrl-C came is found and deleted") {
    std::atomic<bool> started{false};
    std::atomic<bool> stop{false};
    std::string name;
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "DELETE") return {.status = 204};
        if (request.target.find("/data-sources/") != std::string::npos)
            return {.body = R"({"_id":"00000000000000000000000e","name":"orders"})"};
        if (request.method == "POST") {
            rapidjson::Document body;
            name = body.Parse(request.body)["name"].GetString();
            started = true;
            while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(5));
            return {.status = 500};
        }
        const auto dataset = [&](const std::string& id, const std::string& datasource,
                                 const std::string& state) {
            return fmt::format(R"({{"_id":"{}","name":"{}","datasource_id":"{}","copy_state":"{}",)"
                               R"("describe_state":"done","drift_state":"done"}})",
                               id, name, datasource, state);
        };
        return {.body =
                    fmt::format(R"({{"items":[{},{},{}],"metaData":{{"totalItems":3,"rowsPerPage":100}}}})",
                                dataset("00000000000000000000000a", "00000000000000000000000f", "running"),
                                dataset("00000000000000000000000b", "00000000000000000000000e", "done"),
                                dataset("00000000000000000000000d", "00000000000000000000000e", "running"))};
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"dataset", "create", "--datasource", "00000000000000000000000e"});
    wait_until([&] { return started.load(); });
    program->signal(SIGINT);
    CHECK(program->wait().exit_code == 130);
    stop = true;
    std::vector<std::string> deleted;
    for (const auto& request : server.requests()) {
        if (request.method == "DELETE") deleted.push_back(request.target);
    }
    CHECK(deleted == std::vector<std::string>{"/ext/v1/datasets/00000000000000000000000d"});
}

TEST_CASE("a platform that is gone when an interrupted snapshot is to be deleted changes no exit code") {
    std::atomic<int> polls = 0;
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        if (request.method == "DELETE") return {.status = 403, .body = R"({"message":"Forbidden"})"};
        if (request.target.find("/data-sources/") != std::string::npos)
            return {.body = R"({"_id":"00000000000000000000000e","name":"orders"})"};
        if (request.method == "GET") ++polls;
        return {.body = R"({"_id":"00000000000000000000000d","name":"d","copy_state":"running"})"};
    });
    const RemoteProgram prevision(server.url());
    const auto program = prevision.start({"dataset", "create", "--datasource", "00000000000000000000000e"});
    wait_until([&] { return polls > 0; });
    program->signal(SIGTERM);
    const auto result = program->wait();
    CHECK(result.exit_code == 143);
    CHECK(result.err.find("warning: cannot delete the unfinished snapshot 'd'") != std::string::npos);
}

TEST_CASE("an interrupted download leaves no file") {
    std::atomic<bool> begun{false};
    const RawServer server([&](RawConnection& client) {
        for (auto head = client.read_head(); !head.empty(); head = client.read_head()) {
            if (head.find("/download") == std::string::npos) {
                client.send(http_answer("200 OK", R"({"_id":"00000000000000000000000d","name":"d"})"));
                continue;
            }
            client.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\nhalf");
            begun = true;
            client.wait_until_closed();
        }
    });
    const RemoteProgram prevision(server.url());
    const auto folder = prevision.file("downloads");
    std::filesystem::create_directory(folder);
    for (const auto& [signal, exit_code] : {std::pair{SIGINT, 130}, {SIGTERM, 143}}) {
        begun = false;
        const auto program = prevision.start(
            {"dataset", "download", "00000000000000000000000d", "--to", (folder / "out.csv").string()});
        wait_until([&] { return begun.load(); });
        program->signal(signal);
        CHECK(program->wait().exit_code == exit_code);
        CHECK(std::filesystem::is_empty(folder));
    }
}
