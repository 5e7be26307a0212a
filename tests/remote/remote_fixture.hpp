#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "support/http_server.hpp"
#include "support/program.hpp"

namespace prevision::testing {

inline const std::string project_id = "00000000000000000000000a";
inline const std::string token = "t0k3n-of-the-test";

/// The program with a platform across the network and a project of it, both by the environment.
class RemoteProgram {
  public:
    explicit RemoteProgram(std::string url) : url_(std::move(url)) {}

    ProgramResult operator()(const std::vector<std::string>& arguments,
                             const std::map<std::string, std::string>& added = {},
                             const std::string& input = {}) const {
        auto variables = added;
        variables.merge(environment());
        return prevision_(arguments, input, variables);
    }

    /// Starts it, for a test that interrupts it.
    [[nodiscard]] std::unique_ptr<RunningProgram> start(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), Prevision::program());
        auto variables = environment();
        variables.emplace("PREVISION_HOME", prevision_.home().string());
        return std::make_unique<RunningProgram>(arguments, variables, "");
    }

    [[nodiscard]] std::map<std::string, std::string> environment() const {
        return {
            {"PREVISION_URL", url_}, {"PREVISION_MASTER_TOKEN", token}, {"PREVISION_PROJECT", project_id}};
    }
    [[nodiscard]] std::filesystem::path file(const std::string& name) const { return prevision_.file(name); }

  private:
    std::string url_;
    Prevision prevision_;
};

/// The number of an object as its id.
inline std::string id_of(int number) { return fmt::format("{:024x}", number); }

/// A page of a list of connectors: those numbered from `first` to before `end`.
inline std::string page_of_connectors(int first, int end, int total, int size, int page) {
    std::string items;
    for (int i = first; i < end; ++i) {
        items += fmt::format(R"({}{{"_id":"{}","name":"connector {}","type":"SQL","host":"db.example.com"}})",
                             items.empty() ? "" : ",", id_of(i), i);
    }
    return fmt::format(
        R"({{"items":[{}],"metaData":{{"totalItems":{},"rowsPerPage":{},"page":{},"nextPage":{}}}}})", items,
        total, size, page, page * size < total);
}

/// The page that a list's URL asks for.
inline int page_number(const std::string& target) {
    const auto found = target.find("page=");
    return found == std::string::npos ? 1 : std::stoi(target.substr(found + 5));
}

inline const std::string empty_page =
    R"({"items":[],"metaData":{"totalItems":0,"rowsPerPage":100,"page":1,"nextPage":false}})";

/// An HTTP answer, as it goes over the line.
inline std::string http_answer(const std::string& status, const std::string& body,
                               const std::string& headers = {}) {
    return fmt::format("HTTP/1.1 {}\r\nContent-Type: application/json\r\n{}Content-Length: {}\r\n\r\n{}",
                       status, headers, body.size(), body);
}

/// How many lines of a text begin so.
inline int count_lines(const std::string& text, const std::string& beginning) {
    int count = 0;
    for (std::size_t at = 0; at < text.size();) {
        if (text.compare(at, beginning.size(), beginning) == 0) ++count;
        const auto end = text.find('\n', at);
        if (end == std::string::npos) break;
        at = end + 1;
    }
    return count;
}

/// Seconds that a call takes.
template <typename Call>
double seconds_of(Call call) {
    const auto start = std::chrono::steady_clock::now();
    call();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace prevision::testing
