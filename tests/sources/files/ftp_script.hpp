#pragma once

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/secret.hpp"
#include "sources/source.hpp"
#include "support/raw_server.hpp"

namespace prevision::testing {

inline sources::Connection connection_to(const std::string& type, int port) {
    sources::Connection connection;
    connection.type = type;
    connection.host = "127.0.0.1";
    connection.port = port;
    connection.username = "tester";
    connection.password = Secret("s3cret word");
    if (type == "FTP") connection.options["tls"] = "disable";
    connection.connect_timeout = std::chrono::milliseconds(2'000);
    return connection;
}

/// Answers commands as a small FTP server does, until the script takes over.
class FtpScript {
  public:
    explicit FtpScript(RawConnection& connection) : connection_(connection) { say("220 ready"); }

    void say(const std::string& line) { connection_.send(line + "\r\n"); }

    /// Answers so when that folder is to be entered.
    void refuse_folder(std::string folder, std::string reply) {
        refused_ = std::move(folder);
        refusal_ = std::move(reply);
    }

    /// The next command, after the usual ones were answered; empty at the end.
    std::string next() {
        for (;;) {
            auto command = connection_.read_until("\r\n");
            if (command.empty()) return {};
            command.resize(command.size() - std::min<std::size_t>(2, command.size()));
            const auto verb = command.substr(0, command.find(' '));
            if (verb == "USER") {
                say("331 password, please");
            } else if (verb == "PASS") {
                say("230 welcome");
            } else if (verb == "PWD") {
                say("257 \"/\"");
            } else if (!refused_.empty() && command == "CWD " + refused_) {
                say(refusal_);
            } else if (verb == "TYPE" || verb == "OPTS" || verb == "CWD") {
                say("200 fine");
            } else {
                return command;
            }
        }
    }

  private:
    RawConnection& connection_;
    std::string refused_;
    std::string refusal_;
};

/// An FTP server whose data are what a script says.
class FtpServer {
  public:
    explicit FtpServer(std::function<std::string(const std::string& command)> answer,
                       RawServer::Script data = {})
        : data_(data ? std::move(data) : [](RawConnection&) {}),
          control_([this, answer = std::move(answer)](RawConnection& connection) {
              FtpScript script(connection);
              script.refuse_folder(refused_, refusal_);
              for (auto command = script.next(); !command.empty(); command = script.next()) {
                  if (command == "EPSV") {
                      answer(command);
                      script.say(fmt::format("229 fine (|||{}|)", data_.port()));
                  } else {
                      script.say(answer(command));
                  }
              }
          }) {}
    [[nodiscard]] int port() const { return control_.port(); }

    /// Before the first client.
    void refuse_folder(std::string folder, std::string reply) {
        refused_ = std::move(folder);
        refusal_ = std::move(reply);
    }

  private:
    std::string refused_;
    std::string refusal_;
    RawServer data_;
    RawServer control_;
};

}  // namespace prevision::testing
