#include "platform/store/vault.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include "core/atomic_file.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace prevision::platform {

namespace {

/// The first byte of a sealed secret: its format.
constexpr char format_version = 1;
constexpr std::size_t nonce_size = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_size = crypto_aead_xchacha20poly1305_ietf_ABYTES;
static_assert(crypto_aead_xchacha20poly1305_ietf_KEYBYTES == 32);

void initialise_sodium() {
    // May be called any number of times, on any thread.
    if (sodium_init() < 0) throw Error(ErrorClass::internal, "libsodium cannot be initialised");
}

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

/// Reads the key file; nothing when it does not exist.
std::unique_ptr<VaultKey> read_key(const std::filesystem::path& path) {
    FileDescriptor file;
    try {
        // O_NONBLOCK: opening a FIFO must not wait for a writer.
        file = open_file(path, O_RDONLY | O_NONBLOCK);
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
        if (!std::filesystem::is_symlink(path)) return nullptr;
        throw Error(ErrorClass::invalid,
                    fmt::format("the key file {} is a link to a file that does not exist", path.string()),
                    "restore that file from a backup, or remove the link");
    }
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot read {}: {}", path.string(), system_message(errno)));
    }
    if (!S_ISREG(status.st_mode)) {
        throw Error(ErrorClass::invalid, fmt::format("the key file {} is not a regular file", path.string()),
                    "PREVISION_VAULT_KEY_FILE names the file that holds the key");
    }
    if (!is_private(status.st_mode, status.st_uid, status.st_gid)) {
        throw Error(ErrorClass::invalid,
                    fmt::format("other users can read the key file {} (mode {:04o})", path.string(),
                                static_cast<unsigned>(status.st_mode & 07777U)),
                    fmt::format("chmod 600 {}", path.string()));
    }
    std::string line(128, '\0');
    line.resize(read_some(file, line, path));
    try {
        return std::make_unique<VaultKey>(Secret(std::move(line)));
    } catch (const Error& error) {
        throw Error(error.error_class(), fmt::format("the key file {}: {}", path.string(), error.what()),
                    "restore it from a backup");
    }
}

/// Creates the key file, or returns the key of a process that created it first.
std::unique_ptr<VaultKey> make_key(const std::filesystem::path& path) {
    auto key = std::make_unique<VaultKey>();
    AtomicFile file(path, 0600);
    file.write(key->line().reveal());
    if (file.commit_if_absent()) return key;
    return read_key(path);
}

}  // namespace

bool is_private(unsigned mode, unsigned owner, unsigned group) {
    // systemd lets a service read a credential by an ACL, whose mask is shown as the bits of the group.
    const bool is_credential = owner == 0 && group == 0 && (mode & 0777U) == (S_IRUSR | S_IRGRP);
    return is_credential || (mode & (S_IRWXG | S_IRWXO)) == 0;
}

VaultKey::VaultKey() {
    initialise_sodium();
    sodium_mlock(bytes_.data(), bytes_.size());  // where the system allows it
    crypto_aead_xchacha20poly1305_ietf_keygen(bytes_.data());
}

VaultKey::VaultKey(const Secret& line) {
    initialise_sodium();
    sodium_mlock(bytes_.data(), bytes_.size());
    std::string_view digits = line.reveal();
    if (digits.ends_with('\n')) digits.remove_suffix(1);
    std::size_t size = 0;
    const char* end = nullptr;
    const bool decoded =
        sodium_hex2bin(bytes_.data(), bytes_.size(), digits.data(), digits.size(), nullptr, &size, &end) == 0;
    if (!decoded || size != bytes_.size() || end != digits.data() + digits.size()) {
        sodium_memzero(bytes_.data(), bytes_.size());
        throw Error(ErrorClass::invalid, "it must hold one line of 64 hex digits");
    }
}

VaultKey::~VaultKey() {
    sodium_munlock(bytes_.data(), bytes_.size());  // zeroes it too
    sodium_memzero(bytes_.data(), bytes_.size());
}

Secret VaultKey::line() const {
    std::string digits(2 * bytes_.size() + 1, '\0');
    sodium_bin2hex(digits.data(), digits.size(), bytes_.data(), bytes_.size());
    digits.back() = '\n';
    return Secret(std::move(digits));
}

std::string VaultKey::fingerprint() const {
    constexpr std::string_view purpose = "prevision vault key fingerprint";
    std::string hash(16, '\0');
    crypto_generichash(bytes_of(hash), hash.size(), bytes_of(purpose), purpose.size(), bytes_.data(),
                       bytes_.size());
    return to_hex(hash);
}

