#include "sources/sqlite/bounded_functions.hpp"

#include <array>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources::sqlite {

using prevision::sqlite::Database;
using prevision::sqlite::Statement;

namespace {

struct Function {
    const char* name;
    int arguments;
    const char* call;  ///< a statement that calls SQLite's own one
};

// The cost of each is at most about the product of the sizes of its first two arguments.
constexpr std::array functions{
    Function{"instr", 2, "SELECT instr(?1, ?2)"},
    Function{"replace", 3, "SELECT replace(?1, ?2, ?3)"},
    Function{"trim", 2, "SELECT trim(?1, ?2)"},
    Function{"ltrim", 2, "SELECT ltrim(?1, ?2)"},
    Function{"rtrim", 2, "SELECT rtrim(?1, ?2)"},
    Function{"like", 2, "SELECT like(?1, ?2)"},
    Function{"like", 3, "SELECT like(?1, ?2, ?3)"},
    Function{"glob", 2, "SELECT glob(?1, ?2)"},
    Function{"json_patch", 2, "SELECT json_patch(?1, ?2)"},
};

// A value of 1 GB and a pattern of 10 bytes.
constexpr std::uint64_t highest_cost = 10'000'000'000;

/// One function of one database. SQLite's own functions are called in another database, where they are not replaced.
class Bounded {
  public:
    explicit Bounded(const Function& function) : function_(function) {}

    void call(sqlite3_context* context, int count, sqlite3_value** values) {
        if (cost_of(values[0], values[1]) > highest_cost) return refuse(context);
        if (!statement_) prepare();
        sqlite3_stmt* const statement = statement_->handle();
        for (int at = 0; at < count; ++at) sqlite3_bind_value(statement, at + 1, values[at]);
        if (sqlite3_step(statement) == SQLITE_ROW) {
            auto* const result = sqlite3_column_value(statement, 0);
            sqlite3_result_value(context, result);
            sqlite3_result_subtype(context, sqlite3_value_subtype(result));  // JSON, and not a text
        } else {
            sqlite3_result_error(context, sqlite3_errmsg(database_->handle()), -1);
        }
        sqlite3_reset(statement);
        sqlite3_clear_bindings(statement);
    }

  private:
    static std::uint64_t cost_of(sqlite3_value* first, sqlite3_value* second) {
        return static_cast<std::uint64_t>(sqlite3_value_bytes(first)) *
               static_cast<std::uint64_t>(sqlite3_value_bytes(second));
    }

    void refuse(sqlite3_context* context) const {
        const auto message = fmt::format("{}() of values so large would take too long", function_.name);
        sqlite3_result_error(context, message.c_str(), -1);
    }

    void prepare() {
        database_.emplace(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY);
        statement_.emplace(database_->handle(), function_.call);
    }

    const Function& function_;
    std::optional<Database> database_;
    std::optional<Statement> statement_;
};

void call_bounded(sqlite3_context* context, int count, sqlite3_value** values) {
    try {
        static_cast<Bounded*>(sqlite3_user_data(context))->call(context, count, values);
    } catch (const std::exception& error) {
        sqlite3_result_error(context, error.what(), -1);
    }
}

}  // namespace

void bound_functions(sqlite3* database) {
    int traits = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
#ifdef SQLITE_RESULT_SUBTYPE
    traits |= SQLITE_RESULT_SUBTYPE;
#endif
    for (const auto& function : functions) {
        const int code =
            sqlite3_create_function_v2(database, function.name, function.arguments, traits,
                                       std::make_unique<Bounded>(function).release(), call_bounded, nullptr,
                                       nullptr, [](void* bounded) { delete static_cast<Bounded*>(bounded); });
        if (code != SQLITE_OK)
            throw Error(ErrorClass::internal, fmt::format("cannot bound SQLite's function {}: {}",
                                                          function.name, sqlite3_errstr(code)));
    }
}

}  // namespace prevision::sources::sqlite
