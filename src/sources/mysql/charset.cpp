#include "sources/mysql/charset.hpp"

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/mysql/types.hpp"
#include "sources/sql/exact_number.hpp"

namespace prevision::sources::mysql {

namespace {

// MariaDB gives the collations of these families numbers from 2048 on, 256 a character set, and does not list
// them all.
constexpr unsigned first_family = 2048;
constexpr unsigned family_size = 256;
const std::array<Charset, 5> families{
    {{"utf8mb3", 3}, {"utf8mb4", 4}, {"ucs2", 2}, {"utf16", 4}, {"utf32", 4}}};

/// The sets that iconv(3) knows as the server does, by their names there.
const std::map<std::string, std::string, std::less<>> known_to_iconv{{"ucs2", "UTF-16BE"},
                                                                     {"utf16", "UTF-16BE"},
                                                                     {"utf16le", "UTF-16LE"},
                                                                     {"utf32", "UTF-32BE"},
                                                                     {"gb18030", "GB18030"}};

bool is_unicode_or_ascii(std::string_view name) {
    return name.starts_with("utf8") || name == "ascii" || name == "binary";
}

// The session may limit the rows of a SELECT that does not itself.
constexpr std::string_view all_rows = "LIMIT 18446744073709551615";

// "d0" to "d5": hex digits of a character's bytes.
std::string digits(int count) {
    std::string tables;
    for (int at = 0; at < count; ++at) {
        tables += at == 0 ? "(SELECT 0 AS n" : ", (SELECT 0 AS n";
        for (int digit = 1; digit < 16; ++digit) tables += fmt::format(" UNION ALL SELECT {}", digit);
        tables += fmt::format(") AS d{}", at);
    }
    return tables;
}

}  // namespace

std::map<unsigned, Charset> find_charsets(Client& client, std::span<const MYSQL_FIELD> fields) {
    std::map<unsigned, Charset> found;
    std::string asked;
    for (const auto& field : fields) {
        const auto number = field.charsetnr;
        const auto family = number < first_family ? families.size() : (number - first_family) / family_size;
        if (family < families.size()) found[number] = families.at(family);
        asked += fmt::format("{}{}", asked.empty() ? "" : ",", number);
    }
    if (asked.empty()) return found;
    client.for_each_row(
        fmt::format(
            "SELECT c.id, c.character_set_name, s.maxlen FROM information_schema.collations c JOIN "
            "information_schema.character_sets s ON s.character_set_name = c.character_set_name WHERE "
            "c.id IN ({}) {}",
            asked, all_rows),
        [&](auto row) {
            const auto number = static_cast<unsigned>(parse_integer(row[0].text()).value_or(0));
            found[number] = {std::string(row[1].text()),
                             static_cast<unsigned>(parse_integer(row[2].text()).value_or(1))};
        });
    return found;
}

CharsetDecoder::CharsetDecoder(Client& client, const Charset& charset) : name_(charset.name) {
    const auto load = [&](const std::string& bytes, int digit_count, std::string_view condition) {
        client.for_each_row(
            fmt::format(
                "SELECT HEX(b), HEX(CONVERT(CONVERT(b USING {0}) USING utf8mb4)) FROM (SELECT {1} AS b "
                "FROM {2} WHERE {3}) AS t WHERE CHAR_LENGTH(CONVERT(b USING {0})) = 1 AND BINARY "
                "CONVERT(b USING {0}) = b AND (b = x'3F' OR BINARY CONVERT(CONVERT(b USING {0}) USING "
                "utf8mb4) NOT IN (x'3F', x'EFBFBD')) {4}",
                charset.name, bytes, digits(digit_count), condition, all_rows),
            [&](auto row) {
                const auto from = from_hex(row[0].text());
                auto& form =
                    from.size() == 1 ? single_.at(static_cast<unsigned char>(from[0])) : multi_byte_[from];
                form = from_hex(row[1].text());
            });
    };
    load("CHAR(d0.n * 16 + d1.n)", 2, "TRUE");
    if (charset.most_bytes > 1)
        load("CHAR(d0.n * 16 + d1.n, d2.n * 16 + d3.n)", 4, "d0.n >= 8 AND d2.n >= 3");
    if (charset.most_bytes > 2)
        load("CHAR(0x8F, d0.n * 16 + d1.n, d2.n * 16 + d3.n)", 4, "d0.n >= 10 AND d2.n >= 10");
}

std::optional<std::string> CharsetDecoder::convert(std::string_view text) {
    std::string converted;
    converted.reserve(text.size() * 2);
    for (std::size_t at = 0; at < text.size();) {
        const auto& single = single_.at(static_cast<unsigned char>(text[at]));
        if (!single.empty()) {
            converted += single;
            ++at;
            continue;
        }
        std::size_t size = 2;
        auto found = multi_byte_.end();
        for (; size <= 3 && found == multi_byte_.end(); ++size)
            found = multi_byte_.find(std::string(text.substr(at, size)));
        if (found == multi_byte_.end()) return std::nullopt;
        converted += found->second;
        at += found->first.size();
    }
    return converted;
}

Decoders::Decoders(Client& client, std::span<const MYSQL_FIELD> fields,
                   const std::map<unsigned, Charset>& charsets, const std::string& encoding) {
    for (const auto& field : fields) {
        const auto charset = charsets.find(field.charsetnr);
        const auto name = charset == charsets.end() ? std::string() : charset->second.name;
        auto*& decoder = of_columns_.emplace_back(nullptr);
        if (kind_of(field) != ValueKind::text || name == "binary") continue;
        if (encoding.empty() && is_unicode_or_ascii(name)) continue;
        auto& made = decoders_[encoding.empty() ? name : encoding];
        const auto in_iconv = known_to_iconv.find(name);
        if (!made && !encoding.empty()) {
            made = std::make_unique<TextConverter>(encoding, "UTF-8");
        } else if (!made && in_iconv != known_to_iconv.end()) {
            made = std::make_unique<TextConverter>(in_iconv->second, "UTF-8");
        } else if (!made && charset != charsets.end()) {
            made = std::make_unique<CharsetDecoder>(client, charset->second);
        }
        decoder = made.get();
    }
}

}  // namespace prevision::sources::mysql
