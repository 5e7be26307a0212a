#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transport/transport.hpp"

namespace prevision::platform {

/// The fields of a form, and what is known about its file.
struct Form {
    std::map<std::string, std::string> fields;
    bool has_file = false;
    std::string file_name;  ///< the name that the client sent
};

/// Reads a body of `multipart/form-data` (RFC 7578) and passes the bytes of its part `file` to `file` as they
/// arrive. Error invalid when the body has another format, is cut off, has two files, or a field over 64 KiB.
Form read_form(transport::BodySource& body, std::string_view content_type,
               const std::function<void(std::string_view)>& file);

}  // namespace prevision::platform
