#include "server/request_reader.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <limits>
#include <span>
#include <vector>

#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>
#include <string.h>

#include "core/text.hpp"
#include "server/wiped.hpp"

namespace prevision::server {

namespace http = boost::beast::http;
using boost::system::error_code;
using std::chrono::steady_clock;

namespace {

constexpr std::size_t read_size = std::size_t{64} << 10U;
constexpr std::uint64_t slowest_bytes_per_millisecond = 16;

/// The place where the parser puts a body.
struct Target {
    Spool* spool = nullptr;
    std::uint64_t limit = 0;
    std::exception_ptr failure;  ///< an exception must not pass through the parser
};

struct SpoolBody {
    using value_type = Target;

    class reader {
      public:
        template <bool is_request, class Fields>
        reader(http::header<is_request, Fields>& /*header*/, value_type& target) : target_(target) {}

        void init(const boost::optional<std::uint64_t>& /*length*/, error_code& error) { error = {}; }

        template <class Buffers>
        std::size_t put(const Buffers& buffers, error_code& error) {
            std::size_t count = 0;
            for (auto each = boost::asio::buffer_sequence_begin(buffers);
                 each != boost::asio::buffer_sequence_end(buffers); ++each) {
                const boost::asio::const_buffer part(*each);
                if (!take({static_cast<const char*>(part.data()), part.size()}, error)) return count;
                count += part.size();
            }
            return count;
        }

        void finish(error_code& error) { error = {}; }

      private:
        bool take(std::string_view bytes, error_code& error) {
            error = http::error::body_limit;
            if (target_.spool == nullptr || target_.spool->written() + bytes.size() > target_.limit)
                return false;
            try {
                target_.spool->write(bytes);
            } catch (...) {
                target_.failure = std::current_exception();
                return false;
            }
            error = {};
            return true;
        }

        value_type& target_;
    };
};

[[noreturn]] void refuse_malformed(std::string_view why) {
    throw BadRequest{400, fmt::format("the request is malformed: {}", why)};
}

[[noreturn]] void refuse(const error_code& error) {
    if (error == http::error::header_limit) throw BadRequest{431, "the request's header is too large"};
    if (error == http::error::body_limit) throw BadRequest{413, "the request's body is too large"};
    refuse_malformed(error.message());
}

bool is_number(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

[[noreturn]] void refuse_slow() { throw BadRequest{408, "the request came too slowly"}; }

/// Refuses a head from which two parties could read different lengths of the body (RFC 9112, section 6): the parser
/// passes over encodings that it does not know, joins continued lines and accepts repeated lengths.
void check_framing(std::string_view head) {
    std::vector<std::string> encodings;
    std::vector<std::string> lengths;
    const auto lines = split(head, '\n');
    for (const auto& line : std::span(lines).subspan(1)) {
        if (line.starts_with(' ') || line.starts_with('\t'))
            refuse_malformed("a field continues on the next line");
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const auto name = to_lower(line.substr(0, colon));
        auto value = to_lower(trim(line.substr(colon + 1)));
        if (name == "transfer-encoding") encodings.push_back(std::move(value));
        if (name == "content-length") lengths.push_back(std::move(value));
    }
    if (lengths.size() > 1 || (lengths.size() == 1 && !is_number(lengths.front())))
        refuse_malformed("it needs one Content-Length, a whole number");
    if (encodings.empty()) return;
    if (encodings != std::vector<std::string>{"chunked"})
        refuse_malformed("the only Transfer-Encoding is one that is chunked");
    if (!lengths.empty()) refuse_malformed("it has both a Content-Length and a Transfer-Encoding");
    if (lines.front().find(" HTTP/1.0") != std::string::npos)
        refuse_malformed("HTTP/1.0 has no Transfer-Encoding");
}

/// The path and the query of a request's target, which may be a whole URL.
void split_target(std::string_view target, RequestHead& head) {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!target.starts_with(scheme)) continue;
        const auto slash = target.find('/', scheme.size());
        target = slash == std::string_view::npos ? "/" : target.substr(slash);
    }
    if (!target.starts_with('/')) refuse_malformed("its target is not a path");
    const auto question = target.find('?');
    head.path = target.substr(0, question);
    if (question != std::string_view::npos) head.query = target.substr(question + 1);
}

}  // namespace

struct RequestReader::Parser {
    http::request_parser<SpoolBody> http;
};

RequestReader::RequestReader(Connection& connection, const Limits& limits)
    : connection_(connection), limits_(limits) {}

