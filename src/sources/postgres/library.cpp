#include "sources/postgres/library.hpp"

namespace prevision::sources {

// The name of its binary interface, the same since 2006.
PostgresLibrary::PostgresLibrary() : LateLibrary("libpq.so.5") {}

const PostgresLibrary& pq() {
    static const PostgresLibrary library;
    return library;
}

}  // namespace prevision::sources
