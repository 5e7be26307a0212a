#include "sources/files/ssh_key.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <sodium.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::sources {

namespace {

constexpr std::string_view prefix = "SHA256:";
constexpr std::size_t digest_size = crypto_hash_sha256_BYTES;
constexpr std::string_view spaces = " \t\r\n";

/// The ciphers with which libssh decrypts a key in OpenSSH's form. It crashes with those that also
/// authenticate (aes256-gcm@openssh.com).
constexpr std::array<std::string_view, 7> openssh_ciphers{
    "aes256-ctr", "aes192-ctr", "aes128-ctr", "aes256-cbc", "aes192-cbc", "aes128-cbc", "3des-cbc"};

Error invalid_key(std::string_view why, std::string hint = {}) {
    return {ErrorClass::invalid, fmt::format("invalid private_key: {}", why), std::move(hint)};
}

Error unsupported_cipher(std::string_view name) {
    return invalid_key(
        fmt::format("it is encrypted with {}, which is not supported",
                    name.empty() ? "an outdated cipher" : name),
        "encrypt it with another cipher: ssh-keygen -p -Z aes256-ctr -f KEY, or -m PEM in PEM's form");
}

/// A text that is wiped when it goes out of scope.
struct WipedText {
    explicit WipedText(std::string_view bytes) : text(bytes) {}
    ~WipedText() { wipe(text); }
    WipedText(const WipedText&) = delete;
    WipedText& operator=(const WipedText&) = delete;
    std::string text;
};

void replace_all(std::string& text, std::string_view from, std::string_view to) {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

/// The parts of "-----BEGIN X-----", body, "-----END X-----".
struct KeyParts {
    std::string_view label;  ///< "OPENSSH PRIVATE KEY"
    std::string_view body;
};

KeyParts split_key(std::string_view text) {
    constexpr std::string_view begin_mark = "-----BEGIN ";
    constexpr std::string_view dashes = "-----";
    const auto begin = text.find(begin_mark);
    if (begin == std::string_view::npos) {
        if (text.starts_with("ssh-") || text.starts_with("ecdsa-"))
            throw invalid_key("it is a public key", "give the file without .pub");
        if (text.starts_with("PuTTY-")) {
            throw invalid_key("it is in PuTTY's form",
                              "convert it to OpenSSH's: puttygen KEY -O private-openssh -o NEW");
        }
        throw invalid_key("it is not a private key",
                          "give the file that ssh-keygen wrote, the one without .pub");
    }
    // Parameters of a curve, or a certificate, may come first.
    std::string first;
    for (auto at = begin;; at = text.find(begin_mark, at + 1)) {
        if (at == std::string_view::npos)
            throw invalid_key(fmt::format("it is not a private key, but a {}", first));
        auto rest = text.substr(at + begin_mark.size());
        const auto label = rest.substr(0, std::min<std::size_t>(rest.find(dashes), 40));
        if (first.empty()) first = label.substr(0, label.find('\n'));
        if (!label.ends_with("PRIVATE KEY")) continue;
        rest.remove_prefix(label.size() + dashes.size());
        const auto end = rest.find("-----END ");
        if (end == std::string_view::npos)
            throw invalid_key("it is cut off: its last line, -----END …, is missing");
        return {label, rest.substr(0, end)};
    }
}

/// The cipher of a key in OpenSSH's form: a text behind a magic word in its decoded body.
std::string openssh_cipher(std::string_view body) {
    WipedText bytes(body);
    std::size_t size = 0;
    const char* end = nullptr;
    sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.text.data()), bytes.text.size(), body.data(),
                      body.size(), "\n", &size, &end, sodium_base64_VARIANT_ORIGINAL);
    std::string_view rest = std::string_view(bytes.text).substr(0, size);
    constexpr std::string_view magic("openssh-key-v1\0\0\0\0", 18);
    if (!rest.starts_with(magic) || rest.size() < magic.size() + 1)
        throw invalid_key("it is damaged: it does not begin as OpenSSH's keys do");
    const auto length = static_cast<unsigned char>(rest[magic.size()]);
    return std::string(rest.substr(magic.size() + 1, length));
}

/// The cipher in the head of a body in PEM's own form: "DEK-Info: AES-128-CBC,1234…".
std::string_view pem_cipher(std::string_view body) {
    constexpr std::string_view field = "DEK-Info:";
    const auto at = body.find(field);
    if (at == std::string_view::npos) return {};
    body.remove_prefix(at + field.size());
    return trim(body.substr(0, body.find(',')));
}

bool openssl_has(const std::string& cipher) {
    const std::unique_ptr<EVP_CIPHER, decltype(&::EVP_CIPHER_free)> found(
        ::EVP_CIPHER_fetch(nullptr, cipher.c_str(), nullptr), &::EVP_CIPHER_free);
    return found != nullptr;
}

