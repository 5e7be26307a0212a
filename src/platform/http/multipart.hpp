#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "transport/transport.hpp"

namespace prevision::platform {

/// What a form holds beside its file.
struct Form {
    std::map<std::string, std::string> fields;
    bool has_file = false;
    std::string file_name;  ///< as the client calls it
};

/// Reads a body of `multipart/form-data` (RFC 7578), and gives the bytes of its part `file` to `file` as they
/// come. Error invalid when the body is none, is cut off, has two files, or a field beyond 64 KiB.
Form read_form(transport::BodySource& body, std::string_view content_type,
               const std::function<void(std::string_view)>& file);

}  // namespace prevision::platform
