#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "sources/source.hpp"

namespace prevision::testing {

/// A system that a Source is tested against: how the Source reaches it, and how a client that is not ours
/// changes it.
class SourceFixture {
  public:
    virtual ~SourceFixture() = default;

    [[nodiscard]] virtual sources::Connection connection() const = 0;

    /// A database that is there, empty of tables but for the suite's.
    [[nodiscard]] virtual std::string database() const = 0;

    /// Runs statements through the system's own client, each ended by ';', and commits them.
    virtual void run(const std::string& statements) = 0;

    [[nodiscard]] virtual std::string quote(const std::string& name) const = 0;

    /// A table of that name as a location names it.
    [[nodiscard]] virtual std::string table(const std::string& name) const { return name; }

    /// The place in which the tables lie, as `browse` names it.
    [[nodiscard]] virtual std::string place() const { return database(); }

    /// VARCHAR(20) in the system's own words.
    [[nodiscard]] virtual std::string varchar() const { return "varchar(20)"; }

    /// A SELECT that gives the numbers from 1 to `count`, in a column `n`.
    [[nodiscard]] virtual std::string numbers(int count) const = 0;
};

/// Takes a table whole.
class TableSink final : public sources::RowSink {
  public:
    using Row = std::vector<std::optional<std::string>>;

    void expect(std::uint64_t about) override { about_rows = about; }
    void columns(std::span<const sources::Column> found) override;
    void row(std::span<const sources::Value> values) override;

    [[nodiscard]] std::vector<std::string> names() const;

    std::vector<sources::Column> header;
    int header_count = 0;
    std::optional<std::uint64_t> about_rows;  ///< the system's estimate
    std::vector<Row> rows;
};

/// Hands each row on; for tests that want something to happen in the middle.
class CallbackSink final : public sources::RowSink {
  public:
    explicit CallbackSink(std::function<void(std::span<const sources::Value>)> on_row)
        : on_row_(std::move(on_row)) {}
    void columns(std::span<const sources::Column> /*columns*/) override {}
    void row(std::span<const sources::Value> values) override {
        ++count;
        on_row_(values);
    }
    std::size_t count = 0;

  private:
    std::function<void(std::span<const sources::Value>)> on_row_;
};

/// Opens the connection and reads the location, whole or up to `limit` rows.
TableSink read_whole(const sources::Connection& connection, const sources::Location& location,
                     std::optional<std::uint64_t> limit = std::nullopt);

/// What a test of the connection told, and the Error that it ended with.
struct TestRun {
    std::vector<sources::Stage> stages;
    std::optional<Error> error;

    [[nodiscard]] std::vector<std::string> names() const;
    [[nodiscard]] const sources::Stage& last() const { return stages.at(stages.size() - 1); }
};
TestRun run_test(const sources::Connection& connection,
                 const std::optional<sources::Location>& location = std::nullopt);

/// The Error that the action throws; fails the test when it throws none.
Error error_of(const std::function<void()>& action);

/// What every Source promises. Call it in a test case of its own.
void check_source_contract(SourceFixture& fixture);

}  // namespace prevision::testing
