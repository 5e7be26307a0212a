#pragma once

#include <array>
#include <span>
#include <string>
#include <vector>

#include <mysql.h>

#include "sources/source.hpp"

/// Where the values of a prepared statement's row arrive, and how they become the forms that a ValueKind
/// promises.
namespace prevision::sources {

class MysqlCell {
  public:
    explicit MysqlCell(const MYSQL_FIELD& field);

    /// What the library is to write into. It points into the cell, which must stay where it is.
    MYSQL_BIND bind();

    /// Whether the value that arrived was longer than there was room for.
    [[nodiscard]] bool is_cut() const { return form_ == Form::bytes && !null_ && length_ > bytes_.size(); }

    /// Makes room for the value and has it written again; false when that fails.
    bool fetch_whole(MYSQL_STMT* statement, unsigned column);

    /// The value that arrived, as text or bytes that live in the cell.
    Value value();

  private:
    enum class Form {
        signed_integer,
        unsigned_integer,
        single_float,
        double_float,
        date,
        date_time,
        point_in_time,
        time,
        bytes
    };

    static Form form_of(const MYSQL_FIELD& field);
    Value time_value();

    Form form_;
    enum_field_types wire_type_;
    unsigned fraction_digits_;
    union Number {
        long long integer;
        double real;
        float single;
    } number_{};
    MYSQL_TIME time_{};
    std::vector<char> bytes_;  ///< the room that the library knows
    std::vector<char> whole_;  ///< for a value that is longer
    std::array<char, 64> text_{};
    unsigned long length_ = 0;
    my_bool null_ = 0;
    my_bool error_ = 0;
};

std::vector<MysqlCell> make_mysql_cells(std::span<const MYSQL_FIELD> fields);
std::vector<MYSQL_BIND> bind_mysql_cells(std::vector<MysqlCell>& cells);

/// A number in its shortest exact form, as MySQL spells it: 0.1, 100000, 1e20, -1.5e-10. At most 32 bytes;
/// returns the end.
char* write_real(char* out, double value);
char* write_real(char* out, float value);

}  // namespace prevision::sources
