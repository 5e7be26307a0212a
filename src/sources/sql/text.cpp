#include "sources/sql/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/sql/scanner.hpp"

namespace prevision::sources {

namespace {

std::string quote(std::string_view text, char mark) {
    std::string quoted(1, mark);
    for (const char c : text) quoted.append(c == mark ? 2 : 1, c);
    return quoted + mark;
}

bool is_query_word(const Token& token) {
    constexpr std::array<std::string_view, 3> words{"SELECT", "VALUES", "TABLE"};
    return std::ranges::any_of(words, [&](auto word) { return token.is_word(word); });
}

bool is_change_word(const Token& token) {
    constexpr std::array<std::string_view, 4> words{"INSERT", "UPDATE", "DELETE", "REPLACE"};
    return std::ranges::any_of(words, [&](auto word) { return token.is_word(word); });
}

// Right after a '.' a name may be any word, and so may the name of a variable after an '@'.
bool is_part_of_name(const Token& before, const Token& token) {
    return (before.is('.') || before.is('@')) && before.text.data() + 1 == token.text.data();
}

/// Whether a request in MySQL sets the variable: "@name := …".
bool sets_variable(std::string_view sql, std::string_view variable) {
    for (std::size_t at = 0; at + variable.size() < sql.size(); ++at) {
        if (!equal_ignoring_case(sql.substr(at, variable.size()), variable)) continue;
        auto rest = sql.substr(at + variable.size());
        while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
        if (rest.starts_with(":=")) return true;
    }
    return false;
}

bool is_operand(const Token& token) {
    return token.kind == Token::Kind::word || token.kind == Token::Kind::number ||
           token.kind == Token::Kind::quoted || token.is(')') || token.is(']');
}

/// The parameter that begins with the token: `?`, `?1`, `:name`, `$1`, `$name`, `@name`; empty when none does.
/// `in_brackets` says whether the token is between `[` and `]`.
std::string_view parameter(std::string_view sql, SqlDialect dialect, const Token& before, const Token& token,
                           bool in_brackets) {
    const bool postgres = dialect == SqlDialect::postgres;
    const auto at = static_cast<std::size_t>(token.text.data() - sql.data());
    std::size_t end = at + 1;
    while (end < sql.size() && is_word_part(sql[end])) ++end;
    const auto name = sql.substr(at, end - at);
    const char previous = at > 0 ? sql[at - 1] : ' ';
    if (token.is('?')) {
        if (!postgres) return name;
        // An operator of jsonb, perhaps of more characters.
        constexpr std::string_view operator_characters = "+-*/<>=~!@#%^&|`?";
        const bool is_part =
            operator_characters.find(previous) != std::string_view::npos ||
            (end < sql.size() && operator_characters.find(sql[end]) != std::string_view::npos);
        return is_part || is_operand(before) ? std::string_view() : name;
    }
    if (token.is(':')) {  // not "::", nor a slice of an array
        const bool is_slice = postgres && (in_brackets || (name.size() > 1 && is_digit(name[1])));
        return name.size() == 1 || previous == ':' || is_slice ? std::string_view() : name;
    }
    if (postgres) return token.text == "$" && name.size() > 1 ? name : std::string_view();
    if (token.is('@')) {
        // MySQL takes NULL for a variable that the request does not set. "@@name" is a system variable.
        const bool is_set = dialect == SqlDialect::mysql &&
                            (previous == '@' || sql.substr(end).starts_with('@') || sets_variable(sql, name));
        return name.size() == 1 || is_set ? std::string_view() : name;
    }
    if (dialect == SqlDialect::mysql) return {};
    return token.kind == Token::Kind::word && token.text.front() == '$' ? token.text : std::string_view();
}

/// Beginnings of the names of functions that do more than read rows: they open the server's files, write large
/// objects, connect to other servers, hold locks beyond the transaction, signal other sessions, or change the
/// settings that we read with. Rights on the server decide about views and functions that call these.
constexpr std::array<std::string_view, 7> acting_in_mysql{
    "load_file", "get_lock", "release_lock", "release_all", "master_pos_wait", "source_pos_wait", "sys_"};
constexpr std::array<std::string_view, 30> acting_in_postgres{
    "pg_read_",      "pg_ls_",     "pg_stat_file",    "pg_stat_reset", "pg_advisory_", "pg_try_advisory",
    "pg_terminate_", "pg_cancel_", "pg_reload_",      "pg_rotate_",    "pg_switch_",   "pg_create_",
    "pg_drop_",      "pg_copy_",   "pg_replication_", "pg_logical_",   "pg_export_",   "pg_promote",
    "pg_notify",     "dblink",     "set_config",      "lo_import",     "lo_export",    "lo_creat",
    "lo_unlink",     "lo_put",     "lo_from_bytea",   "lo_truncate",   "lowrite",      "pg_wal_replay_"};

/// Whether the name, in quotes or not, is that of such a function.
bool is_acting_function(const Token& token, SqlDialect dialect) {
    if (token.kind != Token::Kind::word && token.kind != Token::Kind::quoted) return false;
    auto name = token.text;
    if (token.kind == Token::Kind::quoted && name.size() > 1) name = name.substr(1, name.size() - 2);
    const auto begins = [&](auto beginning) {
        return equal_ignoring_case(name.substr(0, beginning.size()), beginning);
    };
    if (dialect == SqlDialect::mysql) return std::ranges::any_of(acting_in_mysql, begins);
    return dialect == SqlDialect::postgres && std::ranges::any_of(acting_in_postgres, begins);
}

[[noreturn]] void refuse_beginning(const Token& token) {
    if (token.kind == Token::Kind::end) refuse_request("it is empty");
    refuse_request(
        fmt::format("it must be one SELECT statement, and begins with {}",
                    token.kind == Token::Kind::word ? std::string_view(token.text) : "something else"));
}

void check_as(std::string_view sql, SqlDialect dialect, bool run_hidden_code) {
    Scanner scanner(sql, dialect, run_hidden_code);
    int depth = 0;
    Token token = scanner.next();
    for (; token.is('('); token = scanner.next()) ++depth;
    const bool with = token.is_word("WITH");
    if (!with && !is_query_word(token)) refuse_beginning(token);

    // After WITH come the named queries, each in parentheses and, in PostgreSQL, followed by clauses SEARCH and CYCLE.
    // The statement proper begins with the first such word after one of them.
    const int outer_depth = depth;
    int brackets = 0;
    bool statement_found = !with;
    bool in_clause = false;
    Token before = token;
    for (token = scanner.next(); token.kind != Token::Kind::end; token = scanner.next()) {
        if (token.is(';')) {
            for (token = scanner.next(); token.is(';');) token = scanner.next();
            if (token.kind != Token::Kind::end) refuse_request("it has more than one statement");
            break;
        }
        if (token.is('[')) ++brackets;
        if (token.is(']')) --brackets;
        if (const auto name = parameter(sql, dialect, before, token, brackets > 0); !name.empty())
            refuse_parameter(name);
        if (depth == outer_depth && before.is(')') && dialect == SqlDialect::postgres)
            in_clause = token.is_word("SEARCH") || token.is_word("CYCLE");
        if (!statement_found && depth == outer_depth && (before.is(')') || in_clause)) {
            if (is_change_word(token)) refuse_beginning(token);
            statement_found = is_query_word(token) || (token.is('(') && !in_clause);
        }
        if (token.is('(')) ++depth;
        if (token.is('(') && is_acting_function(before, dialect))
            refuse_field("request", fmt::format("the function {} does more than read rows", before.text),
                         "leave it out: a request only reads rows");
        if (token.is(')') && --depth < 0) refuse_request("a ')' has no '('");
        if (token.is_word("INTO") && !is_part_of_name(before, token)) {
            refuse_request("SELECT … INTO writes its rows elsewhere");
        }
        before = token;
    }
    if (depth > 0) refuse_request("a '(' is not closed");
    if (!statement_found) refuse_request("no SELECT follows its WITH");
}

}  // namespace

void check_query(std::string_view sql, SqlDialect dialect) {
    if (sql.find('\0') != std::string_view::npos) refuse_request("it holds a NUL byte");
    check_as(sql, dialect, true);
    check_as(sql, dialect, false);
}

void refuse_parameter(std::string_view name) {
    refuse_field("request", fmt::format("the parameter '{}' has no value", name),
                 "write the value itself into the request");
}

std::string_view without_end(std::string_view sql, SqlDialect dialect) {
    Scanner scanner(sql, dialect, false);
    Token token = scanner.next();
    while (token.kind != Token::Kind::end && !token.is(';')) token = scanner.next();
    if (token.kind == Token::Kind::end) return sql;
    return sql.substr(0, static_cast<std::size_t>(token.text.data() - sql.data()));
}

std::string quote_literal(std::string_view text) { return quote(text, '\''); }

std::string quote_identifier(std::string_view name, SqlDialect dialect, std::string_view field) {
    if (name.empty()) refuse_field(field, "it is empty");
    refuse_nul(field, name);
    return quote(name, dialect == SqlDialect::mysql ? '`' : '"');
}

}  // namespace prevision::sources
