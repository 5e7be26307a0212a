#include "server/request_parser.hpp"

#include <algorithm>
#include <exception>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include <boost/beast/http/parser.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "server/wiped.hpp"

namespace prevision::server {

namespace http = boost::beast::http;
using boost::system::error_code;

namespace {

/// What may wait for the rest of a chunk's header.
constexpr std::size_t most_waiting = std::size_t{64} << 10U;

/// The place where the parser puts a body.
struct Target {
    Spool* spool = nullptr;
    std::uint64_t limit = 0;
    std::exception_ptr failure;  ///< an exception must not pass through the parser
};

/// A body as the library wants it, with the names that it looks for.
struct SpoolBody {
    using value_type = Target;  // NOLINT(readability-identifier-naming)

    class reader {  // NOLINT(readability-identifier-naming)
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

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

/// Refuses a head from which two parties could read different lengths of the body (RFC 9112, section 6): the parser
/// passes over encodings that it does not know, joins continued lines and accepts repeated lengths.
void check_framing(std::string_view head) {
    std::vector<std::string> encodings;
    std::vector<std::string> lengths;
    const auto take_line = [&head] {
        const auto line = head.substr(0, head.find('\n'));
        head.remove_prefix(std::min(line.size() + 1, head.size()));
        return line;
    };
    const auto request_line = take_line();
    while (!head.empty()) {
        const auto line = take_line();
        if (line.starts_with(' ') || line.starts_with('\t'))
            refuse_malformed("a field continues on the next line");
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = to_lower(line.substr(0, colon));
        const bool is_length = name == "content-length";
        if (is_length || name == "transfer-encoding")
            (is_length ? lengths : encodings).push_back(to_lower(trim(line.substr(colon + 1))));
    }
    if (lengths.size() > 1 || (lengths.size() == 1 && !is_number(lengths.front())))
        refuse_malformed("it needs one Content-Length, a whole number");
    if (encodings.empty()) return;
    if (encodings != std::vector<std::string>{"chunked"})
        refuse_malformed("the only Transfer-Encoding is one that is chunked");
    if (!lengths.empty()) refuse_malformed("it has both a Content-Length and a Transfer-Encoding");
    if (request_line.find(" HTTP/1.0") != std::string_view::npos)
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

/// Whether a chunk of a body, after others or as the first, can begin so: a size in hexadecimal digits, then an extension or
/// the end of the line.
bool can_begin_chunk(std::string_view bytes, bool is_first) {
    if (!is_first) {
        const auto end = bytes.substr(0, 2);
        if (end != std::string_view("\r\n").substr(0, end.size())) return false;
        bytes.remove_prefix(end.size());
    }
    const auto digits = std::min(bytes.find_first_not_of("0123456789abcdefABCDEF"), bytes.size());
    if (digits == bytes.size()) return true;
    const auto rest = bytes.substr(digits);
    const bool ends = rest == "\r" || rest.starts_with("\r\n");
    return digits > 0 && (ends || rest.starts_with(';') || rest.starts_with(' ') || rest.starts_with('\t'));
}

}  // namespace

struct RequestParser::Parser {
    Parser() { http.on_chunk_header(check_extensions); }

    http::request_parser<SpoolBody, WipingAllocator<char>> http;

    std::uint64_t announced = 0;  ///< the bytes of all chunks that have begun
    bool is_last = false;         ///< whether the chunk without bytes has begun

    /// The library lets control characters pass within quotes.
    std::function<void(std::uint64_t, boost::beast::string_view, error_code&)> check_extensions =
        [this](std::uint64_t size, boost::beast::string_view extensions, error_code& error) {
            announced += size;
            is_last = size == 0;
            if (std::ranges::any_of(extensions, is_control)) error = http::error::bad_chunk_extension;
        };
};

RequestParser::RequestParser(std::size_t header_bytes)
    : header_bytes_(header_bytes), parser_(std::make_unique<Parser>()) {
    auto& parser = parser_->http;
    parser.header_limit(static_cast<std::uint32_t>(header_bytes));
    // take_body limits the body. Boost 1.74 takes an absent limit for a limit of 0.
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    parser.eager(false);
}

RequestParser::~RequestParser() { wipe(head_text_); }

std::optional<RequestHead> RequestParser::take_head(std::string& bytes) {
    auto& parser = parser_->http;
    // Some clients end a body with a line end that does not belong to it.
    while (head_text_.empty() && bytes.starts_with("\r\n")) bytes.erase(0, 2);
    if (bytes.empty() || (head_text_.empty() && bytes == "\r")) return std::nullopt;
    error_code error;
    const auto used = parser.put(boost::asio::buffer(bytes), error);
    append_wiped(head_text_, {bytes.data(), used});
    erase_wiped(bytes, used);
    if (error && error != http::error::need_more) refuse(error);
    if (!parser.is_header_done()) {
        if (bytes.size() > header_bytes_) refuse(http::error::header_limit);
        return std::nullopt;
    }
    check_framing(head_text_);
    wipe(head_text_);
    return checked_head();
}

RequestHead RequestParser::checked_head() const {
    const auto& parser = parser_->http;
    const auto& message = parser.get();
    RequestHead head;
    head.method = std::string(message.method_string());
    head.http_1_0 = message.version() < 11;
    head.keep_alive = message.keep_alive();
    const auto length = parser.content_length();
    head.has_body = parser.chunked() || (length && *length > 0);
    const auto field = [&](http::field name) { return std::string(message[name]); };
    head.expects_continue = boost::beast::iequals(message[http::field::expect], "100-continue");
    const auto authorization = message[http::field::authorization];
    head.authorization = WipedText({authorization.data(), authorization.size()});
    head.content_type = field(http::field::content_type);
    if (message.version() != 10 && message.version() != 11)
        refuse_malformed("its version is neither HTTP/1.0 nor HTTP/1.1");
    if (!head.http_1_0 && message.count(http::field::host) != 1)
        refuse_malformed("it needs exactly one Host field");
    const auto target = message.target();
    split_target({target.data(), target.size()}, head);
    return head;
}

bool RequestParser::take_body(std::string& bytes, Spool& spool, std::uint64_t limit) {
    auto& parser = parser_->http;
    auto& target = parser.get().body();
    target.spool = &spool;
    target.limit = limit;
    if (const auto length = parser.content_length(); length && *length > limit)
        refuse(http::error::body_limit);
    parser.eager(true);
    if (parser.is_done()) return true;
    // Boost 1.74 asserts that it gets the shortest end of a body in chunks, "0\r\n\r\n", in one piece.
    constexpr std::size_t shortest_end = 5;
    if (bytes.empty()) return false;
    if (parser.chunked() && bytes.size() < shortest_end) {
        if (!parser_->is_last && spool.written() == parser_->announced &&
            !can_begin_chunk(bytes, parser_->announced == 0))
            refuse_malformed("a chunk does not begin with its size");
        return false;
    }
    error_code error;
    erase_wiped(bytes, parser.put(boost::asio::buffer(bytes), error));
    if (target.failure) std::rethrow_exception(target.failure);
    if (error && error != http::error::need_more) refuse(error);
    if (!parser.is_done() && bytes.size() > most_waiting + header_bytes_)
        refuse_malformed("a chunk's header does not end");
    return parser.is_done();
}

}  // namespace prevision::server
