#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/run.hpp"
#include "support/memory_io.hpp"
#include "support/scripted_transport.hpp"
#include "support/temporary_directory.hpp"

namespace prevision::testing {

struct Answer {
    int status = 200;
    std::string body{};
    std::vector<transport::Header> headers{};
};

/// The header by which a platform says that it saw to a unique name.
inline const std::vector<transport::Header> unique_name{{"Prevision-Unique-Name", "true"}};

/// A command line, what the platform answers, and what has to come of it.
struct VerbCase {
    std::string verb;                    ///< "connector show", as TAB names it
    std::vector<std::string> arguments;  ///< after the verb
    std::vector<Answer> answers{};
    std::vector<std::string> requests{};  ///< "GET /version", with " BODY" where one is sent
    std::string out{};                    ///< all of stdout
    std::string err{};                    ///< a part of stderr; empty: there is none
    int exit_code = 0;
    std::string input{};
};

struct RunResult {
    int exit_code = 0;
    std::string out;
    std::string err;
    std::vector<std::string> requests;
    std::vector<std::string> connections;  ///< "URL TOKEN" of each platform that was connected to
};

/// Runs command lines in this process, against a platform whose answers are scripted.
class InProcess {
  public:
    RunResult operator()(const std::vector<std::string>& arguments, const std::vector<Answer>& answers = {},
                         const std::string& input = {});

    TemporaryDirectory folder;
    MemoryIo memory;
    bool terminal = false;
    std::map<std::string, std::string> environment{{"PREVISION_URL", "https://platform.test"},
                                                   {"PREVISION_MASTER_TOKEN", "token"},
                                                   {"PREVISION_PROJECT", "000000000000000000000001"},
                                                   {"PREVISION_HOME", (folder / "home").string()},
                                                   {"XDG_CONFIG_HOME", (folder / "config").string()}};
};

/// Runs each case in a fresh environment and checks all of it.
void check_cases(const std::vector<VerbCase>& cases);

std::vector<VerbCase> connector_cases();
std::vector<VerbCase> datasource_cases();
std::vector<VerbCase> dataset_cases();
std::vector<VerbCase> exporter_cases();
std::vector<VerbCase> project_cases();
std::vector<VerbCase> platform_cases();

}  // namespace prevision::testing
