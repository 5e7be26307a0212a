#include "net/curl_library.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "core/error.hpp"

namespace prevision::net {

// The name of its binary interface, the same since 2006.
CurlLibrary::CurlLibrary() : LateLibrary("libcurl.so.4") {
    // At the end of the process OpenSSL would free its tables one by one, which takes longer than the rest of the end.
    ::OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
    if (const auto code = global_init(CURL_GLOBAL_DEFAULT); code != CURLE_OK)
        throw Error(ErrorClass::internal, fmt::format("cannot initialise libcurl: {}", easy_strerror(code)));
}

const CurlLibrary& curl() {
    static const CurlLibrary library;
    return library;
}

}  // namespace prevision::net
