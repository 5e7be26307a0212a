// The answers of an SFTP server: the versions, listings, attributes and data of its packets.

#include <utility>

#include "fuzz/input.hpp"
#include "sources/files/sftp_client.hpp"

using namespace prevision;

namespace {

/// Gives a server's bytes in pieces of one size, and takes all requests.
class Answers final : public sources::Channel {
  public:
    Answers(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}

    std::size_t read(std::span<char> buffer) override {
        if (bytes_.empty()) throw Error(ErrorClass::unreachable, "the server ended the SFTP connection");
        const auto count = bytes_.copy(buffer.data(), std::min(piece_, buffer.size()));
        bytes_.remove_prefix(count);
        return count;
    }
    void write(std::string_view /*bytes*/) override {}
    void begin_transfers() override {}

  private:
    std::string_view bytes_;
    std::size_t piece_;
};

void call(sources::SftpClient& client, std::size_t which, std::string& got) {
    switch (which) {
        case 0:
            client.list("/", [&](std::string_view name, const sources::SftpAttributes& attributes) {
                fuzz::require(!attributes.kind.empty(), "an entry has a kind");
                got.append(name).append("\n");
            });
            break;
        case 1:
            client.read(client.open("/a", sources::SftpClient::Open::read), 0, [&](std::string_view bytes) {
                got += bytes;
                return true;
            });
            break;
        case 2:
            got = std::to_string(client.stat("/a").size.value_or(0));
            break;
        default: {
            const std::string content(100'000, 'x');
            std::string_view left = content;
            client.write(client.open("/a", sources::SftpClient::Open::write_new),
                         [&] { return std::exchange(left, {}); });
            client.rename("/a", "/b");
        }
    }
}

/// What a call passed on, and how it ended.
std::string outcome(std::string_view answers, std::size_t piece, std::size_t which) {
    Answers server(answers, piece);
    std::string got;
    std::string end = "done";
    const bool accepted = fuzz::accepts([&] {
        try {
            sources::SftpClient client(server);
            call(client, which, got);
        } catch (const sources::SftpRefusal& refusal) {
            end = std::to_string(refusal.code) + refusal.message;
        }
    });
    fuzz::require(which > 1 || got.size() <= answers.size(), "no more is passed on than came");
    return got + (accepted ? end : "refused");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto piece = 1 + input.choice(64);
    const auto which = input.choice(4);
    const auto answers = input.rest();
    fuzz::require(outcome(answers, answers.size() + 1, which) == outcome(answers, piece, which),
                  "pieces of another size have the same outcome");
    return 0;
}
