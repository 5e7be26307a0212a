#include "sources/source.hpp"

#include <array>

namespace prevision::sources {

ByteSink& RowsOnly::file(const FileInfo& info) {
    throw Error(ErrorClass::invalid, "cannot read " + info.name + " as a table: it is a file");
}

std::string_view to_string(ValueKind kind) {
    constexpr std::array<std::string_view, 10> names{"integer", "decimal", "real",      "boolean", "text",
                                                     "date",    "time",    "timestamp", "binary",  "any"};
    return names.at(static_cast<std::size_t>(kind));
}

Secret Connection::secret(std::string_view name) const {
    const auto found = secrets.find(name);
    return found == secrets.end() ? Secret() : found->second;
}

std::vector<Entry> Source::list(const std::string& path) {
    std::vector<Entry> entries;
    browse(path, false, [&](const Entry& entry) { entries.push_back(entry); });
    return entries;
}

void Source::read(const Location& location, const ReadOptions& options, RowSink& sink) {
    RowsOnly rows(sink);
    read(location, options, rows);
}

}  // namespace prevision::sources
