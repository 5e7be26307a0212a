#include "sources/source.hpp"

namespace prevision::sources {

namespace {

class RowsOnly final : public ContentSink {
  public:
    explicit RowsOnly(RowSink& rows) : rows_(rows) {}

    RowSink& table() override { return rows_; }
    ByteSink& file(const FileInfo& info) override {
        throw Error(ErrorClass::invalid, "cannot read " + info.name + " as a table: it is a file");
    }

  private:
    RowSink& rows_;
};

}  // namespace

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
