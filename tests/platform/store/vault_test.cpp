#include "platform/store/vault.hpp"

#include <fstream>
#include <thread>

#include <catch2/catch.hpp>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/error.hpp"
#include "core/file.hpp"
#include "platform/errors.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

namespace {

const std::string some_key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

Vault vault_at(const std::filesystem::path& path, std::optional<std::string> known = std::nullopt) {
    return {path, [known] { return known; }};
}

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode = 0600) {
    std::ofstream(path, std::ios::binary) << text;
    REQUIRE(::chmod(path.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("what was sealed can be opened again") {
    const VaultKey key;
    const std::string texts[] = {"", "x", "p\xc3\xa4ss w\xffrd\n", std::string("a\0b", 3),
                                 std::string(1 << 20, 'x')};
    for (const auto& text : texts) {
        CHECK(key.open(key.seal(Secret(std::string(text)), "id/password"), "id/password").reveal() == text);
    }
}

TEST_CASE("the same secret is never sealed to the same bytes") {
    const VaultKey key;
    CHECK(key.seal(Secret("secret"), "c") != key.seal(Secret("secret"), "c"));
}

TEST_CASE("a sealed secret with any bit changed, or cut off, cannot be opened") {
    const VaultKey key;
    const auto sealed = key.seal(Secret("secret"), "context");
    for (std::size_t i = 0; i < sealed.size() * 8; ++i) {
        auto changed = sealed;
        changed[i / 8] = static_cast<char>(changed[i / 8] ^ (1 << (i % 8)));
        CAPTURE(i);
        CHECK(error_of([&] { return key.open(changed, "context"); }).error_class() == ErrorClass::integrity);
    }
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CAPTURE(size);
        CHECK(error_of([&] { return key.open(sealed.substr(0, size), "context"); }).error_class() ==
              ErrorClass::integrity);
    }
    CHECK_THROWS_AS(key.open(sealed + "x", "context"), Error);
}

TEST_CASE("a sealed secret can be opened with its key, for its place only") {
    const VaultKey key;
    const auto sealed = key.seal(Secret("secret"), "one/password");
    for (const auto* context :
         {"two/password", "one/googleCredentials", "", "one/passwor", "one/password "}) {
        CHECK(error_of([&] { return key.open(sealed, context); }).error_class() == ErrorClass::integrity);
    }
    CHECK(error_of([&] { return VaultKey().open(sealed, "one/password"); }).error_class() ==
          ErrorClass::integrity);
}

TEST_CASE("a key is 64 hex digits on one line") {
    CHECK(VaultKey(Secret(some_key + "\n")).line().reveal() == some_key + "\n");
    CHECK(VaultKey(Secret(std::string(some_key))).fingerprint() ==
          VaultKey(Secret("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")).fingerprint());
    CHECK(VaultKey().fingerprint() != VaultKey().fingerprint());
    for (const auto& line : {std::string(), std::string("\n"), some_key.substr(1), some_key.substr(2),
                             some_key + "0", some_key + "00", some_key + "\n\n", some_key + "\r\n",
                             " " + some_key, "g" + some_key.substr(1), some_key + "\n" + some_key}) {
        CAPTURE(line);
        CHECK_THROWS_AS(VaultKey(Secret(std::string(line))), Error);
    }
}

TEST_CASE("the key file is made with the first secret, for its owner alone, and used from then on") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "vault.key";
    auto vault = vault_at(path);
    CHECK_FALSE(std::filesystem::exists(path));
    const auto sealed = vault.seal(Secret("secret"), "c");
    struct stat status {};
    REQUIRE(::stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    CHECK(read_file(path, 100).size() == 65);
    CHECK(vault_at(path, vault.fingerprint()).open(sealed, "c").reveal() == "secret");
}

TEST_CASE("a key file that others may read is refused, with the way out") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "vault.key";
    for (const mode_t mode : {0644U, 0640U, 0604U, 0620U, 0602U, 0601U}) {
        write_file(path, some_key + "\n", mode);
        const auto error = error_of([&] { return vault_at(path).seal(Secret("s"), "c"); });
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains(path.string()));
        CHECK(error.hint() == "chmod 600 " + path.string());
    }
    write_file(path, some_key + "\n", 0400);
    CHECK_NOTHROW(vault_at(path).seal(Secret("s"), "c"));
}

TEST_CASE("a key file that holds no key is refused and left alone") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "vault.key";
    write_file(path, "");
    const auto error = error_of([&] { return vault_at(path).seal(Secret("s"), "c"); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains(path.string()) && Catch::Contains("64 hex digits"));
    CHECK(std::filesystem::file_size(path) == 0);
}

