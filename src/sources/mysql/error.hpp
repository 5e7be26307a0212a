#pragma once

#include <string>

#include "core/error.hpp"

namespace prevision::sources::mysql {

/// What an error means to the user.
struct Meaning {
    ErrorClass error_class;
    std::string hint;  ///< what to do; may be empty
};

/// The meaning of a code of the server or of the client library, for the user of that name. A code that is
/// not listed, such as that of a wrong statement, is of class `otherwise` and has no hint.
Meaning explain(unsigned code, const std::string& username, ErrorClass otherwise);

}  // namespace prevision::sources::mysql
