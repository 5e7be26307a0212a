#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <rapidjson/document.h>

#include "core/file.hpp"
#include "support/program.hpp"

namespace prevision::testing {

/// What curl got.
struct CurlAnswer {
    int status = 0;  ///< 0 where there was none
    std::string body;
    std::string head;

    [[nodiscard]] rapidjson::Document json() const;
    [[nodiscard]] std::string text(const std::string& member) const;
    [[nodiscard]] std::string id() const { return text("_id"); }
};

/// A home with `prevision serve` on a free port, a token of each role, and a SQLite file of three rows.
class Served : public Prevision {
  public:
    /// Which files its connectors may open.
    enum class Files { all, as_the_arguments_say };

    /// `environment` is added to that of the server.
    explicit Served(std::vector<std::string> arguments = {}, Files files = Files::all,
                    const std::map<std::string, std::string>& environment = {});

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& admin() const { return admin_; }
    [[nodiscard]] const std::string& viewer() const { return viewer_; }
    [[nodiscard]] RunningProgram& process() { return *process_; }
    [[nodiscard]] std::string database() const { return file("shop.db").string(); }

    /// Runs curl on a path with arguments of its own.
    [[nodiscard]] CurlAnswer curl(const std::string& path, std::vector<std::string> arguments = {}) const;

    /// A call below /ext/v1 with the admin's token.
    CurlAnswer call(const std::string& method, const std::string& path, const std::string& body = {}) const;
    [[nodiscard]] CurlAnswer get(const std::string& path) const { return call("GET", path); }

    /// Runs the program itself against the server.
    [[nodiscard]] ProgramResult client(const std::vector<std::string>& arguments) const;

    [[nodiscard]] std::string project() const;
    /// The ids of a connector to the SQLite file, of a datasource of its table, and of one without an end.
    [[nodiscard]] std::string make_connector() const;
    [[nodiscard]] std::string make_datasource(const std::string& connector) const;
    [[nodiscard]] std::string make_endless(const std::string& connector) const;
    /// Asks until the dataset is done or failed, and tells which.
    [[nodiscard]] std::string wait_for_dataset(const std::string& id) const;

  private:
    std::unique_ptr<RunningProgram> process_;
    std::string url_;
    std::string admin_;
    std::string viewer_;
    int port_ = 0;
};

/// A connection whose bytes the test writes itself.
class RawClient {
  public:
    explicit RawClient(int port);
    void send(const std::string& bytes) const;

    /// All up to and with `end`, or to the end of the connection.
    [[nodiscard]] std::string read_until(const std::string& end) const;
    [[nodiscard]] std::string read_all() const { return read_until({}); }

  private:
    FileDescriptor socket_;
};

/// Asks until the condition is true; throws when that takes longer than 30 seconds.
void wait_until(const std::function<bool()>& condition);

/// The URL that a served program printed on stderr; waits for it, for 30 seconds at most.
std::string wait_for_url(const RunningProgram& process);

}  // namespace prevision::testing
