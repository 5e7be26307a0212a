#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include <mysql.h>

#include "sources/mysql/client.hpp"
#include "sources/sql/text_converter.hpp"

/// The character sets of the server, in which the text of a result arrives.
namespace prevision::sources::mysql {

struct Charset {
    std::string name;         ///< "utf8mb4", "sjis"
    unsigned most_bytes = 1;  ///< of a character
};

/// The character sets of a result's columns, by the number of their collation. Asks the server.
std::map<unsigned, Charset> find_charsets(Client& client, std::span<const MYSQL_FIELD> fields);

/// Converts text of a character set to UTF-8 as the server does. The server would write '?' for a character that
/// has no Unicode form.
class CharsetDecoder final : public TextDecoder {
  public:
    /// Asks the server for the Unicode form of every character.
    CharsetDecoder(Client& client, const Charset& charset);

    [[nodiscard]] std::optional<std::string> convert(std::string_view text) override;
    [[nodiscard]] std::string name() const override { return name_; }

  private:
    std::string name_;
    std::array<std::string, 256> single_;  ///< of one byte; empty: part of a longer character
    std::unordered_map<std::string, std::string> multi_byte_;  ///< of two or three
};

/// What converts the text of a column: nullptr when its character set is UTF-8 already. Each is made once.
class Decoders {
  public:
    /// `encoding` replaces the columns' own character sets, unless it is empty.
    Decoders(Client& client, std::span<const MYSQL_FIELD> fields, const std::map<unsigned, Charset>& charsets,
             const std::string& encoding);

    [[nodiscard]] const std::vector<TextDecoder*>& of_columns() const { return of_columns_; }

  private:
    std::map<std::string, std::unique_ptr<TextDecoder>> decoders_;
    std::vector<TextDecoder*> of_columns_;
};

}  // namespace prevision::sources::mysql
