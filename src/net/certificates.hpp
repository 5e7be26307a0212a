#pragma once

#include <string>

namespace prevision::net {

/// The file of the certificates that this machine trusts: the first that is there of the places where Linux systems
/// keep it; Debian's place when none is there, so that an error names it. `root` stands before each place.
std::string system_certificates(const std::string& root = "");

}  // namespace prevision::net
