#pragma once

#include <array>
#include <string_view>
#include <vector>

#include <mysql.h>

#include "sources/mysql/types.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// Receives the values of one column of a prepared statement, and converts them to the form that their
/// ValueKind promises.
class Cell {
  public:
    /// `zone_mark` follows a point in time, and must outlive the cell: "Z", "+05:30", or empty.
    Cell(const MYSQL_FIELD& field, std::string_view zone_mark);

    /// Where the library writes a value. It points into the cell, which must stay where it is.
    MYSQL_BIND bind();

    /// Whether the value that arrived was longer than the buffer.
    [[nodiscard]] bool is_cut() const {
        return form_ == Form::bytes && null_ == 0 && length_ > bytes_.size();
    }

    /// Fetches a cut value again, in full; false on failure.
    bool fetch_whole(MYSQL_STMT* statement, unsigned column);

    /// The value, whose text or bytes live in the cell.
    Value value();

  private:
    Value time_value();

    Form form_;
    enum_field_types wire_type_;
    unsigned fraction_digits_;
    bool is_unsigned_;
    std::string_view zone_mark_;
    union Number {
        long long integer;
        double real;
        float single;
    } number_{};
    MYSQL_TIME time_{};
    std::vector<char> bytes_;  ///< the buffer that the library writes to
    std::vector<char> whole_;  ///< for a value that is longer
    std::array<char, 64> text_{};
    unsigned long length_ = 0;
    my_bool null_ = 0;
    my_bool error_ = 0;
};

/// Writes a number in its shortest exact form, as MySQL spells it: 0.1, 100000, 1e20, -1.5e-10. At most 32
/// bytes; returns the end.
char* write_real(char* out, double value);
char* write_real(char* out, float value);

}  // namespace prevision::sources::mysql
