#include "snapshot/csv_encoder.hpp"

#include <catch2/catch.hpp>

#include "core/error.hpp"
#include "snapshot/rows.hpp"

using namespace prevision;
using sources::ValueKind;
using testing::column;

namespace {

class MemorySink final : public ByteSink {
  public:
    void write(std::string_view bytes) override {
        text += bytes;
        largest = std::max(largest, bytes.size());
    }

    std::string text;
    std::size_t largest = 0;
};

std::string encode(const std::vector<sources::Column>& columns, const std::vector<testing::Row>& rows) {
    MemorySink sink;
    snapshot::CsvEncoder encoder(sink);
    encoder.columns(columns);
    for (const auto& row : rows) testing::send_row(encoder, row);
    encoder.finish();
    CHECK(encoder.rows() == rows.size());
    CHECK(encoder.bytes() == sink.text.size());
    return sink.text;
}

/// The value alone, as the only one of its row.
std::string encode_value(const std::optional<std::string>& value, ValueKind kind) {
    const auto csv = encode({column("v", kind)}, {{value}});
    REQUIRE(csv.substr(0, 3) == "v\r\n");
    REQUIRE(csv.substr(csv.size() - 2) == "\r\n");
    return csv.substr(3, csv.size() - 5);
}

/// What RFC 4180 asks for, written without an eye on speed.
std::string quoted_where_needed(const std::string& text) {
    if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + '"';
}

}  // namespace

TEST_CASE("a table is a header and its rows, each ended by CR LF") {
    const std::vector<sources::Column> columns{
        column("id", ValueKind::integer),      column("price", ValueKind::decimal),
        column("weight", ValueKind::real),     column("sold", ValueKind::boolean),
        column("name, full", ValueKind::text), column("day", ValueKind::date),
        column("at", ValueKind::time),         column("seen", ValueKind::timestamp),
        column("raw", ValueKind::binary),
    };
    CHECK(encode(columns, {{"-9223372036854775808", "0.10", "1e-300", "true", "plain", "2026-11-23",
                            "-838:59:59", "2026-11-23T06:01:07.250", std::string("\x00\xff", 2)},
                           {{}, {}, {}, {}, {}, {}, {}, {}, {}},
                           {"1", "2", "3", "false", "say \"hi\", then\r\ngo", "0000-00-00", "00:00:00",
                            "1970-01-01T00:00:01Z", ""}}) ==
          "id,price,weight,sold,\"name, full\",day,at,seen,raw\r\n"
          "-9223372036854775808,0.10,1e-300,true,plain,2026-11-23,-838:59:59,2026-11-23T06:01:07.250,"
          "\\x00ff\r\n"
          ",,,,,,,,\r\n"
          "1,2,3,false,\"say \"\"hi\"\", then\r\ngo\",0000-00-00,00:00:00,1970-01-01T00:00:01Z,\\x\r\n");
}

TEST_CASE("a text is quoted where it needs it and nowhere else") {
    const std::vector<std::pair<std::string, std::string>> table{
        {"", R"("")"},
        {"a", "a"},
        {" ", " "},
        {" led and followed ", " led and followed "},
        {"a;b\tc'd", "a;b\tc'd"},
        {"NULL", "NULL"},
        {"\\N", "\\N"},
        {"=1+1", "=1+1"},
        {"é漢🙂", "é漢🙂"},
        {"\xef\xbb\xbf", "\xef\xbb\xbf"},
        {",", R"(",")"},
        {"\"", R"("""")"},
        {"\"\"", R"("""""")"},
        {"\r", "\"\r\""},
        {"\n", "\"\n\""},
        {"a,b", R"("a,b")"},
        {"he said \"no\"", R"("he said ""no""")"},
        {std::string("nul\0,", 5), std::string("\"nul\0,\"", 7)},
        {std::string(1, '\0'), std::string(1, '\0')},
        {"\xff\xac\x8d\x8a\xa2", "\xff\xac\x8d\x8a\xa2"},
    };
    for (const auto& [value, expected] : table) {
        CAPTURE(value);
        CHECK(encode_value(value, ValueKind::text) == expected);
    }
}

