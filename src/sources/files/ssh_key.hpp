#pragma once

#include <string>
#include <string_view>

#include "core/secret.hpp"
#include "sources/files/ssh_library.hpp"

namespace prevision::sources {

/// A fingerprint as other tools write it ("SHA256:…", with or without '=' at its end), without the '='. Error
/// invalid, naming the field host_key.
std::string parse_fingerprint(std::string_view text);

/// The text of a private key's file in the form that libraries read. Mends what happens to such texts on
/// their way: another line end or "\n" in two characters, lines joined or indented, no last line end, a
/// byte-order mark.
///
/// Error invalid, naming the field private_key, when it is not a private key, is encrypted with a cipher that
/// is not supported, or is encrypted and there is no passphrase.
Secret normalize_private_key(const Secret& text, bool has_passphrase);

/// The key in such a text. Errors: auth when the passphrase is wrong; invalid when its cipher or type is not
/// supported, or it is damaged.
SshKey import_private_key(const Secret& text, const Secret& passphrase);

}  // namespace prevision::sources
