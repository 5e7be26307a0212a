#include "snapshot/compression/decompressor.hpp"
#include "snapshot/compression/inflater.hpp"

namespace prevision::snapshot {

namespace {

/// Members may follow each other (RFC 1952, section 2.2), and zeros may fill up the last block of a tape.
class GzipDecompressor final : public Decompressor {
  public:
    void write(std::string_view bytes, ByteSink& sink) override {
        while (!bytes.empty() && problem().empty() && !ended_) {
            if (between_members_ && !begin_member(bytes)) return;
            switch (inflater_.write(bytes, sink)) {
                case Inflater::Result::more:
                    break;
                case Inflater::Result::end:
                    between_members_ = true;
                    break;
                case Inflater::Result::stopped:
                    ended_ = true;
                    break;
                case Inflater::Result::damaged:
                    fail("its gzip data is damaged");
                    break;
            }
        }
    }

    void finish() override {
        if (!between_members_ && !ended_) fail("its gzip data ends in the middle");
    }

  private:
    bool begin_member(std::string_view& bytes) {
        const auto start = bytes.find_first_not_of('\0');
        if (start == std::string_view::npos) return false;
        bytes.remove_prefix(start);
        constexpr char first_magic_byte = '\x1f';
        if (bytes.front() != first_magic_byte) {
            // The gzip program ignores it, too.
            ended_ = true;
            remark("the bytes after its gzip data are not read");
            return false;
        }
        inflater_.reset();
        between_members_ = false;
        return true;
    }

    Inflater inflater_{Inflater::Format::gzip};
    bool between_members_ = false;
    bool ended_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_gzip_decompressor() { return std::make_unique<GzipDecompressor>(); }

}  // namespace prevision::snapshot
