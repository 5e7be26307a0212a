#pragma once

#include <memory>

#include <libssh/libssh.h>

#include "core/late_library.hpp"

namespace prevision::sources {

/// The functions of libssh, which is loaded by its first use.
struct SshLibrary : private LateLibrary {
    /// Error internal when it cannot be loaded.
    SshLibrary();

    decltype(::ssh_channel_free)* channel_free = find("ssh_channel_free");
    decltype(::ssh_channel_new)* channel_new = find("ssh_channel_new");
    decltype(::ssh_channel_open_session)* channel_open_session = find("ssh_channel_open_session");
    decltype(::ssh_channel_read_nonblocking)* channel_read_nonblocking = find("ssh_channel_read_nonblocking");
    decltype(::ssh_channel_request_subsystem)* channel_request_subsystem =
        find("ssh_channel_request_subsystem");
    decltype(::ssh_channel_write)* channel_write = find("ssh_channel_write");
    decltype(::ssh_clean_pubkey_hash)* clean_pubkey_hash = find("ssh_clean_pubkey_hash");
    decltype(::ssh_connect)* connect = find("ssh_connect");
    decltype(::ssh_free)* free = find("ssh_free");
    decltype(::ssh_get_error)* get_error = find("ssh_get_error");
    decltype(::ssh_get_fingerprint_hash)* get_fingerprint_hash = find("ssh_get_fingerprint_hash");
    decltype(::ssh_get_poll_flags)* get_poll_flags = find("ssh_get_poll_flags");
    decltype(::ssh_get_publickey_hash)* get_publickey_hash = find("ssh_get_publickey_hash");
    decltype(::ssh_get_server_publickey)* get_server_publickey = find("ssh_get_server_publickey");
    decltype(::ssh_key_free)* key_free = find("ssh_key_free");
    decltype(::ssh_key_type)* key_type = find("ssh_key_type");
    decltype(::ssh_key_type_to_char)* key_type_to_char = find("ssh_key_type_to_char");
    decltype(::ssh_new)* create = find("ssh_new");
    decltype(::ssh_options_set)* options_set = find("ssh_options_set");
    decltype(::ssh_pki_import_privkey_base64)* import_private_key = find("ssh_pki_import_privkey_base64");
    decltype(::ssh_set_agent_socket)* set_agent_socket = find("ssh_set_agent_socket");
    decltype(::ssh_set_blocking)* set_blocking = find("ssh_set_blocking");
    decltype(::ssh_string_free_char)* string_free_char = find("ssh_string_free_char");
    decltype(::ssh_userauth_agent)* userauth_agent = find("ssh_userauth_agent");
    decltype(::ssh_userauth_kbdint)* userauth_kbdint = find("ssh_userauth_kbdint");
    decltype(::ssh_userauth_kbdint_getnprompts)* userauth_kbdint_getnprompts =
        find("ssh_userauth_kbdint_getnprompts");
    decltype(::ssh_userauth_kbdint_getprompt)* userauth_kbdint_getprompt =
        find("ssh_userauth_kbdint_getprompt");
    decltype(::ssh_userauth_kbdint_setanswer)* userauth_kbdint_setanswer =
        find("ssh_userauth_kbdint_setanswer");
    decltype(::ssh_userauth_list)* userauth_list = find("ssh_userauth_list");
    decltype(::ssh_userauth_none)* userauth_none = find("ssh_userauth_none");
    decltype(::ssh_userauth_password)* userauth_password = find("ssh_userauth_password");
    decltype(::ssh_userauth_publickey)* userauth_publickey = find("ssh_userauth_publickey");
    decltype(::ssh_version)* version = find("ssh_version");
};

/// The one that is loaded. Any thread.
const SshLibrary& ssh();

struct FreeSshKey {
    void operator()(ssh_key key) const { ssh().key_free(key); }
};
using SshKey = std::unique_ptr<ssh_key_struct, FreeSshKey>;

}  // namespace prevision::sources
