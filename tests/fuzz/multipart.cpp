// Bodies of multipart/form-data, in pieces of any size: the size makes no difference.

#include "platform/http/multipart.hpp"

#include "fuzz/input.hpp"
#include "transport/transport.hpp"

using namespace prevision;

namespace {

class Pieces final : public transport::BodySource {
  public:
    Pieces(std::string_view bytes, std::size_t piece) : bytes_(bytes), piece_(piece) {}

    std::size_t read(std::span<char> buffer) override {
        const auto count = std::min({piece_, buffer.size(), bytes_.size()});
        bytes_.copy(buffer.data(), count);
        bytes_.remove_prefix(count);
        return count;
    }
    [[nodiscard]] std::optional<std::uint64_t> size() const override { return std::nullopt; }
    void rewind() override {}

  private:
    std::string_view bytes_;
    std::size_t piece_;
};

struct Read {
    bool accepted = false;
    platform::Form form;
    std::string file;
};

Read read(std::string_view body, std::string_view content_type, std::size_t piece) {
    Read result;
    result.accepted = fuzz::accepts([&] {
        Pieces pieces(body, piece);
        result.form =
            platform::read_form(pieces, content_type, [&](std::string_view bytes) { result.file += bytes; });
    });
    return result;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto piece = 1 + input.choice(64);
    auto body = input.rest();
    // The first line is the Content-Type.
    const auto content_type = body.substr(0, body.find('\n'));
    body.remove_prefix(std::min(content_type.size() + 1, body.size()));
    const auto whole = read(body, content_type, body.size() + 1);
    const auto pieces = read(body, content_type, piece);
    fuzz::require(whole.accepted == pieces.accepted, "pieces of another size are accepted alike");
    if (!whole.accepted) return 0;
    fuzz::require(whole.form.fields == pieces.form.fields && whole.file == pieces.file,
                  "pieces of another size have the same fields and file");
    return 0;
}
