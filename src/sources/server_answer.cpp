#include "sources/server_answer.hpp"

#include <algorithm>

#include <sys/socket.h>

#include "net/socket.hpp"
#include "sources/registry.hpp"

namespace prevision::sources {

namespace {

using namespace std::chrono_literals;

// How long to wait for the greeting of a server that speaks first.
constexpr auto patience = 500ms;

ServerAnswer judge(std::string_view said, bool was_asked) {
    for (const auto& engine : engines()) {
        if (engine.recognizes == nullptr || (!engine.question.empty() && !was_asked)) continue;
        if (engine.recognizes(said)) return {.engine = &engine};
    }
    return {.is_silent = said.empty()};
}

/// One question can be sent: a second one would come in the middle of the first one's protocol.
std::string_view question() {
    const auto asking = [](const Engine& engine) { return !engine.question.empty(); };
    const auto found = std::ranges::find_if(engines(), asking);
    return found == engines().end() ? std::string_view() : found->question;
}

}  // namespace

ServerAnswer hear_server(const FileDescriptor& socket, std::chrono::milliseconds timeout,
                         Cancellation& cancellation) {
    constexpr std::size_t limit = 512;
    const auto first = std::min<std::chrono::milliseconds>(patience, timeout / 2);
    const auto unasked = net::read_greeting(socket, limit, first, cancellation);
    if (!unasked.empty()) return judge(unasked, false);
    const auto asked = question();
    const auto sent = ::send(socket.get(), asked.data(), asked.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(asked.size())) return {.is_silent = true};
    return judge(net::read_greeting(socket, limit, timeout - first, cancellation), true);
}

}  // namespace prevision::sources
