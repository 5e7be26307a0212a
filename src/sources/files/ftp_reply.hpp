#pragma once

#include <cstdint>
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

    /// Whether the last line begins like the end of another reply, within one over many lines: libcurl takes it for
    /// the end.
    [[nodiscard]] bool misleads() const { return misleads_; }

    /// Whether no reply has ended yet.
    [[nodiscard]] bool is_first() const { return first_; }

  private:
    std::string text_;
    bool ended_ = true;
    bool misleads_ = false;
    bool first_ = true;
};

/// Whether a line begins a reply, "220 " or "220-", or ends one over many lines.
bool is_reply_line(std::string_view line);

/// The size in the answer to SIZE, "213 1234"; nothing where it has none, or one that no file can have.
std::optional<std::uint64_t> size_in_reply(std::string_view reply);

/// Why a server refused a path, by the text of its reply to a command on it; nothing where that is not clear.
std::optional<ErrorClass> refusal_in_reply(std::string_view reply, std::string_view path);

/// Whether a refused login says that there are too many connections now ("530 Sorry, the maximum number of clients (3)
/// are already connected."), and not that the account or its password is refused, for whatever number of reasons.
bool says_full(std::string_view reply);

}  // namespace prevision::sources
