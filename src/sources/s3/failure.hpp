#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources {

/// What an S3 service says when it refuses a request.
struct S3Refusal {
    int status = 0;
    std::string code;     ///< "NoSuchKey"; empty where the answer was no error document
    std::string message;  ///< in the service's words
    std::string region;   ///< where to ask instead; may be empty
    std::string date;     ///< the service's clock, as the header says it
    std::optional<std::chrono::seconds> retry_after;
};

/// Reads an error document into `code`, `message` and `region`; leaves them when it is none.
void read_s3_error(std::string_view xml, S3Refusal& refusal);

/// A request that failed.
class S3Failure : public Error {
  public:
    /// `purpose` is what the request was for: "cannot list the bucket 'b' at 127.0.0.1:9000".
    S3Failure(const std::string& purpose, S3Refusal refusal);

    /// No whole answer came. `reached` is whether the connection stood.
    S3Failure(const std::string& purpose, const std::string& reason, std::string hint, bool reached,
              bool transient);

    [[nodiscard]] const S3Refusal& refusal() const { return refusal_; }
    [[nodiscard]] bool reached() const { return reached_; }

    /// Whether the same request may succeed in a moment.
    [[nodiscard]] bool transient() const { return transient_; }

  private:
    S3Refusal refusal_;
    bool reached_ = true;
    bool transient_ = false;
};

}  // namespace prevision::sources
