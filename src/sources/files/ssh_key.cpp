#include <array>

#include <fmt/format.h>
#include <sodium.h>

#include "core/text.hpp"
#include "sources/files/sftp_session.hpp"

namespace prevision::sources {

namespace {

constexpr std::string_view prefix = "SHA256:";
constexpr std::size_t digest_size = crypto_hash_sha256_BYTES;

[[noreturn]] void refuse_key(std::string_view why, std::string hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("invalid private_key: {}", why), std::move(hint));
}

/// Whether a key in OpenSSH's own form is encrypted: its body begins with a magic word and the cipher's name,
/// which is "none" where it is not.
bool is_encrypted_openssh_key(std::string_view text, std::string_view first_line) {
    auto body = text.substr(text.find(first_line) + first_line.size());
    body = body.substr(0, body.find("-----"));
    std::string bytes(body.size(), '\0');
    std::size_t size = 0;
    const char* end = nullptr;
    sodium_base642bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), body.data(), body.size(),
                      "\r\n \t", &size, &end, sodium_base64_VARIANT_ORIGINAL);
    constexpr std::string_view plain("openssh-key-v1\0\0\0\0\4none", 23);
    const bool encrypted = !std::string_view(bytes).substr(0, size).starts_with(plain);
    wipe(bytes);
    return encrypted;
}

}  // namespace

std::string key_fingerprint(std::string_view key) {
    std::array<unsigned char, digest_size> digest{};
    crypto_hash_sha256(digest.data(), reinterpret_cast<const unsigned char*>(key.data()), key.size());
    std::array<char, sodium_base64_ENCODED_LEN(digest_size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING)>
        text{};
    sodium_bin2base64(text.data(), text.size(), digest.data(), digest.size(),
                      sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    return std::string(prefix) + text.data();
}

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
    throw Error(ErrorClass::invalid, fmt::format("invalid host_key: '{}' is no fingerprint", text),
                "\"SHA256:\" and 43 characters, as `ssh-keygen -lf` on the server's public key prints it");
}

void check_private_key(const Secret& key, bool has_passphrase) {
    const std::string_view text = key.reveal();
    const auto begin = text.find("-----BEGIN ");
    if (begin == std::string_view::npos) {
        if (text.starts_with("ssh-") || text.starts_with("ecdsa-"))
            refuse_key("it is a public key", "give the file without .pub");
        if (text.starts_with("PuTTY-")) {
            refuse_key("it is in PuTTY's form",
                       "turn it into OpenSSH's: puttygen KEY -O private-openssh -o NEW");
        }
        refuse_key("it is none", "give the file that ssh-keygen wrote, the one without .pub");
    }
    const auto line = text.substr(begin, text.find('\n', begin) - begin);
    if (line.find("PRIVATE KEY-----") == std::string_view::npos)
        refuse_key("it is none: " + std::string(trim(line)));
    const bool encrypted = line.find("OPENSSH") != std::string_view::npos
                               ? is_encrypted_openssh_key(text, line)
                               : text.find("ENCRYPTED") != std::string_view::npos;
    if (encrypted && !has_passphrase) {
        refuse_key("it is encrypted, and no passphrase is given", "give its passphrase as the password");
    }
}

}  // namespace prevision::sources
