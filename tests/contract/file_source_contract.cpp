#include "contract/file_source_contract.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>
#include <tuple>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "sources/registry.hpp"

namespace prevision::testing {

using sources::Location;

namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

// The suite's own short names for the fixture's things.
class Suite {
  public:
    explicit Suite(FileSourceFixture& fixture) : fixture_(fixture) { fixture_.clear(); }

    void check_stages();
    void check_failing_stages();
    void check_bytes();
    void check_odd_names();
    void check_browsing();
    void check_browsing_a_file();
    void check_recursive_browsing();
    void check_missing();
    void check_early_end();
    void check_memory();
    void check_throwing_sink();
    void check_cancellation();
    void check_wrong_locations();

  private:
    [[nodiscard]] MemoryFile read(const std::string& path) const {
        return read_file_whole(fixture_.connection(), fixture_.location(path));
    }

    [[nodiscard]] std::unique_ptr<sources::Source> open() {
        return sources::open_source(fixture_.connection(), cancellation_);
    }

    FileSourceFixture& fixture_;
    Cancellation cancellation_;
};

void Suite::check_stages() {
    fixture_.put("tested.bin", make_bytes(1000));
    const std::vector<std::string> stages{"resolve", "connect", "tls", "auth", "list"};
    const auto connection_test = run_test(fixture_.connection());
    CHECK_FALSE(connection_test.error);
    CHECK(connection_test.names() == stages);
    auto with_read = stages;
    with_read.emplace_back("read");
    const auto begin = std::chrono::steady_clock::now();
    const auto location_test = run_test(fixture_.connection(), fixture_.location("tested.bin"));
    const auto whole = std::chrono::steady_clock::now() - begin;
    CHECK_FALSE(location_test.error);
    CHECK(location_test.names() == with_read);
    std::chrono::microseconds sum{0};
    for (const auto& stage : location_test.stages) {
        CAPTURE(stage.name);
        CHECK(stage.ok);
        sum += stage.elapsed;
        CHECK_FALSE(stage.message.empty());
    }
    CHECK(sum.count() > 0);
    CHECK(sum <= whole);
}

void Suite::check_failing_stages() {
    const auto missing = run_test(fixture_.connection(), fixture_.location("no such file"));
    REQUIRE(missing.error);
    CHECK(missing.error->error_class() == ErrorClass::not_found);
    CHECK(missing.last().name == "read");
    CHECK_FALSE(missing.last().ok);
    CHECK(missing.last().message == missing.error->what());

    auto stranger = fixture_.connection();
    stranger.username = "stranger";
    stranger.password = Secret("not the p@ssword");
    const auto refused = run_test(stranger);
    REQUIRE(refused.error);
    CHECK(refused.error->error_class() == ErrorClass::auth);
    CHECK_FALSE(refused.last().ok);
    CHECK_THAT(refused.last().message, !Catch::Contains("not the p@ssword"));

    auto nowhere = fixture_.connection();
    nowhere.host = "no-such-host.invalid";
    const auto unresolved = run_test(nowhere);
    REQUIRE(unresolved.error);
    CHECK(unresolved.error->error_class() == ErrorClass::unreachable);
    CHECK(unresolved.last().name == "resolve");
}

void Suite::check_bytes() {
    std::string all;
    for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
    const std::vector<std::string> contents{"",
                                            "a",
                                            "one\r\ntwo\nthree\r",
                                            all + all,
                                            std::string("\xEF\xBB\xBF") + "a;b\n",
                                            make_bytes(3 * mebibyte + 17)};
    for (const auto& content : contents) {
        CAPTURE(content.size());
        fixture_.put("folder/bytes.bin", content);
        const auto file = read("folder/bytes.bin");
        CHECK(file.files == 1);
        REQUIRE(file.info);
        CHECK(file.info->name == "bytes.bin");
        if (file.info->size) CHECK(file.info->size == content.size());
        CHECK_THAT(file.info->modified, Catch::StartsWith("20") && Catch::EndsWith("Z"));
        CHECK((file.bytes == content));
    }
}

void Suite::check_odd_names() {
    const std::vector<std::string> names{" a space ", "#hash",  "ques?tion", "per%20cent",  "%",
                                         "é ☕ 漢",    "~tilde", "-dash",     "semi;type=a", "back\\slash",
                                         "a+b",       "[a-z]*", "quo\"te'",  ".hidden",     "a -> b",
                                         "{x}",       "&amp;",  "new\nline", "tab\there",   "Jan 1 00:00"};
    for (const auto& name : names) {
        if (!fixture_.can_name(name)) continue;
        CAPTURE(name);
        fixture_.clear();
        fixture_.put(name, "in " + name);
        fixture_.put("fol " + name + "/" + name, "below " + name);
        CHECK(read(name).bytes == "in " + name);
        CHECK(read("fol " + name + "/" + name).bytes == "below " + name);
        const auto entries = browse_all(fixture_.connection(), fixture_.folder(""));
        CHECK(entries.size() == 2);
        CHECK(entries.count(name) == 1);
        const auto below = browse_all(fixture_.connection(), fixture_.folder("fol " + name));
        CHECK(below.size() == 1);
        CHECK(below.count(name) == 1);
    }
}

void Suite::check_browsing() {
    fixture_.put("a.txt", "12345");
    fixture_.put("empty", "");
    fixture_.put("folder/b.txt", "123");
    const auto entries = browse_all(fixture_.connection(), fixture_.folder(""));
    REQUIRE(entries.size() == 3);
    CHECK(entries.at("a.txt").kind == "file");
    CHECK(entries.at("a.txt").size == 5U);
    CHECK_THAT(entries.at("a.txt").modified, Catch::StartsWith("20") && Catch::EndsWith("Z"));
    CHECK(entries.at("empty").size == 0U);
    const auto folder = fixture_.folder_entry("folder");
    REQUIRE(entries.contains(folder));
    CHECK(entries.at(folder).kind == "folder");
    CHECK_FALSE(entries.at(folder).size);
    const auto below = browse_all(fixture_.connection(), fixture_.folder("folder"));
    REQUIRE(below.size() == 1);
    CHECK(below.at("b.txt").size == 3U);
}

void Suite::check_browsing_a_file() {
    fixture_.put("a.txt", "12345");
    fixture_.put("folder/b.txt", "123");
    for (const auto& [path, name, size] :
         {std::tuple("a.txt", "a.txt", 5U), std::tuple("folder/b.txt", "b.txt", 3U)}) {
        CAPTURE(path);
        for (const bool recursive : {false, true}) {
            const auto entries = browse_all(fixture_.connection(), fixture_.folder(path), recursive);
            REQUIRE(entries.size() == 1);
            CHECK(entries.at(name).name == name);
            CHECK(entries.at(name).kind == "file");
            CHECK(entries.at(name).size == size);
            CHECK_THAT(entries.at(name).modified, Catch::StartsWith("20") && Catch::EndsWith("Z"));
        }
    }
    const auto error = error_of([&] { browse_all(fixture_.connection(), fixture_.folder("missing")); });
    CHECK(error.error_class() == ErrorClass::not_found);
}

void Suite::check_recursive_browsing() {
    for (const auto* path : {"a.txt", "x/b.txt", "x/y/c.txt", "x/y/z/d.txt", "w/e.txt"})
        fixture_.put(path, path);
    std::vector<std::string> files;
    for (const auto& [name, entry] : browse_all(fixture_.connection(), fixture_.folder(""), true)) {
        if (entry.kind == "file") files.push_back(name);
    }
    CHECK(files == std::vector<std::string>{"a.txt", "w/e.txt", "x/b.txt", "x/y/c.txt", "x/y/z/d.txt"});
    files.clear();
    for (const auto& [name, entry] : browse_all(fixture_.connection(), fixture_.folder("x"), true)) {
        if (entry.kind == "file") files.push_back(name);
    }
    CHECK(files == std::vector<std::string>{"b.txt", "y/c.txt", "y/z/d.txt"});
}

void Suite::check_missing() {
    fixture_.put("folder/there.txt", "x");
    for (const auto* path : {"missing.txt", "folder/missing.txt", "no such folder/missing.txt"}) {
        CAPTURE(path);
        const auto error = error_of([&] { static_cast<void>(read(path)); });
        CHECK(error.error_class() == ErrorClass::not_found);
        CHECK_THAT(error.what(), Catch::Contains(path));
    }
}

void Suite::check_early_end() {
    fixture_.put("large.bin", make_bytes(32 * mebibyte));
    const auto source = open();
    for (int time = 0; time < 2; ++time) {
        MemoryFile file;
        file.on_write = [] { return false; };
        source->read(fixture_.location("large.bin"), {.limit = 1}, file);
        CHECK(file.count > 0);
        CHECK(file.count < mebibyte);
    }
    MemoryFile whole;
    whole.keep = false;
    source->read(fixture_.location("large.bin"), {}, whole);
    CHECK(whole.count == 32 * mebibyte);
}

void Suite::check_memory() {
    fixture_.put("large.bin", make_bytes(32 * mebibyte));
    const auto source = open();
    const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    const auto before = in_use();
    std::size_t most = before;
    MemoryFile file;
    file.keep = false;
    file.on_write = [&] {
        most = std::max(most, in_use());
        return true;
    };
    source->read(fixture_.location("large.bin"), {}, file);
    CHECK(file.count == 32 * mebibyte);
    CHECK(most - before < fixture_.most_memory());
}

void Suite::check_throwing_sink() {
    fixture_.put("thrown.bin", make_bytes(4 * mebibyte));
    const auto source = open();
    MemoryFile file;
    file.on_write = []() -> bool { throw std::runtime_error("disk full"); };
    CHECK_THROWS_WITH(source->read(fixture_.location("thrown.bin"), {}, file), "disk full");
    CHECK(read("thrown.bin").bytes.size() == 4 * mebibyte);
}

void Suite::check_cancellation() {
    fixture_.put("cancelled.bin", make_bytes(16 * mebibyte));
    Cancellation cancellation;
    const auto source = sources::open_source(fixture_.connection(), cancellation);
    MemoryFile file;
    file.on_write = [&] {
        cancellation.cancel(ErrorClass::terminated);
        return true;
    };
    const auto location = fixture_.location("cancelled.bin");
    const auto read_it = [&] { source->read(location, {}, file); };
    CHECK(error_of(read_it).error_class() == ErrorClass::terminated);
    CHECK(file.count < 16 * mebibyte);
    // And what begins after it does not begin.
    CHECK(error_of(read_it).error_class() == ErrorClass::terminated);
    CHECK(error_of([&] { source->browse(fixture_.folder(""), false, [](const auto&) {}); }).error_class() ==
          ErrorClass::terminated);
}

void Suite::check_wrong_locations() {
    std::vector<std::pair<Location, std::string>> wrong{{fixture_.location(""), "path"},
                                                        {fixture_.location(std::string("a\0b", 3)), "path"}};
    if (fixture_.has_folders()) wrong.emplace_back(fixture_.location("folder/"), "path");
    for (const auto* field : {"database", "table", "request"}) {
        auto location = fixture_.location("a.txt");
        const std::string name = field;
        (name == "database" ? location.database : name == "table" ? location.table : location.request) = "x";
        wrong.emplace_back(location, name);
    }
    for (const auto& [location, field] : wrong) {
        CAPTURE(location.path, field);
        const auto error =
            error_of([&, &it = location] { static_cast<void>(read_file_whole(fixture_.connection(), it)); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains(field));
    }
}

}  // namespace

sources::RowSink& MemoryFile::table() { throw std::logic_error("a file is no table"); }

ByteSink& MemoryFile::file(const sources::FileInfo& found) {
    info = found;
    ++files;
    return *this;
}

void MemoryFile::write(std::string_view some) {
    if (keep) bytes += some;
    count += some.size();
    wanted_ = !on_write || on_write();
}

MemoryFile read_file_whole(const sources::Connection& connection, const Location& location) {
    Cancellation cancellation;
    MemoryFile file;
    sources::open_source(connection, cancellation)->read(location, {}, file);
    return file;
}

std::map<std::string, sources::Entry> browse_all(const sources::Connection& connection,
                                                 const std::string& folder, bool recursive) {
    Cancellation cancellation;
    std::map<std::string, sources::Entry> entries;
    sources::open_source(connection, cancellation)
        ->browse(folder, recursive, [&](const sources::Entry& entry) {
            if (!entries.emplace(entry.path, entry).second) throw std::logic_error("twice: " + entry.name);
        });
    return entries;
}

std::string make_bytes(std::size_t size) {
    std::mt19937_64 numbers(size);
    std::string bytes;
    bytes.reserve(size + sizeof(std::uint64_t));
    while (bytes.size() < size) {
        const auto number = numbers();
        bytes.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    bytes.resize(size);
    return bytes;
}

void check_file_source_contract(FileSourceFixture& fixture) {
    Suite suite(fixture);
    SECTION("a test goes through its stages in order") { suite.check_stages(); }
    SECTION("a failed stage is told before its error is thrown") { suite.check_failing_stages(); }
    SECTION("a file comes byte for byte") { suite.check_bytes(); }
    SECTION("a name may hold any character that the system can") { suite.check_odd_names(); }
    SECTION("files and folders are listed, with sizes and times") { suite.check_browsing(); }
    SECTION("a file lists as itself") { suite.check_browsing_a_file(); }
    SECTION("folders in folders are listed on demand") { suite.check_recursive_browsing(); }
    SECTION("what is missing is not found") { suite.check_missing(); }
    SECTION("a sink that wants no more ends the transfer, and the source can be used again") {
        suite.check_early_end();
    }
    SECTION("a large file does not stay in memory") { suite.check_memory(); }
    SECTION("what the sink throws comes out") { suite.check_throwing_sink(); }
    SECTION("a cancellation ends the reading with its own error") { suite.check_cancellation(); }
    SECTION("a location that cannot be right is refused by its field") { suite.check_wrong_locations(); }
}

}  // namespace prevision::testing
