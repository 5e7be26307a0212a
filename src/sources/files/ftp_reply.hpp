#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace prevision::sources {

/// Collects the lines that an FTP server sends, and keeps its last reply, with the lines joined.
class FtpReply {
  public:
    /// Takes a line with its line end. libcurl's own lines, in the form of HTTP's header, are left out.
    void take_line(std::string_view line);

    /// "550-No such file Good bye."
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
    bool ended_ = true;
};

/// Why a server refused a path, by the text of its reply to a command on it; nothing where that is not clear.
std::optional<ErrorClass> refusal_in_reply(std::string_view reply, std::string_view path);

/// Whether a refused login says that there are too many connections now: "530 Sorry, the maximum number of
/// clients (3) are already connected."
bool says_full(std::string_view reply);

}  // namespace prevision::sources
