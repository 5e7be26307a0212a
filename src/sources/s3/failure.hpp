#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources::s3 {

/// A service's refusal of a request.
struct Refusal {
    int status = 0;
    std::string code;      ///< "NoSuchKey"; empty where the answer was no error document
    std::string message;   ///< in the service's words
    std::string region;    ///< that holds the bucket; may be empty
    std::string location;  ///< of a redirect
    std::string date;      ///< of the service's clock, the Date header
    std::optional<std::chrono::seconds> retry_after;
};

/// Fills `code`, `message` and `region` from an error document; leaves them empty for anything else.
void read_error_document(std::string_view xml, Refusal& refusal);

/// A request that failed.
class Failure : public Error {
  public:
    /// `purpose` is what the request was for: "cannot list the bucket 'b' at 127.0.0.1:9000".
    Failure(const std::string& purpose, Refusal refusal);

    /// Without a whole answer. `reached`: whether a connection was made.
    Failure(const std::string& purpose, const std::string& reason, std::string hint, bool reached,
            bool transient);

    [[nodiscard]] const Refusal& refusal() const { return refusal_; }
    [[nodiscard]] bool reached() const { return reached_; }

    /// Whether the same request may succeed in a moment.
    [[nodiscard]] bool transient() const { return transient_; }

  private:
    Refusal refusal_;
    bool reached_ = true;
    bool transient_ = false;
};

}  // namespace prevision::sources::s3
