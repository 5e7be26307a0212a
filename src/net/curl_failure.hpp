#pragma once

#include <string>

#include "net/curl.hpp"

namespace prevision::net {

/// Why a transfer failed, in a few words for the end of a message: "connection refused", "its certificate is
/// not trusted: self-signed certificate". Holds no secret. Call it before the handle's next transfer.
std::string failure_reason(const CurlHandle& handle, CURLcode code);

/// Whether the failure is about the certificate of the other side.
bool is_certificate_failure(CURLcode code);

}  // namespace prevision::net
