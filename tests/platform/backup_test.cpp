#include "platform/backup.hpp"

#include <atomic>
#include <fstream>
#include <thread>

#include <catch2/catch.hpp>

#include "core/byte_sink.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/errors.hpp"
#include "platform/fixture.hpp"
#include "sqlite/sqlite.hpp"
#include "support/command.hpp"

using namespace prevision;
using platform::Platform;
using prevision::testing::error_of;
using prevision::testing::Fixture;

namespace {

/// A platform with a dataset, and a connector with a secret.
struct Shop : Fixture {
    Shop() {
        sqlite::Database(folder() / "shop.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
            .execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)");
        const auto connector = make(
            "/connectors", R"("type": "SQL", "host": "sqlite://)" + (folder() / "shop.db").string() + R"(")");
        datasource = make("/data-sources", R"("table": "t", "connector_id": ")" + connector + R"(")");
        dataset = take();
        secret = make("/connectors", R"("type": "FTP", "host": "h", "password": "hush-hush")");
    }
    std::string make(const std::string& collection, const std::string& fields) {
        const auto made = post(in_project(collection), R"({"name": "n", )" + fields + "}");
        REQUIRE(made.status == 200);
        return made.id();
    }
    std::string take() {
        const auto id = make("/datasets/data-source", R"("datasource_id": ")" + datasource + R"(")");
        while (get("/datasets/" + id).text("copy_state") != "done") {
        }
        return id;
    }
    /// Writes the backup; the file's path.
    std::filesystem::path back_up(bool with_key = true) {
        StringSink sink;
        Cancellation cancellation;
        content = platform::write_backup(platform(), with_key, sink, cancellation);
        const auto file = folder() / "backup.tar";
        std::ofstream(file, std::ios::binary) << sink.text;
        return file;
    }
    [[nodiscard]] std::filesystem::path kept() const { return home() / "datasets" / (dataset + ".csv"); }

    std::string datasource;
    std::string dataset;
    std::string secret;
    platform::BackupContent content;
};

std::string compare(Platform& platform, const std::string& connector) {
    return Fixture::call_platform(platform, "POST", "/connectors/" + connector + "/compare-secrets",
                                  R"({"password": "hush-hush"})")
        .body;
}

void restore(const std::filesystem::path& file, const std::filesystem::path& home) {
    Cancellation cancellation;
    platform::restore_backup(file, home, cancellation);
}

std::string tar(const std::string& options, const std::filesystem::path& file) {
    return testing::run_command({"sh", "-c", "tar " + options + " " + file.string()}).output;
}

}  // namespace

TEST_CASE("a restored backup has the objects, the datasets and the secrets of its platform") {
    Shop shop;
    const auto file = shop.back_up();
    CHECK(shop.content.datasets == 1);
    CHECK(shop.content.secrets == 1);
    CHECK(shop.content.has_key);
    restore(file, shop.folder() / "new");
    Platform restored({.home = shop.folder() / "new", .vault_key_file = {}});
    for (const auto& path : {"/datasets/" + shop.dataset, "/connectors/" + shop.secret,
                             "/datasets/" + shop.dataset + "/sample", std::string("/projects")}) {
        CAPTURE(path);
        CHECK(Fixture::call_platform(restored, "GET", path).body == shop.get(path).body);
    }
    CHECK(compare(restored, shop.secret) == R"({"password":"same"})");
    CHECK(Fixture::call_platform(restored, "POST", "/projects", R"({"name": "more"})").status == 200);
    CHECK(std::distance(std::filesystem::directory_iterator(shop.folder() / "new"), {}) >= 3);
    for (const auto& entry : std::filesystem::directory_iterator(shop.folder() / "new"))
        CHECK(entry.path().extension() != ".part");
}

TEST_CASE("a backup is a tar archive with the sums of its files, and no secret in plain text") {
    Shop shop;
    const auto file = shop.back_up();
    CHECK(tar("tf", file) == "datasets/" + shop.dataset + ".csv\nvault.key\nprevision.db\nSHA256SUMS\n");
    const auto folder = shop.folder() / "unpacked";
    std::filesystem::create_directory(folder);
    testing::run_command({"tar", "-C", folder.string(), "-xf", file.string()});
    const auto checked =
        testing::run_command({"sh", "-c", "cd " + folder.string() + " && sha256sum -c SHA256SUMS"});
    CHECK(checked.exit_code == 0);
    CHECK(read_file(file, 1 << 26).find("hush-hush") == std::string::npos);
}

TEST_CASE("datasets of the same bytes are in a backup once, and share a file again when it is restored") {
    Shop shop;
    const auto same = shop.take();
    sqlite::Database(shop.folder() / "shop.db", SQLITE_OPEN_READWRITE).execute("INSERT INTO t VALUES (3)");
    const auto other = shop.take();
    const auto file = shop.back_up();
    CHECK(shop.content.datasets == 3);
    CHECK(tar("tf", file) == "datasets/" + shop.dataset + ".csv\ndatasets/" + other +
                                 ".csv\nvault.key\nprevision.db\nSHA256SUMS\n");
    const auto home = shop.folder() / "new";
    restore(file, home);
    Platform restored({.home = home, .vault_key_file = {}});
    const auto stored = restored.stored_content();
    CHECK(stored.datasets == 3);
    CHECK(stored.files == 2);
    CHECK(stored.lost.empty());
    for (const auto& id : {shop.dataset, same, other}) {
        CAPTURE(id);
        CHECK(read_file(home / "datasets" / (id + ".csv"), 100) ==
              read_file(shop.home() / "datasets" / (id + ".csv"), 100));
        CHECK(Fixture::call_platform(restored, "GET", "/datasets/" + id).body ==
              shop.get("/datasets/" + id).body);
    }
    // The copies go one by one.
    CHECK(Fixture::call_platform(restored, "DELETE", "/datasets/" + shop.dataset).status == 204);
    CHECK(read_file(home / "datasets" / (same + ".csv"), 100) == "a\r\n1\r\n2\r\n");
}

TEST_CASE("a backup without the key restores everything but the secrets") {
    Shop shop;
    const auto file = shop.back_up(false);
    CHECK(tar("tf", file).find("vault.key") == std::string::npos);
    restore(file, shop.folder() / "new");
    Platform restored({.home = shop.folder() / "new", .vault_key_file = {}});
    CHECK(Fixture::call_platform(restored, "GET", "/datasets/" + shop.dataset).status == 200);
    CHECK(compare(restored, shop.secret).find("key") != std::string::npos);
    std::filesystem::copy_file(shop.home() / "vault.key", shop.folder() / "new/vault.key");
    CHECK(compare(restored, shop.secret) == R"({"password":"same"})");
}

TEST_CASE("a backup that is cut off or changed anywhere restores nothing") {
    Shop shop;
    const auto file = shop.back_up();
    const auto whole = read_file(file, 1 << 26);
    const auto try_with = [&](const std::string& bytes) {
        std::ofstream(file, std::ios::binary) << bytes;
        const auto home = shop.folder() / "new";
        const auto error = error_of([&] { restore(file, home); });
        CHECK(error.error_class() == ErrorClass::integrity);
        CHECK(std::filesystem::is_empty(home));
    };
    for (std::size_t part = 0; part < 8; ++part) {
        CAPTURE(part);
        try_with(whole.substr(0, whole.size() * part / 8));
    }
    for (const std::string text : {"1\r\n2\r\n", "SQLite format 3"}) {
        CAPTURE(text);
        auto changed = whole;
        const auto at = changed.find(text);
        REQUIRE(at != std::string::npos);
        changed[at] = 'X';
        try_with(changed);
    }
}

TEST_CASE("a backup with other members is refused, so that no file is written elsewhere") {
    Shop shop;
    const auto file = shop.back_up();
    const auto folder = shop.folder() / "unpacked";
    std::filesystem::create_directory(folder);
    const std::string change =
        GENERATE("echo x > evil && tar --transform 's,evil,../../evil,' -P -rf ARCHIVE evil",
                 "ln -s /etc/passwd link && tar -rf ARCHIVE link", "mkdir d && tar -rf ARCHIVE d",
                 "cp SHA256SUMS again && tar --transform 's,again,SHA256SUMS,' -rf ARCHIVE again");
    CAPTURE(change);
    auto script = "cd " + folder.string() + " && tar -xf " + file.string() + " && " + change;
    script.replace(script.find("ARCHIVE"), 7, file.string());
    REQUIRE(testing::run_command({"sh", "-c", script}).exit_code == 0);
    CHECK(error_of([&] { restore(file, shop.folder() / "new"); }).error_class() == ErrorClass::integrity);
    CHECK_FALSE(std::filesystem::exists(shop.folder() / "evil"));
    CHECK(std::filesystem::is_empty(shop.folder() / "new"));
}

TEST_CASE("a home that has a platform is never overwritten, and a damaged dataset fails the backup") {
    Shop shop;
    const auto file = shop.back_up();
    CHECK(error_of([&] { restore(file, shop.home()); }).error_class() == ErrorClass::conflict);
    CHECK(shop.get("/datasets/" + shop.dataset).status == 200);
    auto bytes = read_file(shop.kept(), 100);
    bytes[0] = 'x';
    std::ofstream(shop.kept(), std::ios::binary) << bytes;
    CHECK(error_of([&] { shop.back_up(); }).error_class() == ErrorClass::integrity);
}

TEST_CASE("a platform that changes during its backup gives a whole one") {
    Shop shop;
    std::atomic<bool> over{false};
    std::thread changes([&] {
        while (!over) {
            const auto id = shop.take();
            shop.remove("/datasets/" + id);
        }
    });
    for (int i = 0; i < 5; ++i) {
        const auto file = shop.back_up();
        restore(file, shop.folder() / ("new" + std::to_string(i)));
    }
    over = true;
    changes.join();
}
