#pragma once

#include <string>
#include <vector>

#include "contract/source_contract.hpp"

namespace prevision::testing {

/// A type of a system, one value of it, and the form in which the value is read.
struct ValueCase {
    std::string declaration;
    std::string inserted;  ///< SQL
    std::string expected;
    std::string check;  ///< SQL by which the system's own client shows the same bytes of the column `c`
    sources::ValueKind kind;
    std::string type;
};

/// A server of SQL that a Source is tested against.
class SqlServerFixture : public SourceFixture {
  public:
    [[nodiscard]] virtual std::string engine() const = 0;

    [[nodiscard]] virtual std::vector<ValueCase> value_cases() const = 0;

    /// Makes the table `typed` with one row: before_c 1, the value in `c`, and after_c true.
    virtual void make_typed(const ValueCase& value) = 0;

    /// The bytes of an expression over `typed`, by the system's own client, as hex digits in lower case.
    [[nodiscard]] virtual std::string hex_by_client(const ValueCase& value) const = 0;

    /// A request that takes five minutes.
    [[nodiscard]] virtual std::string long_request() const = 0;

    /// Whether a query ends on the server soon after its client has gone.
    [[nodiscard]] virtual bool notices_lost_clients() const { return true; }

    /// How many sessions of others run a statement that holds the text.
    [[nodiscard]] virtual int count_running(const std::string& text) const = 0;

    /// Ends those sessions.
    virtual void end_running(const std::string& text) const = 0;
};

/// What every engine that reads from a server of SQL promises, beside the contract of a source. Call it in a test
/// case of its own.
void check_sql_server_contract(SqlServerFixture& fixture);

}  // namespace prevision::testing
