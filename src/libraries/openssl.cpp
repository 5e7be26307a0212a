// OpenSSL's functions, as far as the program and Boost call them. Each forwards to the library, which is loaded by the
// first call: its loading takes longer than a short command, and libcurl, libpq, libssh and libmariadb, which are loaded
// late too, share it.
// Boost calls a few that OpenSSL 3 advises against.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <cstddef>
#include <tuple>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "core/late_library.hpp"

namespace {

struct OpenSsl : private prevision::LateLibrary {
    OpenSsl()
        : LateLibrary("libssl.so.3") {}  // brings libcrypto.so.3, in which its functions are found as well
    using LateLibrary::find;
};

/// A function of the library. Any thread.
template <typename Function>
Function* find(const char* name) {
    static const OpenSsl library;
    return library.find(name);
}

template <typename Function>
struct Signature;
template <typename Answer, typename... Arguments>
struct Signature<Answer(Arguments...)> {
    using Result = Answer;
    using All = std::tuple<Arguments...>;
};

template <typename Function>
using Result = typename Signature<Function>::Result;
template <typename Function, std::size_t at>
using Argument = std::tuple_element_t<at, typename Signature<Function>::All>;

}  // namespace

// A name is the only thing that a template cannot make. Each macro is for so many arguments; the types are the header's.
// NOLINTBEGIN(cppcoreguidelines-macro-usage, bugprone-macro-parentheses)
#define TYPE(name, at) Argument<decltype(name), at>
#define FORWARD(name, parameters, ...)                             \
    extern "C" Result<decltype(name)> name parameters {            \
        static auto* const function = find<decltype(name)>(#name); \
        return function(__VA_ARGS__);                              \
    }
#define FORWARD_0(name) FORWARD(name, ())
#define FORWARD_1(name) FORWARD(name, (TYPE(name, 0) a), a)
#define FORWARD_2(name) FORWARD(name, (TYPE(name, 0) a, TYPE(name, 1) b), a, b)
#define FORWARD_3(name) FORWARD(name, (TYPE(name, 0) a, TYPE(name, 1) b, TYPE(name, 2) c), a, b, c)
#define FORWARD_4(name) \
    FORWARD(name, (TYPE(name, 0) a, TYPE(name, 1) b, TYPE(name, 2) c, TYPE(name, 3) d), a, b, c, d)
#define FORWARD_5(name)                                                                                     \
    FORWARD(name, (TYPE(name, 0) a, TYPE(name, 1) b, TYPE(name, 2) c, TYPE(name, 3) d, TYPE(name, 4) e), a, \
            b, c, d, e)
// NOLINTEND(cppcoreguidelines-macro-usage, bugprone-macro-parentheses)

FORWARD_0(ERR_clear_error)
FORWARD_0(ERR_get_error)
FORWARD_0(ERR_peek_error)
FORWARD_0(ERR_peek_last_error)
FORWARD_0(EVP_MD_CTX_new)
FORWARD_0(EVP_sha256)
FORWARD_0(SSL_get_ex_data_X509_STORE_CTX_idx)
FORWARD_0(TLS_client_method)
FORWARD_0(TLS_method)
FORWARD_0(TLS_server_method)

FORWARD_1(BIO_ctrl_pending)
FORWARD_1(BIO_free)
FORWARD_1(DH_free)
FORWARD_1(ERR_reason_error_string)
FORWARD_1(EVP_CIPHER_free)
FORWARD_1(EVP_MD_CTX_free)
FORWARD_1(EVP_PKEY_free)
FORWARD_1(OpenSSL_version)
FORWARD_1(RSA_free)
FORWARD_1(SSL_CTX_free)
FORWARD_1(SSL_CTX_get_cert_store)
FORWARD_1(SSL_CTX_get_default_passwd_cb)
FORWARD_1(SSL_CTX_get_default_passwd_cb_userdata)
FORWARD_1(SSL_CTX_get_verify_callback)
FORWARD_1(SSL_CTX_get_verify_mode)
FORWARD_1(SSL_CTX_new)
FORWARD_1(SSL_CTX_set_default_verify_paths)
FORWARD_1(SSL_accept)
FORWARD_1(SSL_connect)
FORWARD_1(SSL_free)
FORWARD_1(SSL_get_SSL_CTX)
FORWARD_1(SSL_get_shutdown)
FORWARD_1(SSL_get_verify_callback)
FORWARD_1(SSL_get_verify_mode)
FORWARD_1(SSL_new)
FORWARD_1(SSL_shutdown)
FORWARD_1(X509_STORE_CTX_get_current_cert)
FORWARD_1(X509_STORE_CTX_get_error_depth)
FORWARD_1(X509_free)

FORWARD_2(BIO_new_file)
FORWARD_2(BIO_new_mem_buf)
FORWARD_2(OPENSSL_init_crypto)
FORWARD_2(SSL_CTX_clear_options)
FORWARD_2(SSL_CTX_get_ex_data)
FORWARD_2(SSL_CTX_set_default_passwd_cb)
FORWARD_2(SSL_CTX_set_default_passwd_cb_userdata)
FORWARD_2(SSL_CTX_set_options)
FORWARD_2(SSL_CTX_set_verify_depth)
FORWARD_2(SSL_CTX_use_PrivateKey)
FORWARD_2(SSL_CTX_use_RSAPrivateKey)
FORWARD_2(SSL_CTX_use_certificate)
FORWARD_2(SSL_CTX_use_certificate_chain_file)
FORWARD_2(SSL_get_error)
FORWARD_2(SSL_get_ex_data)
FORWARD_2(SSL_set_verify_depth)
FORWARD_2(X509_STORE_CTX_get_ex_data)
FORWARD_2(X509_STORE_add_cert)
FORWARD_2(d2i_PrivateKey_bio)
FORWARD_2(d2i_RSAPrivateKey_bio)

FORWARD_3(BIO_read)
FORWARD_3(BIO_write)
FORWARD_3(CRYPTO_free)
FORWARD_3(EVP_CIPHER_fetch)
FORWARD_3(EVP_DigestFinal_ex)
FORWARD_3(EVP_DigestInit_ex)
FORWARD_3(EVP_DigestUpdate)
FORWARD_3(SSL_CTX_load_verify_locations)
FORWARD_3(SSL_CTX_set_ex_data)
FORWARD_3(SSL_CTX_set_verify)
FORWARD_3(SSL_CTX_use_PrivateKey_file)
FORWARD_3(SSL_CTX_use_RSAPrivateKey_file)
FORWARD_3(SSL_CTX_use_certificate_ASN1)
FORWARD_3(SSL_CTX_use_certificate_file)
FORWARD_3(SSL_read)
FORWARD_3(SSL_set_bio)
FORWARD_3(SSL_set_ex_data)
FORWARD_3(SSL_set_verify)
FORWARD_3(SSL_write)
FORWARD_3(X509_check_ip_asc)

FORWARD_4(BIO_ctrl)
FORWARD_4(BIO_new_bio_pair)
FORWARD_4(PEM_read_bio_DHparams)
FORWARD_4(PEM_read_bio_PrivateKey)
FORWARD_4(PEM_read_bio_RSAPrivateKey)
FORWARD_4(PEM_read_bio_X509)
FORWARD_4(PEM_read_bio_X509_AUX)
FORWARD_4(SSL_CTX_ctrl)
FORWARD_4(SSL_ctrl)

FORWARD_5(X509_check_host)
