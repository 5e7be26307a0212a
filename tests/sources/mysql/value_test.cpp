#include "sources/mysql/value.hpp"

#include <catch2/catch.hpp>

using namespace prevision::sources;
using mysql::TargetColumn;

namespace {

/// The literal, or the problem in angle brackets.
std::string written(const char* type, const std::string& value,
                    std::optional<ValueKind> kind = std::nullopt) {
    std::string sql;
    const auto problem =
        TargetColumn("c", type, "", true, kind).append(sql, {value.data(), value.size()}, nullptr);
    return problem ? "<" + *problem + ">" : sql;
}

bool is_refused(const char* type, const std::string& value) { return written(type, value).starts_with('<'); }

}  // namespace

TEST_CASE("a value is written as a literal of a column of MySQL") {
    CHECK(written("varchar(9)", "it's") == "'it''s'");
    CHECK(written("tinyint(1)", "true") == "1");
    CHECK(written("bit(1)", "false") == "0");
    CHECK(written("varbinary(9)", "\\x00ff") == "x'00ff'");
    CHECK(written("varbinary(9)", "ab") == "x'6162'");
    CHECK(written("datetime(1)", "2020-01-01T00:00:00.50Z") == "'2020-01-01T00:00:00.50'");
    CHECK(written("timestamp", "2020-07-01T02:00:00+02") == "'2020-07-01T00:00:00'");
    CHECK(written("enum('x','it''s, y')", "it's, y") == "'it''s, y'");
    CHECK(written("set('a','b')", "a,b") == "'a,b'");
}

TEST_CASE("text of a source that tells text from bytes stays text") {
    CHECK(written("varbinary(9)", "\\x00ff", ValueKind::text) == "x'5c7830306666'");
    CHECK(written("varbinary(9)", "\\x00ff", ValueKind::binary) == "x'00ff'");
}

TEST_CASE("a value that MySQL would change without an error is refused") {
    CHECK(is_refused("char(5)", "ab "));
    CHECK(is_refused("binary(4)", "\\x00ff"));
    CHECK(is_refused("enum('a','b')", "1"));
    CHECK(is_refused("enum('a','b')", "A"));
    CHECK(is_refused("set('a','b')", "3"));
    CHECK(is_refused("year(4)", "99"));
    CHECK(is_refused("year(4)", "0"));
    CHECK(is_refused("decimal(4,2)", " 1.5"));
    CHECK(is_refused("double", "NaN"));
    CHECK(is_refused("float", "0.123456789"));
    CHECK(is_refused("time", "12:00:00+02"));
    CHECK(is_refused("date", "2020-01-01T10:00:00"));
    CHECK(is_refused("datetime", "2020-01-01T10:00:00.5"));
}

TEST_CASE("the kind of the values of a type of MySQL") {
    CHECK(TargetColumn::values_of("varbinary(20)") == ValueKind::binary);
    CHECK(TargetColumn::values_of("point") == ValueKind::binary);
    CHECK(TargetColumn::values_of("bigint(20) unsigned") == ValueKind::integer);
    CHECK(TargetColumn::values_of("decimal(10,2)") == ValueKind::decimal);
    CHECK(TargetColumn::values_of("enum('int')") == ValueKind::text);
    CHECK(TargetColumn::values_of("timestamp(3)") == ValueKind::timestamp);
}
