// The requests of one connection, as the server reads them: heads, lengths and chunks. A second reader, which knows only
// what RFC 9112 allows and nothing that it tolerates, must find the same requests in whatever the server accepts.

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "core/text.hpp"
#include "fuzz/input.hpp"
#include "server/request_parser.hpp"

using namespace prevision;

namespace {

constexpr std::size_t most_requests = 4;

struct Request {
    server::RequestHead head;
    std::string body;
    std::size_t begin = 0;  ///< in the connection's bytes
    std::size_t end = 0;
};

struct Requests {
    std::vector<Request> accepted;
    int refusal = 0;  ///< the status of what follows them; 0 when the bytes just end
};

/// What the server makes of the bytes when they come in pieces of this size.
Requests read_requests(std::string_view bytes, std::size_t piece) {
    Requests requests;
    std::string buffer;
    std::size_t at = 0;
    const auto receive = [&] {
        if (at == bytes.size()) return false;
        const auto next = bytes.substr(at, piece);
        buffer += next;
        at += next.size();
        return true;
    };
    while (requests.accepted.size() < most_requests) {
        server::RequestParser parser(std::size_t{16} << 10U);
        Request request{.head = {}, .body = {}, .begin = at - buffer.size()};
        try {
            std::optional<server::RequestHead> head;
            while (!(head = parser.take_head(buffer))) {
                if (!receive()) return requests;
            }
            request.head = *head;
            server::Spool spool;
            while (head->has_body && !parser.take_body(buffer, spool, 1U << 20U)) {
                if (!receive()) return requests;
            }
            request.body = spool.take();
        } catch (const server::BadRequest& refused) {
            requests.refusal = refused.status;
            return requests;
        }
        request.end = at - buffer.size();
        requests.accepted.push_back(std::move(request));
    }
    return requests;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
               std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

/// Reads one request as RFC 9112 writes it. Each member function takes what it reads off the front.
class StrictReader {
  public:
    explicit StrictReader(std::string_view bytes) : bytes_(bytes) {}

    /// The body.
    std::string read() {
        while (bytes_.starts_with("\r\n")) bytes_.remove_prefix(2);
        const auto words = split(line(), ' ');
        fuzz::require(words.size() == 3 && is_token(words[0]),
                      "a request has a method, a target and a version");
        fuzz::require(words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0", "its version is known");
        const bool is_old = words[2] == "HTTP/1.0";
        fields();
        fuzz::require(is_old || hosts_ == 1, "it has one Host");
        fuzz::require(lengths_.size() <= 1 && encodings_.size() <= 1, "it has one length");
        if (!encodings_.empty()) {
            fuzz::require(encodings_[0] == "chunked" && lengths_.empty() && !is_old,
                          "its chunks are its length");
            return chunks();
        }
        if (lengths_.empty()) return {};
        return std::string(take(number(lengths_[0], 10)));
    }

    [[nodiscard]] std::size_t left() const { return bytes_.size(); }

  private:
    std::string_view take(std::size_t size) {
        fuzz::require(size <= bytes_.size(), "what is accepted is whole");
        const auto taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }

    std::string_view line() {
        const auto end = bytes_.find("\r\n");
        fuzz::require(end != std::string_view::npos, "a line ends");
        const auto text = take(end);
        take(2);
        fuzz::require(
            std::ranges::none_of(
                text,
                [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }),
            "a line holds no control character");
        return text;
    }

    void fields(bool are_trailer = false) {
        for (auto text = line(); !text.empty(); text = line()) {
            // Nobody reads the fields of a trailer, so a continued one has one meaning.
            if (are_trailer && (text.starts_with(' ') || text.starts_with('\t'))) continue;
            const auto colon = text.find(':');
            fuzz::require(colon != std::string_view::npos && is_token(text.substr(0, colon)),
                          "a field has a name");
            const auto name = to_lower(text.substr(0, colon));
            const auto value = to_lower(trim(text.substr(colon + 1)));
            if (name == "host") ++hosts_;
            if (name == "content-length") lengths_.push_back(value);
            if (name == "transfer-encoding") encodings_.push_back(value);
        }
    }

    std::string chunks() {
        std::string body;
        for (;;) {
            auto head = line();
            const auto size_text = head.substr(0, head.find_first_not_of("0123456789abcdefABCDEF"));
            const auto size = number(size_text, 16);
            head.remove_prefix(size_text.size());
            if (!head.empty()) {
                const auto extension = head.find_first_not_of(" \t");
                fuzz::require(extension != std::string_view::npos && head[extension] == ';',
                              "only an extension follows a chunk's size");
            }
            if (size == 0) break;
            body += take(size);
            fuzz::require(take(2) == "\r\n", "a chunk has its size");
        }
        const auto before = lengths_.size() + encodings_.size();
        fields(true);
        fuzz::require(lengths_.size() + encodings_.size() == before, "a trailer has no length");
        return body;
    }

    static std::size_t number(std::string_view text, int base) {
        std::size_t value = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value, base);
        fuzz::require(failure == std::errc() && end == text.data() + text.size(), "a length is a number");
        return value;
    }

    std::string_view bytes_;
    int hosts_ = 0;
    std::vector<std::string> lengths_;
    std::vector<std::string> encodings_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto piece = 1 + input.choice(64);
    const auto bytes = input.rest();
    const auto whole = read_requests(bytes, bytes.size() + 1);
    const auto pieces = read_requests(bytes, piece);
    fuzz::require(whole.accepted.size() == pieces.accepted.size(),
                  "pieces of another size hold the same requests");
    // Of a request that breaks off, a fault may be found before the rest is waited for.
    fuzz::require(whole.refusal == 0 || pieces.refusal == 0 || whole.refusal == pieces.refusal,
                  "pieces of another size are refused alike");
    for (std::size_t i = 0; i < whole.accepted.size(); ++i) {
        const auto& request = whole.accepted[i];
        fuzz::require(request.body == pieces.accepted[i].body && request.end == pieces.accepted[i].end,
                      "pieces of another size hold the same bodies");
        fuzz::require(request.head.path.starts_with('/'), "a path begins with a slash");
        StrictReader strict(bytes.substr(request.begin));
        fuzz::require(strict.read() == request.body, "two readers find the same body");
        fuzz::require(bytes.size() - strict.left() == request.end, "two readers find the same next request");
    }
    return 0;
}
