#pragma once

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <rapidjson/document.h>

namespace prevision::testing {

/// What is true of a file of tests/snapshot/inspect/dialects, written by hand in truth.jsonl there.
struct FileTruth {
    using Row = std::vector<std::optional<std::string>>;

    std::string file;
    std::string type;
    std::string separator;
    std::string quote;  ///< empty: none; as are the next two
    std::string escape;
    std::string comment;
    std::uint64_t skip = 0;
    bool header = true;
    std::string encoding;
    std::uint64_t rows = 0;
    std::vector<std::string> names{};
    Row first{};       ///< row
    Row last{};        ///< row
    std::string note;  ///< must be part of what is noted
};

inline std::string read_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    return bytes.str();
}

inline std::optional<std::string> text_of(const rapidjson::Value& value) {
    if (!value.IsString()) return std::nullopt;
    return std::string(value.GetString(), value.GetStringLength());
}

inline std::vector<FileTruth> dialect_table(const std::filesystem::path& folder) {
    std::vector<FileTruth> table;
    std::istringstream lines(read_bytes(folder / "truth.jsonl"));
    for (std::string line; std::getline(lines, line);) {
        rapidjson::Document truth;
        truth.Parse(line.data(), line.size());
        const auto text = [&](const char* field) {
            return truth.HasMember(field) ? text_of(truth[field]).value_or("") : "";
        };
        const auto row = [&](const char* field) {
            FileTruth::Row values;
            if (!truth.HasMember(field)) return values;
            for (const auto& value : truth[field].GetArray()) values.push_back(text_of(value));
            return values;
        };
        FileTruth entry{.file = text("file"),
                        .type = text("type"),
                        .separator = text("separator"),
                        .quote = text("quote"),
                        .escape = text("escape"),
                        .comment = text("comment"),
                        .encoding = text("encoding"),
                        .first = row("first"),
                        .last = row("last"),
                        .note = text("note")};
        if (truth.HasMember("skip")) entry.skip = truth["skip"].GetUint64();
        if (truth.HasMember("header")) entry.header = truth["header"].GetBool();
        if (truth.HasMember("rows")) entry.rows = truth["rows"].GetUint64();
        for (auto& name : row("names")) entry.names.push_back(name.value_or(""));
        table.push_back(std::move(entry));
    }
    return table;
}

}  // namespace prevision::testing
