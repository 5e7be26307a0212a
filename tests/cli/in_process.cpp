#include "cli/in_process.hpp"

#include <catch2/catch.hpp>

namespace prevision::testing {

RunResult InProcess::operator()(const std::vector<std::string>& arguments, const std::vector<Answer>& answers,
                                const std::string& input) {
    ScriptedTransport platform;
    for (const auto& answer : answers) platform.answer(answer.status, answer.body, answer.headers);
    memory.in.text = input;
    memory.out.text.clear();
    memory.err.text.clear();
    auto io = memory.io(environment);
    io.in_is_terminal = io.out_is_terminal = io.err_is_terminal = terminal;
    Cancellation cancellation;
    RunResult result;
    result.exit_code =
        cli::run(arguments, io, cancellation, [&](const std::string& url, const Secret& token) {
            result.connections.push_back((url + " ").append(token.reveal()));
            return std::make_unique<SharedTransport>(platform);
        });
    result.out = memory.out.text;
    result.err = memory.err.text;
    for (const auto& request : platform.requests) {
        result.requests.push_back(request.method + " " + request.path +
                                  (request.body.empty() ? "" : " " + request.body));
    }
    CHECK(platform.done());
    return result;
}

void check_cases(const std::vector<VerbCase>& cases) {
    for (const auto& each : cases) {
        InProcess run;
        auto arguments = split(each.verb, ' ');
        arguments.insert(arguments.end(), each.arguments.begin(), each.arguments.end());
        const auto result = run(arguments, each.answers, each.input);
        INFO("prevision " << join(arguments, " ") << "\n" << result.err);
        CHECK(result.exit_code == each.exit_code);
        CHECK(result.out == each.out);
        CHECK(result.requests == each.requests);
        if (each.err.empty()) {
            CHECK(result.err.empty());
        } else {
            CHECK(result.err.find(each.err) != std::string::npos);
        }
    }
}

}  // namespace prevision::testing
