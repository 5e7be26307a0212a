#include "sources/files/ssh_library.hpp"

namespace prevision::sources {

// The name of its binary interface since version 0.4.
SshLibrary::SshLibrary() : LateLibrary("libssh.so.4") {}

const SshLibrary& ssh() {
    static const SshLibrary library;
    return library;
}

}  // namespace prevision::sources
