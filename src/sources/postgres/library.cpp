#include "sources/postgres/library.hpp"

namespace prevision::sources::postgres {

// The name of its binary interface, the same since 2006.
Library::Library() : LateLibrary("libpq.so.5") {}

const Library& pq() {
    static const Library library;
    return library;
}

}  // namespace prevision::sources::postgres
