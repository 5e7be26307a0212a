#include "server/served.hpp"

#include <chrono>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/text.hpp"
#include "model/json.hpp"
#include "support/command.hpp"

namespace prevision::testing {

namespace {

/// The longest wait for anything that must happen.
constexpr std::chrono::seconds patience{30};

}  // namespace

rapidjson::Document CurlAnswer::json() const { return model::parse_json(body); }

std::string CurlAnswer::text(const std::string& member) const { return model::get_text(json(), member); }

std::string wait_for_url(const RunningProgram& process) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto err = process.err();
        // In the log as text, and as JSON.
        for (const auto& [sign, end] : {std::pair("serving on ", '\n'), std::pair("\"url\":\"", '"')}) {
            const auto found = err.find(sign);
            if (found == std::string::npos) continue;
            const auto rest = err.substr(found + std::string_view(sign).size());
            if (rest.find(end) != std::string::npos) return rest.substr(0, rest.find(end));
        }
        if (err.find("hint: ") != std::string::npos) throw std::runtime_error(err);
        std::this_thread::yield();
    }
    throw std::runtime_error("the program did not say where it serves");
}

void wait_until(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the condition did not come true in time");
        std::this_thread::yield();
    }
}

Served::Served(std::vector<std::string> arguments, Files files,
               const std::map<std::string, std::string>& environment) {
    admin_ = trim(ok({"serve", "token", "create", "boss", "-q"}));
    viewer_ = trim(ok({"serve", "token", "create", "guest", "--role", "viewer", "-q"}));
    arguments.insert(arguments.begin(), {"serve", "--listen", "127.0.0.1:0"});
    if (files == Files::all) arguments.insert(arguments.end(), {"--allow-files", "/"});
    process_ = start(arguments, environment);
    url_ = wait_for_url(*process_);
    port_ = std::stoi(url_.substr(url_.rfind(':') + 1));
    shell("sqlite3 " + database() +
          " \"CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, total DECIMAL(10,2));"
          " INSERT INTO orders VALUES (1, 'a', 1.5), (2, NULL, 2), (3, '', NULL);\"");
}

CurlAnswer Served::curl(const std::string& path, std::vector<std::string> arguments) const {
    const auto head = file("head").string();
    arguments.insert(arguments.begin(),
                     {"curl", "-s", "--max-time", "30", "-D", head, "-w", "\n%{http_code}"});
    arguments.push_back(url_ + path);
    const auto result = run_command(arguments);
    const auto line = result.output.rfind('\n');
    CurlAnswer answer;
    answer.status = std::stoi(result.output.substr(line + 1));
    answer.body = result.output.substr(0, line);
    if (answer.status != 0) answer.head = read_file(head, 1 << 20);
    return answer;
}

CurlAnswer Served::call(const std::string& method, const std::string& path, const std::string& body) const {
    std::vector<std::string> arguments{"-X", method, "-H", "Authorization: " + admin_};
    if (!body.empty()) {
        arguments.insert(arguments.end(), {"-H", "Content-Type: application/json", "--data-binary", body});
    }
    return curl("/ext/v1" + path, arguments);
}

ProgramResult Served::client(const std::vector<std::string>& arguments) const {
    return (*this)(arguments, {},
                   {{"PREVISION_URL", url_},
                    {"PREVISION_MASTER_TOKEN", admin_},
                    {"PREVISION_HOME", file("nobody").string()}});
}

std::string Served::project() const { return get("/projects").json()["items"][0]["_id"].GetString(); }

std::string Served::make_connector() const {
    return call("POST", "/projects/" + project() + "/connectors",
                R"({"type":"SQL","name":"shop","host":"sqlite://)" + database() + R"("})")
        .id();
}

std::string Served::make_datasource(const std::string& connector) const {
    return call("POST", "/projects/" + project() + "/data-sources",
                R"({"connector_id":")" + connector + R"(","name":"orders","table":"orders","path":null})")
        .id();
}

std::string Served::make_endless(const std::string& connector) const {
    return call("POST", "/projects/" + project() + "/data-sources",
                R"({"connector_id":")" + connector +
                    R"(","name":"endless","request":"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL )"
                    R"(SELECT i + 1 FROM n) SELECT i FROM n"})")
        .id();
}

std::string Served::wait_for_dataset(const std::string& id) const {
    std::string state;
    wait_until([&] {
        state = get("/datasets/" + id).text("copy_state");
        return state != "pending" && state != "running";
    });
    return state;
}

RawClient::RawClient(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
}

void RawClient::send(const std::string& bytes) const {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const auto count = ::send(socket_.get(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return;
        sent += static_cast<std::size_t>(count);
    }
}

std::string RawClient::read_until(const std::string& end) const {
    std::string text;
    std::string buffer(1 << 16, '\0');
    while (end.empty() || text.find(end) == std::string::npos) {
        const auto count = ::recv(socket_.get(), buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        text.append(buffer, 0, static_cast<std::size_t>(count));
    }
    return text;
}

}  // namespace prevision::testing
