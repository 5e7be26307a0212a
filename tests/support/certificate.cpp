#include "support/certificate.hpp"

#include <cstdio>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace prevision::testing {

namespace {

template <auto release>
struct Free {
    template <typename Object>
    void operator()(Object* object) const {
        release(object);
    }
};
using Key = std::unique_ptr<EVP_PKEY, Free<EVP_PKEY_free>>;
using X509Certificate = std::unique_ptr<X509, Free<X509_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Free<X509_EXTENSION_free>>;
using CFile = std::unique_ptr<std::FILE, Free<std::fclose>>;

void require(bool ok, const char* what) {
    if (!ok) throw std::runtime_error(std::string("no certificate for the test: ") + what);
}

CFile create(const std::filesystem::path& path) {
    CFile file(std::fopen(path.c_str(), "w"));
    require(file != nullptr, path.c_str());
    return file;
}

}  // namespace

Certificate make_certificate(const std::filesystem::path& folder, const std::string& alternative_name,
                             Validity validity) {
    constexpr long day = 24L * 60 * 60;
    const Key key(EVP_EC_gen("P-256"));
    require(key != nullptr, "key");
    const X509Certificate certificate(X509_new());
    require(certificate != nullptr, "certificate");
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -2 * day);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), validity == Validity::expired ? -day : day);
    X509_set_pubkey(certificate.get(), key.get());
    X509_NAME* const name = X509_get_subject_name(certificate.get());
    const std::string common_name = "prevision test";
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    const Extension extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, alternative_name.c_str()));
    require(extension != nullptr, alternative_name.c_str());
    X509_add_ext(certificate.get(), extension.get(), -1);
    require(X509_sign(certificate.get(), key.get(), EVP_sha256()) != 0, "signature");

    Certificate result{folder / "certificate.pem", folder / "key.pem"};
    require(PEM_write_X509(create(result.certificate).get(), certificate.get()) == 1, "file");
    require(
        PEM_write_PrivateKey(create(result.key).get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
        "file");
    return result;
}

}  // namespace prevision::testing
