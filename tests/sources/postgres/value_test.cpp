#include "sources/postgres/value.hpp"

#include <catch2/catch.hpp>

using namespace prevision::sources;
using postgres::TargetColumn;

namespace {

/// The literal, or the problem in angle brackets.
std::string written(const char* type, const std::string& value,
                    std::optional<ValueKind> kind = std::nullopt) {
    std::string sql;
    const auto problem = TargetColumn("c", type).append(sql, value, kind);
    return problem ? "<" + *problem + ">" : sql;
}

bool is_refused(const char* type, const std::string& value) { return written(type, value).starts_with('<'); }

}  // namespace

TEST_CASE("a value is written as a literal of a column of PostgreSQL") {
    CHECK(written("text", "it's") == "'it''s'");
    CHECK(written("boolean", "1") == "'1'");
    CHECK(written("integer", "true") == "'1'");
    CHECK(written("numeric(10,2)", "1.500") == "'1.500'");
    CHECK(written("money", "1.50") == "'1.50'::numeric");
    CHECK(written("money[]", "[2:3]={1.50,NULL}") == "'[2:3]={1.50,NULL}'::numeric[]");
    CHECK(written("bytea", "\\x00ff") == "'\\x00ff'");
    CHECK(written("bytea", "a\\b") == "'\\x615c62'");
    CHECK(written("bytea", "\\x00ff", ValueKind::text) == "'\\x5c7830306666'");
    CHECK(written("timestamp without time zone", "2020-07-01T02:00:00+02") == "'2020-07-01T00:00:00'");
    CHECK(written("timestamp with time zone", "2020-07-01T02:00:00+02") == "'2020-07-01T02:00:00+02'");
    CHECK(written("timestamp without time zone", "infinity") == "'infinity'");
    CHECK(written("character(5)", "ab   ") == "'ab   '");
    CHECK(written("jsonb", "{}") == "'{}'");
}

TEST_CASE("a value that PostgreSQL would change without an error is refused") {
    CHECK(is_refused("numeric(10,2)", "1.005"));
    CHECK(is_refused("numeric(5)", "1.5"));
    CHECK(is_refused("real", "0.123456789"));
    CHECK(is_refused("double precision", "0.12345678901234567890"));
    CHECK(is_refused("integer", " 5 "));
    CHECK(is_refused("boolean", "yes"));
    CHECK(is_refused("character varying(3)", "abc  "));
    CHECK(is_refused("character(5)", "ab "));
    CHECK(is_refused("name", std::string(64, 'n')));
    CHECK(is_refused("date", "2020-01-01T10:00:00"));
    CHECK(is_refused("time without time zone", "2020-01-01T10:00:00"));
    CHECK(is_refused("time without time zone", "10:00:00+02"));
    CHECK(is_refused("time(1) without time zone", "10:00:00.25"));
    CHECK(is_refused("timestamp(3) with time zone", "2020-01-01T10:00:00.1234Z"));
    CHECK(is_refused("timestamp without time zone", "12020-01-01T10:00:00+02"));
    CHECK(is_refused("money", "0.005"));
    CHECK(is_refused("money[]", "{{1},{0.005}}"));
    CHECK(is_refused("money[]", "{$1.00}"));
    CHECK(is_refused("text", std::string("a\0b", 3)));
}

TEST_CASE("the kind of the values of a type of PostgreSQL") {
    CHECK(TargetColumn::values_of("bytea") == ValueKind::binary);
    CHECK(TargetColumn::values_of("numeric(10,2)") == ValueKind::decimal);
    CHECK(TargetColumn::values_of("timestamp(3) with time zone") == ValueKind::timestamp);
    CHECK(TargetColumn::values_of("character varying(5)") == ValueKind::text);
    CHECK(TargetColumn::values_of("integer[]") == ValueKind::text);
}
