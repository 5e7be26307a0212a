#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "model/json_builder.hpp"
#include "snapshot/inspect/file_inspector.hpp"
#include "snapshot/inspect/inspection.hpp"

// Writes what is found in each file of the command line: a JSON object a line, with the first and the last row.
// With --time FILE it reads the file in pieces, as a snapshot does, and writes the rows alone.

using namespace prevision;

namespace {

std::string row_json(const testing::KeptRows::Row& row) {
    model::JsonArray values;
    for (const auto& value : row) value ? values.text(*value) : values.json("null");
    return values.finish();
}

void describe(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    testing::KeptRows kept;
    snapshot::FileInspector inspector(path, {}, {.sink = &kept, .rows = 1'000'000});
    inspector.write(bytes);
    const auto findings = inspector.finish();
    model::JsonArray names;
    for (const auto& name : kept.names) names.text(name);
    std::cout << model::JsonObject()
                     .text("file", path)
                     .text("type", findings.file_type)
                     .text("note", findings.note)
                     .value("rows", findings.rows)
                     .json("names", names.finish())
                     .json("first",
                           row_json(kept.rows.empty() ? testing::KeptRows::Row{} : kept.rows.front()))
                     .json("last", row_json(kept.rows.empty() ? testing::KeptRows::Row{} : kept.rows.back()))
                     .finish()
              << '\n';
}

void count(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    snapshot::FileInspector inspector(path);
    std::string piece(std::size_t{256} << 10U, '\0');
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0)
        inspector.write(std::string_view(piece).substr(0, static_cast<std::size_t>(file.gcount())));
    std::cout << inspector.finish().rows << '\n';
}

}  // namespace

int main(int count_of_arguments, char** arguments) {
    if (count_of_arguments == 3 && std::string(arguments[1]) == "--time") {
        count(arguments[2]);
        return 0;
    }
    for (int i = 1; i < count_of_arguments; ++i) describe(arguments[i]);
    return 0;
}
