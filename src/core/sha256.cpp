#include "core/sha256.hpp"

#include <array>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision {

namespace {

void require(bool success) {
    if (!success) throw Error(ErrorClass::internal, "cannot compute a SHA-256: the crypto library refuses");
}

}  // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr);
    require(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::update(std::string_view bytes) {
    require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    require(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    return to_hex({reinterpret_cast<const char*>(digest.data()), size});
}

std::string sha256_of(std::string_view text) {
    Sha256 hash;
    hash.update(text);
    return hash.finish();
}

}  // namespace prevision
