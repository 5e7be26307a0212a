#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <openssl/evp.h>

namespace prevision {

/// A running SHA-256. One thread at a time.
class Sha256 {
  public:
    Sha256();  // Error internal when the library cannot give one

    void update(std::string_view bytes);

    /// The digest of all bytes so far, in lower-case hex. Nothing more can be added then.
    std::string finish();

  private:
    struct Free {
        void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
    };
    std::unique_ptr<EVP_MD_CTX, Free> context_;
};

/// The digest of a whole text.
std::string sha256_of(std::string_view text);

}  // namespace prevision
