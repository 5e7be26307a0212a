#include <filesystem>
#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/error.hpp"
#include "core/sha256.hpp"
#include "platform/datasets/dataset_file.hpp"
#include "platform/errors.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using platform::DatasetReader;
using prevision::testing::error_of;

namespace {

class Kept {
  public:
    explicit Kept(std::string bytes) : bytes_(std::move(bytes)) {
        write(bytes_);
        Sha256 hash;
        hash.update(bytes_);
        dataset_.sha256 = hash.finish();
        dataset_.bytes = bytes_.size();
    }

    void write(const std::string& bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
    void flip(std::size_t at) const {
        auto changed = bytes_;
        changed[at] = static_cast<char>(changed[at] ^ 1);
        write(changed);
    }
    [[nodiscard]] std::filesystem::path path() const { return folder_ / "kept"; }
    [[nodiscard]] DatasetReader open() const { return DatasetReader(path(), dataset_); }

    /// What is read before the end or the Error, in buffers of that size.
    std::string read(std::size_t size, std::optional<Error>& error) const {
        auto reader = open();
        std::string text;
        std::string buffer(size, '\0');
        try {
            while (const auto count = reader.read(buffer)) text.append(buffer, 0, count);
        } catch (const Error& thrown) {
            error = thrown;
        }
        return text;
    }

  private:
    testing::TemporaryDirectory folder_;
    std::string bytes_;
    model::Dataset dataset_;
};

std::string pattern(std::size_t size) {
    std::string text(size, '\0');
    for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>('a' + i * 7 % 26);
    return text;
}

}  // namespace

TEST_CASE("a dataset's file is read as it was recorded, whatever its size and the buffer's") {
    const auto size = GENERATE(std::size_t{0}, std::size_t{1}, std::size_t{262'143}, std::size_t{262'144},
                               std::size_t{262'145}, std::size_t{1'000'000});
    const auto buffer = GENERATE(std::size_t{1'000}, std::size_t{262'144}, std::size_t{2'000'000});
    const Kept kept(pattern(size));
    std::optional<Error> error;
    CHECK(kept.read(buffer, error) == pattern(size));
    CHECK_FALSE(error);
    auto reader = kept.open();
    reader.check(Cancellation());
    reader.rewind();
    std::string first(1, '\0');
    CHECK(reader.read(first) == std::min<std::size_t>(size, 1));
}

TEST_CASE("the last bytes of a dataset with one changed bit are never given out") {
    const std::size_t size =
        GENERATE(std::size_t{1}, std::size_t{1'000}, std::size_t{262'144}, std::size_t{900'000});
    const Kept kept(pattern(size));
    for (const auto at : {std::size_t{0}, size / 2, size - 1}) {
        CAPTURE(size, at);
        kept.flip(at);
        std::optional<Error> error;
        const auto text = kept.read(10'000, error);
        REQUIRE(error);
        CHECK(error->error_class() == ErrorClass::integrity);
        CHECK_THAT(error->what(), Catch::Contains(kept.path().string()) && Catch::Contains("SHA-256"));
        CHECK(text.size() <= size - std::min<std::size_t>(size, 1));
        if (size <= 262'144) CHECK(text.empty());
        auto reader = kept.open();
        CHECK(error_of([&] { reader.check(Cancellation()); }).error_class() == ErrorClass::integrity);
    }
}

TEST_CASE("a dataset's file that changes its size while it is read is damaged") {
    const Kept kept(pattern(600'000));
    auto reader = kept.open();
    std::string buffer(100'000, '\0');
    REQUIRE(reader.read(buffer) == 100'000);
    std::filesystem::resize_file(kept.path(), 550'000);
    const auto rest = error_of([&] {
        while (reader.read(buffer) > 0) {
        }
    });
    CHECK(rest.error_class() == ErrorClass::integrity);
}

TEST_CASE("a FIFO or a folder in the place of a dataset's file is damage, and is not waited for") {
    const Kept kept("a,b\r\n");
    std::filesystem::remove(kept.path());
    REQUIRE(::mkfifo(kept.path().c_str(), 0600) == 0);
    const auto fifo = error_of([&] { static_cast<void>(kept.open()); });
    CHECK(fifo.error_class() == ErrorClass::integrity);
    CHECK_THAT(fifo.what(), Catch::Contains("is not a regular file"));
    std::filesystem::remove(kept.path());
    std::filesystem::create_directory(kept.path());
    CHECK(error_of([&] { static_cast<void>(kept.open()); }).error_class() == ErrorClass::integrity);
}
