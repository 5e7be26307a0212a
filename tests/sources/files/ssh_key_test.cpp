#include "sources/files/ssh_key.hpp"

#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

namespace prevision::sources {

namespace {

using testing::run_command;
using testing::TemporaryDirectory;

std::string content(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

/// What a shell script writes into files of a folder of its own.
class Keys {
  public:
    explicit Keys(const std::string& script) {
        const auto result =
            run_command({"sh", "-c", "set -e; cd \"$0\"; " + script, folder_.path().string()});
        INFO(result.errors);
        REQUIRE(result.exit_code == 0);
    }
    [[nodiscard]] std::string operator[](const std::string& name) const { return content(folder_ / name); }

  private:
    TemporaryDirectory folder_;
};

std::string normalized(const std::string& text) {
    return std::string(normalize_private_key(Secret(text), true).reveal());
}

/// The Error of a key that is used with that passphrase.
Error error_of(const std::string& text, const std::string& passphrase = {}) {
    try {
        const auto key = normalize_private_key(Secret(text), !passphrase.empty());
        static_cast<void>(import_private_key(key, Secret(passphrase)));
    } catch (const Error& error) {
        return error;
    }
    FAIL("no error");
    return {ErrorClass::internal, ""};
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

}  // namespace

TEST_CASE("a private key is read whatever happened to its text on the way") {
    const Keys keys(R"(
        ssh-keygen -q -t ed25519 -N '' -f openssh
        openssl genrsa -traditional -out pem 2048
        openssl genpkey -algorithm ed25519 -out pkcs8
        openssl rsa -in pem -traditional -aes256 -passout pass:phrase -out locked)");
    for (const auto* name : {"openssh", "pem", "pkcs8", "locked"}) {
        CAPTURE(name);
        // OpenSSH's lines are longer.
        const auto plain = normalized(keys[name]);
        CHECK((std::string_view(name) == "openssh" || plain == keys[name]));
        CHECK(normalized(replaced(plain, "\n", "\r\n")) == plain);
        CHECK(normalized(replaced(plain, "\n", "\r")) == plain);
        CHECK(normalized(replaced(plain, "\n", "\\n")) == plain);
        CHECK(normalized(replaced(plain, "\n", "\\r\\n")) == plain);
        CHECK(normalized(plain.substr(0, plain.size() - 1)) == plain);
        CHECK(normalized("\xEF\xBB\xBF" + plain) == plain);
        CHECK(normalized("  \n\n" + replaced(plain, "\n", "\n    ")) == plain);
        CHECK(normalized("a comment\n" + plain + "another one\n") == plain);
    }
    for (const auto* name : {"openssh", "pem", "pkcs8"}) {
        CAPTURE(name);
        CHECK(normalized(replaced(keys[name], "\n", "  ")) == normalized(keys[name]));
        CHECK(import_private_key(Secret(normalized(replaced(keys[name], "\n", "\\n"))), {}));
    }
    CHECK(import_private_key(Secret(normalized(keys["locked"])), Secret("phrase")));
}

TEST_CASE("a wrong passphrase, a cipher that is not supported and a file that is not a key differ") {
    const Keys keys(R"(
        ssh-keygen -q -t ed25519 -N phrase -f openssh
        ssh-keygen -q -t ed25519 -N phrase -Z chacha20-poly1305@openssh.com -f chacha
        ssh-keygen -q -t ed25519 -N phrase -Z aes256-gcm@openssh.com -f gcm
        openssl genrsa -traditional -out rsa 2048
        openssl rsa -in rsa -traditional -aes128 -passout pass:phrase -out pem
        openssl pkcs8 -topk8 -in rsa -passout pass:phrase -out pkcs8
        openssl rsa -in rsa -traditional -des -passout pass:phrase -provider legacy -provider default -out des
        openssl pkcs8 -topk8 -in rsa -v1 PBE-MD5-DES -passout pass:phrase -provider legacy -provider default \
            -out md5des
        openssl dsaparam -genkey -out dsa 1024
        openssl req -x509 -newkey ed25519 -nodes -subj /CN=a -keyout other -out certificate)");
    for (const auto* name : {"openssh", "pem", "pkcs8"}) {
        CAPTURE(name);
        const auto wrong = error_of(keys[name], "another phrase");
        CHECK(wrong.error_class() == ErrorClass::auth);
        CHECK_THAT(wrong.what(), Catch::Contains("not the passphrase") && !Catch::Contains("another phrase"));
        const auto none = error_of(keys[name]);
        CHECK(none.error_class() == ErrorClass::invalid);
        CHECK_THAT(none.what(), Catch::Contains("no passphrase is given"));
        CHECK(import_private_key(Secret(normalized(keys[name])), Secret("phrase")));
    }
    for (const auto& [name, cipher] : {std::pair("chacha", "with chacha20-poly1305@openssh.com"),
                                       {"gcm", "with aes256-gcm@openssh.com"},
                                       {"des", "with DES-CBC"},
                                       {"md5des", "with an outdated cipher"}}) {
        CAPTURE(name);
        const auto error = error_of(keys[name], "phrase");
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::StartsWith("invalid private_key") && Catch::Contains(cipher) &&
                                     Catch::Contains("not supported"));
    }
    const auto rsa = keys["rsa"];
    for (const auto& [text, why] : {std::pair(keys["openssh.pub"], "it is a public key"),
                                    {keys["certificate"], "but a CERTIFICATE"},
                                    {std::string("PuTTY-User-Key-File-3: ssh-ed25519"), "PuTTY"},
                                    {std::string("id,name\n"), "not a private key"},
                                    {std::string("\0\1\2", 3), "not a private key"},
                                    {rsa.substr(0, rsa.size() / 2), "cut off"},
                                    {replaced(rsa, rsa.substr(100, 200), ""), "damaged"},
                                    {keys["dsa"], "DSA is not supported"}}) {
        CAPTURE(why);
        const auto error = error_of(text);
        CHECK(error.error_class() == ErrorClass::invalid);
        CHECK_THAT(error.what(), Catch::StartsWith("invalid private_key") && Catch::Contains(why));
    }
}

}  // namespace prevision::sources
