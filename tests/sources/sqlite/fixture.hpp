#pragma once

#include <stdexcept>
#include <string>

#include "contract/source_contract.hpp"
#include "core/text.hpp"
#include "support/command.hpp"
#include "support/temporary_directory.hpp"

namespace prevision::testing {

/// A SQLite file, changed and looked at through the program sqlite3.
class SqliteFile {
  public:
    [[nodiscard]] sources::Connection connection() const {
        sources::Connection connection;
        connection.type = "SQL";
        connection.host = "sqlite://" + path();
        return connection;
    }

    /// What sqlite3 prints: a line a row, '|' between values.
    std::string run(const std::string& statements) const {
        const auto result = run_command({"sqlite3", "-bail", path()}, statements);
        if (result.exit_code != 0) throw std::runtime_error("sqlite3: " + result.errors);
        return std::string(trim(result.output));
    }

    [[nodiscard]] std::string path() const { return (folder_ / "shop.db").string(); }
    [[nodiscard]] const TemporaryDirectory& folder() const { return folder_; }

  private:
    TemporaryDirectory folder_;
};

}  // namespace prevision::testing
