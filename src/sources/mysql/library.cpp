#include "sources/mysql/library.hpp"

namespace prevision::sources::mysql {

// The name of its binary interface, the same since 2012.
Library::Library() : LateLibrary("libmariadb.so.3") {}

const Library& mariadb() {
    static const Library library;
    return library;
}

}  // namespace prevision::sources::mysql
