// The packets of SFTP, from a server that sends what a test says.

#include "sources/files/sftp_client.hpp"

#include <catch2/catch.hpp>

using namespace prevision;
using sources::SftpAttributes;
using sources::SftpClient;
using sources::SftpRefusal;

namespace {

std::string number(std::uint64_t value, int size = 4) {
    std::string bytes;
    for (int at = size - 1; at >= 0; --at) bytes += static_cast<char>(value >> (8 * at) & 0xffU);
    return bytes;
}

std::string text(const std::string& value) { return number(value.size()) + value; }

std::string packet(int type, const std::string& body) {
    return number(body.size() + 1) + static_cast<char>(type) + body;
}

std::string answer(int type, std::uint32_t id, const std::string& body) {
    return packet(type, number(id) + body);
}

std::string status(std::uint32_t id, std::uint32_t code, const std::string& message = {}) {
    return answer(101, id, number(code) + text(message) + text(""));
}

const std::string version = packet(2, number(3));
const std::string handle = answer(102, 1, text("h"));
const std::string end_of_listing = status(3, 1) + status(4, 0);

/// Gives the answers in pieces, then ends.
class Answers final : public sources::Channel {
  public:
    Answers(std::string bytes, std::size_t piece) : bytes_(std::move(bytes)), piece_(piece) {}

    std::size_t read(std::span<char> buffer) override {
        if (at_ == bytes_.size()) throw Error(ErrorClass::unreachable, "the end");
        const auto count = bytes_.copy(buffer.data(), std::min(piece_, buffer.size()), at_);
        at_ += count;
        return count;
    }
    void write(std::string_view bytes) override { sent += bytes; }
    void begin_transfers() override {}

    std::string sent;

  private:
    std::string bytes_;
    std::size_t piece_;
    std::size_t at_ = 0;
};

std::vector<std::string> list(const std::string& answers, std::size_t piece = 1'000) {
    Answers server(answers, piece);
    SftpClient client(server);
    std::vector<std::string> found;
    client.list("/", [&](std::string_view name, const SftpAttributes& attributes) {
        found.push_back(std::string(name) + " " + attributes.kind + " " +
                        (attributes.size ? std::to_string(*attributes.size) : "-") + " " +
                        (attributes.modified ? std::to_string(*attributes.modified) : "-"));
    });
    CHECK(client.idle());
    return found;
}

std::string entry(const std::string& name, const std::string& line, const std::string& attributes) {
    return text(name) + text(line) + attributes;
}

}  // namespace

TEST_CASE("a listing's entries have the kind, size and time that the server knows") {
    const auto size_and_mode = [](std::uint64_t size, std::uint32_t mode) {
        return number(1 | 4) + number(size, 8) + number(mode);
    };
    const auto page =
        answer(104, 2,
               number(6) + entry("a", "", size_and_mode(1ULL << 40U, 0100644)) +
                   entry("b", "", size_and_mode(0, 040755)) + entry("c", "", number(4) + number(0120777)) +
                   entry("d", "", number(4) + number(010644)) +
                   entry("e", "drwxr-xr-x", number(8) + number(1) + number(1'700'000'000)) +
                   entry("f", "-rw-r--r--",
                         number(2 | 0x80000000) + number(0, 8) + number(1) + text("k") + text("v")));
    const std::vector<std::string> expected{
        "a file 1099511627776 -", "b folder 0 -", "c link - -", "d other - -",
        "e folder - 1700000000",  "f file - -"};
    for (const std::size_t piece : {1U, 2U, 7U, 1'000U}) {
        CAPTURE(piece);
        CHECK(list(version + handle + page + end_of_listing, piece) == expected);
    }
}

TEST_CASE("an answer that does not fit the protocol is refused, wherever it stands") {
    const auto page = [](const std::string& body) { return version + handle + answer(104, 2, body); };
    for (const auto& answers : std::vector<std::string>{
             packet(1, number(3)),                                   // no version
             packet(2, number(2)),                                   // an older one
             packet(2, number(3) + text("name")),                    // an extension without a value
             number(0),                                              // an empty packet
             number(1U << 21U) + "x",                                // a huge one
             "Last login: today\n",                                  // a text
             version + answer(104, 1, number(0)),                    // a listing for a handle
             version + answer(102, 1, number(100)),                  // a handle beyond its packet
             version + answer(102, 7, text("h")),                    // an answer to no request
             version + packet(102, "ab"),                            // an answer without a number
             page(""),                                               // a listing without a count
             page(number(1)),                                        // fewer entries than it counts
             page(number(0xffffffff) + entry("a", "", number(0))),   // many fewer
             page(number(1) + text("a") + number(0xffffffff)),       // a text beyond its packet
             page(number(1) + entry("a", "", number(1) + "short")),  // attributes beyond it
             page(number(1) + entry("a", "", number(0x80000000) + number(0xffffffff))),
             version + handle + answer(103, 2, text("data")),  // data for a listing
         }) {
        CAPTURE(answers);
        CHECK_THROWS_AS(list(answers), Error);
    }
    std::string endless = version + handle;
    for (std::uint32_t id = 2; id < 200; ++id) endless += answer(104, id, number(0));
    CHECK_THROWS_WITH(list(endless), Catch::Contains("the listing does not end"));
}

TEST_CASE("a refusal keeps the server's code and words") {
    for (const auto& [bytes, words] :
         {std::pair(status(1, 3, "denied"), "denied"), std::pair(answer(101, 1, number(3)), "")}) {
        try {
            list(version + bytes);
            FAIL("it was no refusal");
        } catch (const SftpRefusal& refusal) {
            CHECK(refusal.code == SftpRefusal::permission_denied);
            CHECK(refusal.message == words);
        }
    }
}

TEST_CASE(
    "a file comes whole from a server that sends less than was asked for, and more than that is refused") {
    const auto data = [](std::uint32_t id, const std::string& bytes) { return answer(103, id, text(bytes)); };
    const auto read = [](const std::string& answers) {
        Answers server(answers, 5);
        SftpClient client(server);
        std::string got;
        client.read(client.open("/a", SftpClient::Open::read), 0, [&](std::string_view bytes) {
            got += bytes;
            return true;
        });
        return got;
    };
    // Four pieces of 32 KiB are asked for; the first comes short, so that its rest is asked for in pieces as large as it.
    std::string answers = version + handle + data(2, std::string(16'384, 'a'));
    for (std::uint32_t id = 3; id <= 5; ++id) answers += status(id, 1);
    answers += data(6, std::string(16'384, 'b'));
    for (std::uint32_t id = 7; id < 60; ++id) answers += status(id, 1);
    CHECK(read(answers) == std::string(16'384, 'a') + std::string(16'384, 'b'));
    CHECK_THROWS_AS(read(version + handle + data(2, std::string(32'769, 'a'))), Error);
    CHECK_THROWS_AS(read(version + handle + data(2, "")), Error);
}
