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

/// A key of 256 bits, wiped from memory when it goes. Seals with XChaCha20-Poly1305 (IETF).
class VaultKey {
  public:
    /// A new one, at random.
    VaultKey();

    /// From a key file's content: one line of 64 hex digits. Error invalid for anything else.
    explicit VaultKey(const Secret& line);
    ~VaultKey();
    VaultKey(const VaultKey&) = delete;
    VaultKey& operator=(const VaultKey&) = delete;

    [[nodiscard]] Secret line() const;

    /// Differs between keys and reveals nothing of the key.
    [[nodiscard]] std::string fingerprint() const;

    /// Encrypts a secret; it can be opened only with the same key and context.
    [[nodiscard]] std::string seal(const Secret& secret, std::string_view context) const;

    /// Error integrity when it was sealed with another key or context, or was changed since.
    [[nodiscard]] Secret open(std::string_view sealed, std::string_view context) const;

  private:
    std::array<unsigned char, 32> bytes_{};
};

/// Seals the platform's secrets with a key from a file, which is read, or created, when the first secret is sealed
/// or opened. Safe on any thread; many processes may use, and make, one key file at once.
///
/// Errors: invalid (the file may be read by others, holds no key, or not the one that the store's secrets are
/// sealed with; the key is lost), internal (it cannot be read or made), integrity (a sealed secret was
/// changed). All name the file.
class Vault {
  public:
    /// `known_fingerprint` gives the fingerprint of the key that the store's secrets are sealed with; nothing when
    /// the store has no secret, and only then a missing key file is created.
    Vault(std::filesystem::path key_file, std::function<std::optional<std::string>()> known_fingerprint);

    std::string seal(const Secret& secret, std::string_view context);
    Secret open(std::string_view sealed, std::string_view context);

    /// Of the key in use.
    std::string fingerprint();

  private:
    const VaultKey& key();

    std::filesystem::path key_file_;
    std::function<std::optional<std::string>()> known_fingerprint_;
    std::mutex mutex_;
    std::unique_ptr<VaultKey> key_;
};

}  // namespace prevision::platform
