#include "platform/datasets/content.hpp"

#include <fstream>

#include <catch2/catch.hpp>
#include <sys/stat.h>

#include "core/error.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::platform;

namespace {

/// Files of a folder.
struct Folder {
    std::filesystem::path put(const std::string& name, const std::string& bytes) const {
        std::ofstream(path / name, std::ios::binary) << bytes;
        return path / name;
    }
    [[nodiscard]] bool is_one(const std::filesystem::path& one, const std::filesystem::path& other) const {
        return std::filesystem::equivalent(one, other);
    }
    [[nodiscard]] std::size_t count() const {
        return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path.path()), {}));
    }

    testing::TemporaryDirectory path;
    Cancellation never;
};

const std::string long_text = std::string(600'000, 'x') + "end";

}  // namespace

TEST_CASE("files of the same bytes become one, and each can be removed") {
    Folder folder;
    const auto a = folder.put("a", long_text);
    const auto b = folder.put("b", long_text);
    CHECK(share_content(b, {a}, folder.never));
    CHECK(folder.is_one(a, b));
    CHECK(folder.count() == 2);
    CHECK(freed_by_removing(a) == 0);
    std::filesystem::remove(a);
    CHECK(std::filesystem::file_size(b) == long_text.size());
    CHECK(freed_by_removing(b) == long_text.size());
    CHECK(freed_by_removing(folder.path / "nothing") == 0);
}

TEST_CASE("a file that has been damaged is not shared") {
    Folder folder;
    const auto good = folder.put("good", long_text);
    const auto damaged = folder.put("damaged", long_text.substr(0, long_text.size() - 1) + "X");
    const auto cut = folder.put("cut", long_text.substr(1));
    const auto more = folder.put("more", long_text + "x");
    const auto own = folder.put("own", long_text);
    CHECK_FALSE(share_content(own, {damaged, cut, more, folder.path / "missing"}, folder.never));
    CHECK_FALSE(folder.is_one(own, damaged));
    CHECK(share_content(own, {damaged, cut, folder.path / "missing", good}, folder.never));
    CHECK(folder.is_one(own, good));
    CHECK(folder.count() == 5);
}

TEST_CASE("empty files are shared, and a file with itself stays") {
    Folder folder;
    const auto a = folder.put("a", "");
    const auto b = folder.put("b", "");
    CHECK(share_content(b, {b}, folder.never));
    CHECK(share_content(b, {a}, folder.never));
    CHECK(folder.is_one(a, b));
    CHECK_FALSE(share_content(b, {}, folder.never));
}

TEST_CASE("a temporary link that a killed process left is replaced") {
    Folder folder;
    const auto a = folder.put("a", long_text);
    const auto b = folder.put("b", long_text);
    folder.put("b.link", "left");
    CHECK(share_content(b, {a}, folder.never));
    CHECK(folder.is_one(a, b));
    CHECK(folder.count() == 2);
}

TEST_CASE("sharing is cancelled") {
    Folder folder;
    const auto a = folder.put("a", long_text);
    const auto b = folder.put("b", long_text);
    Cancellation cancelled;
    cancelled.cancel();
    CHECK_THROWS_AS(share_content(b, {a}, cancelled), Error);
    CHECK_FALSE(folder.is_one(a, b));
    const SharingLock held(folder.path.path(), folder.never);
    CHECK_THROWS_AS(SharingLock(folder.path.path(), cancelled), Error);
}

TEST_CASE("the right to share is released by destruction") {
    Folder folder;
    { const SharingLock first(folder.path.path(), folder.never); }
    const SharingLock second(folder.path.path(), folder.never);
}

TEST_CASE("content is counted once for each file, and lost files are named") {
    Folder folder;
    const auto a = folder.put("a", "12345");
    const auto b = folder.put("b", "12345");
    const auto c = folder.put("c", "123");
    share_content(b, {a}, folder.never);
    ContentCount count;
    count.add("a", a, 5);
    count.add("b", b, 5);
    count.add("cut", c, 4);
    count.add("missing", folder.path / "d", 4);
    CHECK(count.total().datasets == 4);
    CHECK(count.total().bytes == 18);
    CHECK(count.total().files == 1);
    CHECK(count.total().stored_bytes == 5);
    CHECK(count.total().lost == std::vector<std::string>{"cut", "missing"});
}
