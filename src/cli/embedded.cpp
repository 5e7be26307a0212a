#include "cli/embedded.hpp"

#include <fmt/format.h>

#include "config/paths.hpp"
#include "core/child_process.hpp"
#include "core/error.hpp"
#include "platform/platform.hpp"

namespace prevision::cli {

namespace {

/// Starts this program again without a terminal, to take one snapshot or run one export.
void launch_worker(const std::string& id) {
    constexpr auto none = ChildCommand::Stream::null;
    try {
        start_child({.program = "/proc/self/exe",
                     .arguments = {"prevision", std::string(worker_command), id},
                     .input = none,
                     .output = none,
                     .error = none,
                     .group = ChildCommand::Group::session});
    } catch (const Error& error) {
        throw Error(ErrorClass::internal, fmt::format("cannot start a process for it: {}", error.what()));
    }
}

}  // namespace

std::unique_ptr<platform::Platform> open_embedded(const Environment& environment,
                                                  std::chrono::milliseconds wait_limit,
                                                  std::chrono::milliseconds silence_limit) {
    platform::Settings settings{.home = config::platform_home(environment),
                                .vault_key_file = config::vault_key_file(environment),
                                .environment = environment,
                                .limits = {.wait = wait_limit, .silence = silence_limit}};
    return std::make_unique<platform::Platform>(settings);
}

void keep_jobs_running(platform::Platform& platform) { platform.hand_jobs_to(launch_worker); }

Embedded::Embedded(const Environment& environment) : environment_(environment) {}

Embedded::~Embedded() = default;

platform::Platform& Embedded::platform() {
    if (!platform_) platform_ = open_embedded(environment_);
    return *platform_;
}

std::vector<std::string> Embedded::token_names() {
    std::vector<std::string> names;
    for (const auto& token : platform().tokens().list()) {
        if (token.revoked_at.empty()) names.push_back(token.name);
    }
    return names;
}

std::vector<std::filesystem::path> Embedded::leftovers() { return platform().leftovers(); }

std::filesystem::path Embedded::home() const { return config::platform_home(environment_); }

void Embedded::run_pending(const std::string& id, Cancellation& cancellation) {
    platform().run_pending(id, cancellation);
}

}  // namespace prevision::cli