TEST_CASE("another key than the store's is refused by the file's name") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "vault.key";
    write_file(path, some_key + "\n");
    auto vault = vault_at(path, VaultKey().fingerprint());
    for (const auto& error : {error_of([&] { return vault.seal(Secret("s"), "c"); }),
                              error_of([&] { return vault.open("", "c"); })}) {
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::Contains(path.string()));
        CHECK_THAT(error.what(), !Catch::Contains(some_key));
    }
}

TEST_CASE("a lost key is an error and never a new key") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "vault.key";
    auto vault = vault_at(path, VaultKey().fingerprint());
    const auto error = error_of([&] { return vault.seal(Secret("s"), "c"); });
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.what(), Catch::Contains(path.string()) && Catch::Contains("does not exist"));
    CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE("a key file that cannot be made names the file and the reason") {
    const testing::TemporaryDirectory folder;
    const auto error =
        error_of([&] { return vault_at(folder / "nowhere" / "vault.key").seal(Secret("s"), "c"); });
    CHECK_THAT(error.what(), Catch::Contains("nowhere") && Catch::Contains("No such file or directory"));
}

TEST_CASE("processes that first use the vault at once agree on one key") {
    const testing::TemporaryDirectory folder;
    for (int round = 0; round < 20; ++round) {
        const auto path = folder / ("vault.key" + std::to_string(round));
        int start[2];
        int results[2];
        REQUIRE(::pipe(start) == 0);
        REQUIRE(::pipe(results) == 0);
        constexpr int processes = 4;
        for (int i = 0; i < processes; ++i) {
            if (::fork() != 0) continue;
            char go = 0;
            bool ok = ::read(start[0], &go, 1) == 1;
            try {
                const auto fingerprint = vault_at(path).fingerprint();
                ok = ok && ::write(results[1], fingerprint.data(), 32) == 32;
            } catch (const std::exception&) {
                ok = false;
            }
            ::_exit(ok ? 0 : 1);
        }
        REQUIRE(::write(start[1], "gogo", processes) == processes);
        int failures = 0;
        for (int i = 0; i < processes; ++i) {
            int status = 0;
            ::wait(&status);
            failures += status == 0 ? 0 : 1;
        }
        REQUIRE(failures == 0);
        std::string all(processes * 32, '\0');
        REQUIRE(::read(results[0], all.data(), all.size()) == static_cast<ssize_t>(all.size()));
        for (int i = 1; i < processes; ++i)
            CHECK(all.substr(static_cast<std::size_t>(i) * 32, 32) == all.substr(0, 32));
        for (const int descriptor : {start[0], start[1], results[0], results[1]}) ::close(descriptor);
    }
}

TEST_CASE("a key file that is no regular file is an error at once") {
    const testing::TemporaryDirectory folder;
    const auto path = folder / "key";
    const auto refusal = [&] {
        Vault vault(path, [] { return std::nullopt; });
        return error_of([&] { vault.seal(Secret(std::string("s")), "c"); });
    };
    SECTION("a link to a file that does not exist") {
        std::filesystem::create_symlink(folder / "nowhere", path);
        CHECK_THAT(refusal().what(), Catch::Contains("a link to a file that does not exist"));
        CHECK_FALSE(std::filesystem::exists(folder / "nowhere"));
    }
    SECTION("a FIFO") {
        REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
        CHECK_THAT(refusal().what(), Catch::Contains("is not a regular file"));
    }
    SECTION("a device") {
        std::filesystem::create_symlink("/dev/zero", path);
        CHECK_THAT(refusal().what(), Catch::Contains("is not a regular file"));
    }
    SECTION("a folder") {
        std::filesystem::create_directory(path);
        CHECK_THAT(refusal().what(), Catch::Contains("is not a regular file"));
    }
    CHECK(refusal().error_class() == ErrorClass::invalid);
}

TEST_CASE(
    "a key file is private when only its owner may read it, or when systemd hands it over as a credential") {
    CHECK(platform::is_private(S_IFREG | 0600, 1000, 1000));
    CHECK(platform::is_private(S_IFREG | 0400, 0, 0));
    CHECK(platform::is_private(S_IFREG | 0440, 0, 0));
    CHECK_FALSE(platform::is_private(S_IFREG | 0440, 1000, 0));
    CHECK_FALSE(platform::is_private(S_IFREG | 0440, 0, 1000));
    CHECK_FALSE(platform::is_private(S_IFREG | 0640, 0, 0));
    CHECK_FALSE(platform::is_private(S_IFREG | 0444, 0, 0));
    CHECK_FALSE(platform::is_private(S_IFREG | 0660, 1000, 1000));
}