TEST_CASE("each special character is found at each place of a text of each length") {
    for (std::size_t size = 1; size <= 70; ++size) {
        for (std::size_t place = 0; place < size; ++place) {
            // Neighbours by one and by the top bit too: they must not be taken for special.
            for (const char c : {',', '"', '\r', '\n', '+', '-', '!', '#', '\x0b', '\x0e', '\x09', '\x0c',
                                 '\xac', '\xa2', '\x8d', '\x8a', '\0', '\x01'}) {
                std::string text(size, 'x');
                text[place] = c;
                if (encode_value(text, ValueKind::text) != quoted_where_needed(text)) {
                    FAIL("size " << size << ", place " << place << ", character " << static_cast<int>(c));
                }
            }
        }
    }
}

TEST_CASE("values of every length keep every byte") {
    std::string text;
    for (std::size_t size = 0; size < 9000; size += size < 80 ? 1 : 97) {
        while (text.size() < size) text += static_cast<char>('a' + text.size() % 26);
        CAPTURE(size);
        CHECK(encode_value(text, ValueKind::text) == (text.empty() ? "\"\"" : text));
        CHECK(encode_value(text, ValueKind::decimal) == text);
    }
}

TEST_CASE("binary is hex in lower case, all 256 bytes of it") {
    std::string bytes;
    std::string expected = "\\x";
    for (unsigned i = 0; i < 256; ++i) {
        bytes += static_cast<char>(i);
        char pair[3];
        std::snprintf(pair, sizeof(pair), "%02x", i);
        expected += pair;
    }
    CHECK(encode_value(bytes, ValueKind::binary) == expected);
    CHECK(encode_value("", ValueKind::binary) == "\\x");
    CHECK(encode_value(std::nullopt, ValueKind::binary).empty());
}

TEST_CASE("column names are quoted as texts are, and an empty name too") {
    CHECK(encode({column(""), column("a\"b"), column("a,b"), column("é")}, {}) ==
          "\"\",\"a\"\"b\",\"a,b\",é\r\n");
    CHECK(encode({column("")}, {}) == "\"\"\r\n");
}

TEST_CASE("the only column's NULL is an empty line, and its empty text is not") {
    CHECK(encode({column("v")}, {{std::nullopt}, {""}, {std::nullopt}}) == "v\r\n\r\n\"\"\r\n\r\n");
}

TEST_CASE("a table without columns has a line for each row") {
    CHECK(encode({}, {{}, {}}) == "\r\n\r\n\r\n");
}

TEST_CASE("three hundred columns with long names and values") {
    const auto columns = testing::columns_of_kind(300, ValueKind::text);
    auto named = columns;
    for (auto& column : named) column.name = std::string(3000, '"') + column.name;
    const testing::Row row(300, std::string(4000, '"'));
    std::string expected;
    for (const auto& column : named) expected += quoted_where_needed(column.name) + ",";
    expected.replace(expected.size() - 1, 1, "\r\n");
    for (int i = 0; i < 3; ++i) {
        for (const auto& value : row) expected += quoted_where_needed(*value) + ",";
        expected.replace(expected.size() - 1, 1, "\r\n");
    }
    CHECK((encode(named, {row, row, row}) == expected));
}

TEST_CASE("a value larger than the buffer goes through in parts") {
    MemorySink sink;
    snapshot::CsvEncoder encoder(sink);
    encoder.columns(
        std::vector<sources::Column>{column("t"), column("q"), column("b", ValueKind::binary), column("p")});
    const std::string plain(3'000'000, 'p');
    std::string quotes(1'000'001, '"');
    const std::string bytes(1'500'000, '\xa5');
    testing::send_row(encoder, {plain, quotes, bytes, "end"});
    encoder.finish();
    std::string hex;
    for (std::size_t i = 0; i < bytes.size(); ++i) hex += "a5";
    const auto expected = "t,q,b,p\r\n" + plain + ",\"" + quotes + quotes + "\",\\x" + hex + ",end\r\n";
    CHECK((sink.text == expected));
    CHECK(encoder.bytes() == expected.size());
    CHECK(sink.largest <= 1'048'576);
}

TEST_CASE("a row with too many or too few values is refused") {
    MemorySink sink;
    snapshot::CsvEncoder encoder(sink);
    encoder.columns(testing::columns_of_kind(2, ValueKind::text));
    CHECK_THROWS_AS(testing::send_row(encoder, {"1"}), Error);
    CHECK_THROWS_AS(testing::send_row(encoder, {"1", "2", "3"}), Error);
}
