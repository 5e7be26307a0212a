#pragma once

#include <array>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/secret.hpp"

namespace prevision::platform {

/// Whether only its owner, or root, can read a file of this mode, owner and group.
bool is_private(unsigned mode, unsigned owner, unsigned group);

/// A key of 256 bits, wiped when it is destroyed. Seals with XChaCha20-Poly1305 (IETF).
class VaultKey {
  public:
    /// A new random key.
    VaultKey();

    /// From a key file's content: one line of 64 hex digits. Error invalid for anything else.
    explicit VaultKey(const Secret& line);
    ~VaultKey();
    VaultKey(const VaultKey&) = delete;
    VaultKey& operator=(const VaultKey&) = delete;

    [[nodiscard]] Secret line() const;

    /// Identifies the key and reveals nothing about it.
    [[nodiscard]] std::string fingerprint() const;

    /// Encrypts a secret; it can be opened only with the same key and context.
    [[nodiscard]] std::string seal(const Secret& secret, std::string_view context) const;

    /// Error integrity when it was sealed with another key or context, or was changed since.
    [[nodiscard]] Secret open(std::string_view sealed, std::string_view context) const;

  private:
    std::array<unsigned char, 32> bytes_{};
};

/// Whether two secrets are equal, in a time that does not depend on where they differ.
bool are_equal(const Secret& one, const Secret& other);

/// Seals the platform's secrets with a key from a file, which is read or created when the first secret is sealed or
/// opened. Safe on any thread; several processes may use and create one key file at once.
///
/// Errors: invalid (other users may read the file; it holds no key, or another key than the secrets are sealed
/// with; it is missing), internal (it cannot be read or created), integrity (a sealed secret was changed).
class Vault {
  public:
    /// `known_fingerprint` returns the fingerprint of the key that the store's secrets are sealed with, or nothing
    /// when the store has no secret. Only then is a missing key file created.
    Vault(std::filesystem::path key_file, std::function<std::optional<std::string>()> known_fingerprint);

    std::string seal(const Secret& secret, std::string_view context);
    Secret open(std::string_view sealed, std::string_view context);

    /// The fingerprint of the key in use.
    std::string fingerprint();

    /// Replaces the key by a new one. `reseal` is called with both keys; before it commits what it has sealed with the new
    /// one, it must call `keep`, which writes the new key beside the old one. A process that ends in between loses
    /// nothing: the next one finds the key that the store's secrets are sealed with. Throws what `reseal` throws.
    void rekey(const std::function<void(const VaultKey& now, const VaultKey& next,
                                        const std::function<void()>& keep)>& reseal);

    /// The key in use, as its file holds it.
    Secret line();

    [[nodiscard]] const std::filesystem::path& key_file() const { return key_file_; }

  private:
    /// Shared, because another thread may replace it while it is used.
    std::shared_ptr<const VaultKey> key();
    std::shared_ptr<const VaultKey> read_or_make(const std::optional<std::string>& known);
    [[nodiscard]] std::filesystem::path next_file(const std::string& fingerprint) const;

    std::filesystem::path key_file_;
    std::function<std::optional<std::string>()> known_fingerprint_;
    std::mutex mutex_;
    std::shared_ptr<const VaultKey> key_;
};

}  // namespace prevision::platform
