#pragma once

#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources::mysql {

/// A name in quotes. Error of that class, naming `field`, when the server would change or refuse the name: it
/// has more than 64 characters, one beyond U+FFFF, which the server would replace by '?', or a space at its
/// end. Error invalid when it is empty or holds a NUL byte.
std::string quote_name(std::string_view name, std::string_view field, ErrorClass error_class);

/// `database`.`table`.
std::string quote_table(std::string_view database, std::string_view table, ErrorClass error_class);

}  // namespace prevision::sources::mysql