std::string VaultKey::seal(const Secret& secret, std::string_view context) const {
    const auto text = secret.reveal();
    std::string sealed(1 + nonce_size + text.size() + tag_size, '\0');
    sealed[0] = format_version;
    auto* nonce = bytes_of(sealed) + 1;
    randombytes_buf(nonce, nonce_size);
    crypto_aead_xchacha20poly1305_ietf_encrypt(nonce + nonce_size, nullptr, bytes_of(text), text.size(),
                                               bytes_of(context), context.size(), nullptr, nonce,
                                               bytes_.data());
    return sealed;
}

Secret VaultKey::open(std::string_view sealed, std::string_view context) const {
    const Error changed(ErrorClass::integrity, "a stored secret was changed or damaged, and cannot be opened",
                        "set the connector's secret again");
    if (sealed.size() < 1 + nonce_size + tag_size || sealed[0] != format_version) throw changed;
    const auto* nonce = bytes_of(sealed) + 1;
    std::string text(sealed.size() - 1 - nonce_size - tag_size, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(bytes_of(text), nullptr, nullptr, nonce + nonce_size,
                                                   sealed.size() - 1 - nonce_size, bytes_of(context),
                                                   context.size(), nonce, bytes_.data()) != 0) {
        throw changed;
    }
    return Secret(std::move(text));
}

// Hashes have one length, so that the comparison does not show the secrets' lengths either.
bool are_equal(const Secret& one, const Secret& other) {
    const auto hash = [](const Secret& secret) {
        std::array<unsigned char, crypto_generichash_BYTES> bytes{};
        crypto_generichash(bytes.data(), bytes.size(), bytes_of(secret.reveal()), secret.reveal().size(),
                           nullptr, 0);
        return bytes;
    };
    initialise_sodium();
    return sodium_memcmp(hash(one).data(), hash(other).data(), crypto_generichash_BYTES) == 0;
}

Vault::Vault(std::filesystem::path key_file, std::function<std::optional<std::string>()> known_fingerprint)
    : key_file_(std::move(key_file)), known_fingerprint_(std::move(known_fingerprint)) {}

// Another process may have replaced the key, so the one in memory is compared with the store's each time.
std::shared_ptr<const VaultKey> Vault::key() {
    const auto known = known_fingerprint_();
    const std::lock_guard lock(mutex_);
    if (!key_ || (known && key_->fingerprint() != *known)) key_ = read_or_make(known);
    return key_;
}

std::shared_ptr<const VaultKey> Vault::read_or_make(const std::optional<std::string>& known) {
    auto key = read_key(key_file_);
    if (known && (!key || key->fingerprint() != *known)) {
        // A change of the key may have been interrupted before the new one came into its place.
        if (auto next = read_key(next_file(*known)); next && next->fingerprint() == *known) {
            ::rename(next_file(*known).c_str(), key_file_.c_str());
            return next;
        }
    }
    if (!key && known) {
        throw Error(
            ErrorClass::invalid,
            fmt::format("the key file {} does not exist, and the stored secrets cannot be opened without it",
                        key_file_.string()),
            "restore it from a backup, or delete the connectors that have secrets and create them again");
    }
    if (!key) key = make_key(key_file_);
    if (known && key->fingerprint() != *known) {
        throw Error(ErrorClass::invalid,
                    fmt::format("the key in {} is not the key that the stored secrets are sealed with",
                                key_file_.string()),
                    "restore the key file of this platform");
    }
    return key;
}

std::filesystem::path Vault::next_file(const std::string& fingerprint) const {
    return fmt::format("{}.{}.new", key_file_.string(), fingerprint);
}

void Vault::rekey(const std::function<void(const VaultKey& now, const VaultKey& next,
                                           const std::function<void()>& keep)>& reseal) {
    const auto now = key();
    const auto next = std::make_shared<const VaultKey>();
    const auto place = next_file(next->fingerprint());
    reseal(*now, *next, [&] {
        AtomicFile file(place, 0600);
        file.write(next->line().reveal());
        file.commit();
    });
    // Another process that needs the key may have moved it already.
    if (::rename(place.c_str(), key_file_.c_str()) != 0 && errno != ENOENT) {
        throw Error(ErrorClass::internal,
                    fmt::format("the secrets have a new key, in {}, which cannot be moved to {}: {}",
                                place.string(), key_file_.string(), system_message(errno)),
                    "move it there; until then each command uses it where it is");
    }
    const std::lock_guard lock(mutex_);
    key_ = next;
}

std::string Vault::seal(const Secret& secret, std::string_view context) {
    return key()->seal(secret, context);
}

Secret Vault::open(std::string_view sealed, std::string_view context) { return key()->open(sealed, context); }

Secret Vault::line() { return key()->line(); }

std::string Vault::fingerprint() { return key()->fingerprint(); }

}  // namespace prevision::platform
