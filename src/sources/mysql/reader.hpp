#pragma once

#include <string>
#include <vector>

#include "sources/mysql/client.hpp"
#include "sources/source.hpp"

namespace prevision::sources::mysql {

/// A column in the server's own words, which say more of its type than the description of a result.
struct Declared {
    std::string name;
    std::string type;
    std::string extra;  ///< "auto_increment", "STORED GENERATED", "INVISIBLE"
    bool nullable = true;
};

/// All columns of a table or view, also the invisible ones, which SELECT * leaves out.
std::vector<Declared> list_declared(Client& client, const std::string& quoted_table);

/// Reads a table or a request in a transaction that changes nothing. Errors as a Source's, and integrity after the last
/// row when the server has cut or lost a value or rows.
void read(Client& client, const Target& target, const Location& location, const ReadOptions& options,
          ContentSink& sink);

}  // namespace prevision::sources::mysql
