#include <utility>

#include "render/formats.hpp"

namespace prevision::render {

namespace {

void append_csv(std::string& line, const std::optional<std::string>& cell) {
    if (!cell) return;
    if (!cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) {
        line += *cell;
        return;
    }
    line += '"';
    for (const char c : *cell) {
        if (c == '"') line += '"';
        line += c;
    }
    line += '"';
}

void append_tsv(std::string& line, const std::optional<std::string>& cell) {
    for (const char c : cell.value_or("")) {
        if (c == '\t') {
            line += "\\t";
        } else if (c == '\n') {
            line += "\\n";
        } else if (c == '\r') {
            line += "\\r";
        } else if (c == '\\') {
            line += "\\\\";
        } else {
            line += c;
        }
    }
}

class SeparatedRenderer final : public Renderer {
  public:
    SeparatedRenderer(std::vector<Column> columns, const Settings& settings, Output& out)
        : columns_(std::move(columns)), settings_(settings), out_(out), header_due_(settings.header) {}

    void add(const Row& row) override {
        check_cells(row, columns_);
        write_header();
        write(row.cells);
    }

    void finish() override { write_header(); }

  private:
    void write_header() {
        if (!std::exchange(header_due_, false)) return;
        std::vector<std::optional<std::string>> names;
        names.reserve(columns_.size());
        for (const auto& column : columns_) names.emplace_back(column.name);
        write(names);
    }

    void write(const std::vector<std::optional<std::string>>& cells) {
        const bool csv = settings_.format == Format::csv;
        line_.clear();
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) line_ += csv ? ',' : '\t';
            append(cells[i]);
        }
        line_ += csv ? "\r\n" : "\n";
        out_.write(line_);
    }

    void append(const std::optional<std::string>& cell) {
        if (settings_.format == Format::csv) {
            append_csv(line_, settings_.terminal && cell ? printable(*cell) : cell);
        } else if (settings_.terminal && cell) {
            // Escaped before `printable`, so that its own backslashes are not escaped again.
            std::string escaped;
            append_tsv(escaped, cell);
            line_ += printable(escaped);
        } else {
            append_tsv(line_, cell);
        }
    }

    std::vector<Column> columns_;
    Settings settings_;
    Output& out_;
    bool header_due_;
    std::string line_;
};

}  // namespace

std::unique_ptr<Renderer> make_separated_renderer(std::vector<Column> columns, const Settings& settings,
                                                  Output& out) {
    return std::make_unique<SeparatedRenderer>(std::move(columns), settings, out);
}

}  // namespace prevision::render
