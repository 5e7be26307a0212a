#include "sources/s3/failure.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/clock.hpp"

namespace prevision::sources::s3 {

namespace {

struct KnownCode {
    std::string_view code;
    ErrorClass error_class;
    std::string_view reason;  ///< empty: the service's own words
    std::string_view hint = {};
};

constexpr std::string_view key_hint = "check --username (the access key) and the secret key";
constexpr std::string_view token_hint =
    "get new temporary keys: access key, secret key and AWS_SESSION_TOKEN";
constexpr std::string_view later_hint = "try again later";

constexpr std::array<KnownCode, 31> known_codes{{
    {"SignatureDoesNotMatch", ErrorClass::auth, "the secret key is not this access key's",
     "check the secret key, the access key and --region"},
    {"InvalidAccessKeyId", ErrorClass::auth, "there is no such access key", key_hint},
    {"AccessDenied", ErrorClass::auth, "permission denied",
     "ask the bucket's owner for permission; where the requester pays, add --request-payer requester"},
    {"AccountProblem", ErrorClass::auth, ""},
    {"AllAccessDisabled", ErrorClass::auth, ""},
    {"AuthorizationHeaderMalformed", ErrorClass::auth, "", "check --region"},
    {"ExpiredToken", ErrorClass::auth, "the session token has expired", token_hint},
    {"InvalidToken", ErrorClass::auth, "the session token is not valid", token_hint},
    {"TokenRefreshRequired", ErrorClass::auth, "the session token must be renewed", token_hint},
    {"RequestTimeTooSkewed", ErrorClass::auth, "this machine's clock and the server's differ too much"},
    {"RequestExpired", ErrorClass::auth, "this machine's clock and the server's differ too much"},
    {"InvalidObjectState", ErrorClass::invalid, "the object is archived", "restore it first"},
    {"InvalidBucketName", ErrorClass::invalid, "invalid bucket: its name cannot be a bucket's"},
    {"KeyTooLongError", ErrorClass::invalid, "invalid path: it is too long for a key"},
    {"NoSuchBucket", ErrorClass::not_found, "there is no such bucket",
     "list what there is with 'prevision connector browse CONNECTOR'"},
    {"NoSuchKey", ErrorClass::not_found, "there is no such object",
     "list what there is with 'prevision connector browse CONNECTOR'"},
    {"NoSuchVersion", ErrorClass::not_found, ""},
    {"PreconditionFailed", ErrorClass::integrity, "it was replaced while it was read", "read it again"},
    {"InvalidRange", ErrorClass::integrity, "it became shorter while it was read", "read it again"},
    {"IllegalLocationConstraintException", ErrorClass::invalid, "", "check --region"},
    {"AuthorizationQueryParametersError", ErrorClass::auth, "", "check --region"},
    {"TemporaryRedirect", ErrorClass::unreachable,
     "the service redirects, and not to where it may be followed", "check --host and --region"},
    {"NotImplemented", ErrorClass::invalid, "", "check that --host is an S3 endpoint"},
    {"PermanentRedirect", ErrorClass::invalid, "the bucket is in another region",
     "check --host and --region"},
    {"SlowDown", ErrorClass::unreachable, "the service asks for fewer requests", later_hint},
    {"ServiceUnavailable", ErrorClass::unreachable, "", later_hint},
    {"InternalError", ErrorClass::unreachable, "", later_hint},
    {"RequestTimeout", ErrorClass::unreachable, "", later_hint},
    {"Throttling", ErrorClass::unreachable, "", later_hint},
    {"ThrottlingException", ErrorClass::unreachable, "", later_hint},
    {"TooManyRequests", ErrorClass::unreachable, "", later_hint},
}};

const KnownCode* find_code(std::string_view code) {
    const auto* const found = std::ranges::find(known_codes, code, &KnownCode::code);
    return found == known_codes.end() ? nullptr : found;
}

ErrorClass class_of_status(int status) {
    if (status == 401 || status == 403) return ErrorClass::auth;
    if (status == 404) return ErrorClass::not_found;
    if (status == 412) return ErrorClass::integrity;
    if (status == 408 || status == 429 || status >= 500 || status < 200) return ErrorClass::unreachable;
    return status >= 300 && status < 400 ? ErrorClass::invalid : ErrorClass::internal;
}

/// "The object was stored using a form of Server Side Encryption. …": with a key that its owner keeps.
bool needs_customer_key(const Refusal& refusal) {
    return refusal.code == "InvalidRequest" &&
           refusal.message.find("Server Side Encryption") != std::string::npos;
}

/// "KMS.DisabledException", "KMS.NotFoundException": about the key that the object is encrypted with.
bool is_of_kms(const Refusal& refusal) { return refusal.code.starts_with("KMS."); }

ErrorClass class_of_kms(const Refusal& refusal) {
    const auto says = [&](std::string_view part) { return refusal.code.find(part) != std::string::npos; };
    if (refusal.status >= 500 || says("Throttling") || says("LimitExceeded")) return ErrorClass::unreachable;
    return says("AccessDenied") ? ErrorClass::auth : ErrorClass::invalid;
}

ErrorClass class_of(const Refusal& refusal) {
    if (needs_customer_key(refusal)) return ErrorClass::invalid;
    if (is_of_kms(refusal)) return class_of_kms(refusal);
    const auto* known = find_code(refusal.code);
    return known != nullptr ? known->error_class : class_of_status(refusal.status);
}

std::string reason_of(const Refusal& refusal) {
    const auto* known = find_code(refusal.code);
    if (known != nullptr && !known->reason.empty()) {
        return fmt::format("{} ({})", known->reason, refusal.code);
    }
    if (refusal.code.empty()) return fmt::format("it answers with status {}", refusal.status);
    if (refusal.message.empty()) return refusal.code;
    return fmt::format("{} ({})", refusal.message, refusal.code);
}

std::string hint_of(const Refusal& refusal) {
    if (refusal.code == "RequestTimeTooSkewed" || refusal.code == "RequestExpired") {
        return fmt::format("set this machine's clock: it says {}{}",
                           format_time(std::chrono::system_clock::now()),
                           refusal.date.empty() ? "" : ", the server's " + refusal.date);
    }
    if (needs_customer_key(refusal)) {
        return "it is encrypted with a key that its owner keeps (SSE-C), which prevision cannot send: store a copy "
               "without it";
    }
    // "… is not authorized to perform: kms:Decrypt …", with AccessDenied.
    if (refusal.message.find("kms:") != std::string::npos)
        return "the object is encrypted with a key of KMS: ask its owner to let the access key use it (kms:Decrypt)";
    if (const auto* known = find_code(refusal.code)) return std::string(known->hint);
    const auto error_class = class_of(refusal);
    if (error_class == ErrorClass::unreachable) return std::string(later_hint);
    if (is_of_kms(refusal))
        return "the object is encrypted with a key of KMS that cannot be used: ask its owner to enable it";
    if (refusal.code.empty()) return "check that --host is an S3 endpoint";
    return "the service's documentation explains that code";
}

}  // namespace

void read_error_document(std::string_view xml, Refusal& refusal) {
    pugi::xml_document document;
    document.load_buffer(xml.data(), xml.size());
    const auto error = document.child("Error");
    refusal.code = error.child("Code").text().get();
    refusal.message = error.child("Message").text().get();
    if (const auto region = error.child("Region")) refusal.region = region.text().get();
}

Failure::Failure(const std::string& purpose, Refusal refusal)
    : Error(class_of(refusal), fmt::format("{}: {}", purpose, reason_of(refusal)), hint_of(refusal)),
      refusal_(std::move(refusal)) {
    transient_ = error_class() == ErrorClass::unreachable;
}

Failure::Failure(const std::string& purpose, const std::string& reason, std::string hint, bool reached,
                 bool transient)
    : Error(ErrorClass::unreachable, fmt::format("{}: {}", purpose, reason), std::move(hint)),
      reached_(reached),
      transient_(transient) {}

}  // namespace prevision::sources::s3
