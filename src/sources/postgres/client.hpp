#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sources/postgres/connection.hpp"
#include "sources/sql/text_converter.hpp"

namespace prevision::sources::postgres {

/// The result of a statement, held whole.
class Result {
  public:
    /// `decoder` makes UTF-8 of its text and must outlive it; nullptr: the text is UTF-8.
    explicit Result(PGresult* result, TextDecoder* decoder = nullptr) : result_(result), decoder_(decoder) {}

    [[nodiscard]] int rows() const { return pq().ntuples(result_.get()); }

    /// In UTF-8; empty for NULL. Error integrity when it is in another encoding than the connector says.
    [[nodiscard]] std::string text(int row, int column) const;
    [[nodiscard]] bool is_true(int row, int column) const { return text(row, column) == "t"; }
    [[nodiscard]] PGresult* handle() const { return result_.get(); }

  private:
    struct Clear {
        void operator()(PGresult* result) const { pq().clear(result); }
    };
    std::unique_ptr<PGresult, Clear> result_;
    TextDecoder* decoder_;
};

/// A column of a prepared statement.
struct Field {
    std::string name;
    Oid type = 0;
    int modifier = -1;
    Oid table = 0;  ///< 0 for an expression
    int table_column = 0;
};

/// A connection on which statements run. They are given in UTF-8, and sent in the connector's encoding to a
/// database in SQL_ASCII.
class Client : public ServerConnection {
  public:
    using ServerConnection::ServerConnection;

    /// As ServerConnection's, and Error auth or not_found when the server cut the name of the user or the database and
    /// took another one.
    void log_in();

    /// Whether the encoding in which the text would be sent has all of its characters.
    [[nodiscard]] bool can_send(std::string_view text);

    /// Runs statements without rows or parameters, separated by ';'. Returns how many rows the last one wrote.
    std::uint64_t execute(const std::string& statements, Patience patience = Patience::limited);

    /// The same; false when the server refuses one of them with one of these SQLSTATEs.
    bool execute_unless(const std::string& statements, std::span<const std::string_view> states);

    /// Runs one statement, with $1, $2, … standing for the parameters.
    Result query(const std::string& statement, const std::vector<std::string>& parameters = {},
                 Patience patience = Patience::limited);

    /// The same, for many rows: `on_row` gets each as a result of one row, which ends with the call.
    void query_each(const std::string& statement, const std::vector<std::string>& parameters,
                    const std::function<void(const Result&)>& on_row);

    /// The columns that a statement would give, with their names as they are sent. Error invalid when it holds a
    /// name that the server would cut.
    std::vector<Field> describe(const std::string& statement);

    /// Starts a COPY … TO STDOUT, whose rows come with `next_copied`.
    void start_copy(const std::string& statement);

    /// The next row of a COPY, with its line end; empty after the last one. It lives until the next call and
    /// may be written to.
    std::span<char> next_copied();

  private:
    struct Free {
        void operator()(char* memory) const { pq().freemem(memory); }
    };

    void check_names();
    const std::string& encoded(const std::string& text);  // lives until the next call
    void send(int accepted, Patience patience = Patience::limited);
    void send_query(const std::string& statement, const std::vector<std::string>& parameters);
    PGresult* next_result(Patience patience);
    Result collect(ExecStatusType status, Patience patience = Patience::limited);
    Result expect(PGresult* result, ExecStatusType status);

    std::unique_ptr<char, Free> copied_;
    std::string encoded_;
    std::optional<TextConverter> encoder_;
    std::optional<TextConverter> decoder_;
};

}  // namespace prevision::sources::postgres