RequestReader::~RequestReader() = default;

asio::awaitable<std::optional<std::size_t>> RequestReader::receive(std::span<char> chunk, Deadline deadline) {
    try {
        const auto count = co_await connection_.read_some(chunk, deadline);
        append_wiped(buffer_, {chunk.data(), count});
        ::explicit_bzero(chunk.data(), count);
        co_return count;
    } catch (const TooSlow&) {
        co_return std::nullopt;
    }
}

asio::awaitable<bool> RequestReader::read_ahead() {
    std::array<char, 1024> chunk{};
    while (buffer_.size() < read_size) {
        if (co_await receive(chunk, Deadline::max()) == 0) co_return false;
    }
    co_return true;
}

asio::awaitable<std::optional<RequestHead>> RequestReader::read_head() {
    parser_ = std::make_unique<Parser>();
    auto& parser = parser_->http;
    parser.header_limit(static_cast<std::uint32_t>(limits_.header_bytes));
    // read_body limits the body. Boost 1.74 takes an absent limit for a limit of 0.
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    const auto asked = steady_clock::now();
    auto deadline = asked + (first_ ? limits_.header_time : limits_.idle_time);
    bool begun = !buffer_.empty();
    if (begun) deadline = asked + limits_.header_time;
    first_ = false;
    std::array<char, 8192> chunk{};
    std::string head_text;
    for (;;) {
        error_code error;
        // Some clients end a body with a line end that does not belong to it.
        while (head_text.empty() && buffer_.starts_with("\r\n")) buffer_.erase(0, 2);
        if (!buffer_.empty()) {
            const auto used = parser.put(boost::asio::buffer(buffer_), error);
            head_text.append(buffer_, 0, used);
            erase_wiped(buffer_, used);
            if (error && error != http::error::need_more) refuse(error);
            if (parser.is_header_done()) break;
            if (buffer_.size() > limits_.header_bytes) refuse(http::error::header_limit);
        }
        const auto count = co_await receive(chunk, deadline);
        if (!begun && count.value_or(0) == 0) co_return std::nullopt;
        if (!count) refuse_slow();
        if (*count == 0) throw ClientGone{};
        if (!begun) deadline = steady_clock::now() + limits_.header_time;
        begun = true;
    }
    check_framing(head_text);
    wipe(head_text);
    const auto& message = parser.get();
    RequestHead head;
    head.method = std::string(message.method_string());
    head.http_1_0 = message.version() < 11;
    head.keep_alive = message.keep_alive();
    const auto length = parser.content_length();
    head.has_body = parser.chunked() || (length && *length > 0);
    const auto field = [&](http::field name) { return std::string(message[name]); };
    head.expects_continue = boost::beast::iequals(message[http::field::expect], "100-continue");
    head.authorization = field(http::field::authorization);
    head.content_type = field(http::field::content_type);
    if (message.version() != 10 && message.version() != 11)
        refuse_malformed("its version is neither HTTP/1.0 nor HTTP/1.1");
    if (!head.http_1_0 && message.count(http::field::host) != 1)
        refuse_malformed("it needs exactly one Host field");
    const auto target = message.target();
    split_target({target.data(), target.size()}, head);
    co_return head;
}

asio::awaitable<void> RequestReader::read_body(Spool& spool, std::uint64_t limit) {
    auto& parser = parser_->http;
    auto& target = parser.get().body();
    target.spool = &spool;
    target.limit = limit;
    if (const auto length = parser.content_length(); length && *length > limit)
        refuse(http::error::body_limit);
    parser.eager(true);
    const auto begun = steady_clock::now();
    std::string chunk(read_size, '\0');
    while (!parser.is_done()) {
        error_code error;
        if (!buffer_.empty()) {
            erase_wiped(buffer_, parser.put(boost::asio::buffer(buffer_), error));
            if (target.failure) std::rethrow_exception(target.failure);
            if (error && error != http::error::need_more) refuse(error);
            if (parser.is_done()) break;
            if (buffer_.size() > read_size + limits_.header_bytes)
                refuse_malformed("a chunk's header does not end");
        }
        const auto earned = std::chrono::milliseconds(spool.written() / slowest_bytes_per_millisecond);
        const auto deadline =
            std::min(begun + limits_.body_time + earned, steady_clock::now() + limits_.body_time);
        const auto count = co_await receive(chunk, deadline);
        if (!count) refuse_slow();
        if (*count == 0) throw ClientGone{};
    }
}

}  // namespace prevision::server