/// Whether a key is encrypted. Error invalid when that is by a cipher that is not supported.
bool check_cipher(const KeyParts& key) {
    if (key.label.starts_with("OPENSSH")) {
        const auto cipher = openssh_cipher(key.body);
        if (cipher == "none") return false;
        if (std::ranges::find(openssh_ciphers, cipher) == openssh_ciphers.end())
            throw unsupported_cipher(cipher);
        return true;
    }
    const std::string cipher(pem_cipher(key.body));
    if (!cipher.empty() && !openssl_has(cipher)) throw unsupported_cipher(cipher);
    return !cipher.empty() || key.label.starts_with("ENCRYPTED");
}

/// The lines of a body, each trimmed; base64 without a head is cut into lines anew.
std::string tidy_body(std::string_view body) {
    constexpr std::size_t line_length = 64;
    std::string tidy;
    if (body.find(':') != std::string_view::npos) {
        for (const auto& line : split(std::string(trim(body)), '\n')) {
            tidy += trim(line);
            tidy += '\n';
        }
        return tidy;
    }
    std::size_t length = 0;
    for (const char c : body) {
        if (spaces.find(c) != std::string_view::npos) continue;
        if (length++ == line_length) {
            tidy += '\n';
            length = 1;
        }
        tidy += c;
    }
    return tidy + '\n';
}

/// Whether OpenSSL refused because it does not have an algorithm. Empties its list of errors.
bool openssl_lacks_algorithm() {
    bool lacks = false;
    for (auto code = ::ERR_get_error(); code != 0; code = ::ERR_get_error()) {
        const char* const reason = ::ERR_reason_error_string(code);
        if (reason != nullptr && std::string_view(reason) == "unsupported") lacks = true;
    }
    return lacks;
}

}  // namespace

std::string parse_fingerprint(std::string_view text) {
    auto digits = trim(text);
    const bool marked = digits.starts_with(prefix);
    if (marked) digits.remove_prefix(prefix.size());
    while (digits.ends_with('=')) digits.remove_suffix(1);
    std::array<unsigned char, digest_size> digest{};
    std::size_t size = 0;
    const bool decoded =
        sodium_base642bin(digest.data(), digest.size(), digits.data(), digits.size(), nullptr, &size, nullptr,
                          sodium_base64_VARIANT_ORIGINAL_NO_PADDING) == 0;
    if (marked && decoded && size == digest_size) return fmt::format("{}{}", prefix, digits);
    throw Error(ErrorClass::invalid, fmt::format("invalid host_key: '{}' is not a fingerprint", text),
                "\"SHA256:\" and 43 characters, as `ssh-keygen -lf` on the server's public key prints it");
}

Secret normalize_private_key(const Secret& text, bool has_passphrase) {
    std::string_view given = text.reveal();
    if (given.starts_with("\xEF\xBB\xBF")) given.remove_prefix(3);
    WipedText lines{trim(given)};
    for (const auto* from : {"\\r\\n", "\\n", "\r\n", "\r"}) replace_all(lines.text, from, "\n");
    const auto key = split_key(lines.text);
    const WipedText body(tidy_body(key.body));
    if (check_cipher({key.label, body.text}) && !has_passphrase) {
        throw invalid_key("it is encrypted, and no passphrase is given",
                          "give its passphrase as the password");
    }
    return Secret(fmt::format("-----BEGIN {0}-----\n{1}-----END {0}-----\n", key.label, body.text));
}

SshKey import_private_key(const Secret& text, const Secret& passphrase) {
    ::ERR_clear_error();
    ssh_key imported = nullptr;
    // Without a passphrase, even an empty one, OpenSSL would ask for it on the terminal.
    ssh().import_private_key(text.c_str(), passphrase.c_str(), nullptr, nullptr, &imported);
    SshKey key(imported);
    const auto parts = split_key(text.reveal());
    if (key && ssh().key_type(key.get()) != SSH_KEYTYPE_DSS) return key;
    if (key) throw invalid_key("its type DSA is not supported", "make a new one: ssh-keygen -t ed25519");
    if (openssl_lacks_algorithm()) throw unsupported_cipher("");
    if (check_cipher(parts)) {
        throw Error(ErrorClass::auth, "the password is not the passphrase of the private key",
                    "give the key's passphrase as the password");
    }
    throw invalid_key("it is damaged, or of a type that is not supported",
                      "`ssh-keygen -y -f KEY` shows whether it can be read; make a new one with "
                      "`ssh-keygen -t ed25519`");
}

}  // namespace prevision::sources
