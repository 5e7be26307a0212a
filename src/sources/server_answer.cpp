#include "sources/server_answer.hpp"

#include <algorithm>

#include <sys/socket.h>

#include "net/socket.hpp"
#include "sources/mysql/mysql.hpp"
#include "sources/postgres/postgres.hpp"

namespace prevision::sources {

namespace {

using namespace std::chrono_literals;
using namespace std::string_view_literals;

// A MySQL server speaks first: a packet of three bytes of length and a number 0, then either version 10 of
// the protocol, or 255 and the reason why it does not want us.
bool is_mysql_greeting(std::string_view greeting) {
    if (greeting.size() < 5 || greeting[3] != '\0') return false;
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(greeting[at]); };
    const unsigned length =
        byte(0) | static_cast<unsigned>(byte(1)) << 8U | static_cast<unsigned>(byte(2)) << 16U;
    return length >= 5 && length < 4096 && (byte(4) == 10 || byte(4) == 255);
}

// A PostgreSQL server is silent until it is spoken to. This asks it whether it encrypts (SSLRequest of its
// protocol), which it answers by one byte: S or N.
constexpr auto postgres_question = "\x00\x00\x00\x08\x04\xd2\x16\x2f"sv;

// How long a server that speaks first may take before we do.
constexpr auto patience = 500ms;

ServerAnswer judge(std::string_view said) {
    if (is_mysql_greeting(said)) return {.engine = mysql_engine().name};
    return {.is_silent = said.empty()};
}

}  // namespace

ServerAnswer hear_server(const FileDescriptor& socket, std::chrono::milliseconds timeout,
                         Cancellation& cancellation) {
    constexpr std::size_t limit = 512;
    const auto first = std::min<std::chrono::milliseconds>(patience, timeout / 2);
    const auto unasked = net::read_greeting(socket, limit, first, cancellation);
    if (!unasked.empty()) return judge(unasked);
    const auto sent =
        ::send(socket.get(), postgres_question.data(), postgres_question.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent != static_cast<ssize_t>(postgres_question.size())) return {.is_silent = true};
    const auto asked = net::read_greeting(socket, limit, timeout - first, cancellation);
    if (asked == "S" || asked == "N") return {.engine = postgres_engine().name};
    return judge(asked);  // a MySQL server that took its time
}

}  // namespace prevision::sources
