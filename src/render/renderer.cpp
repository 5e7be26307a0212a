#include "render/renderer.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "render/formats.hpp"

namespace prevision::render {

namespace {

class IdRenderer final : public Renderer {
  public:
    IdRenderer(const Settings& settings, Output& out) : terminal_(settings.terminal), out_(out) {}

    void add(const Row& row) override {
        out_.write(terminal_ ? printable(row.id) : row.id);
        out_.write("\n");
    }
    void finish() override {}

  private:
    bool terminal_;
    Output& out_;
};

}  // namespace

const std::vector<std::string>& format_names() {
    static const std::vector<std::string> names{"table", "json", "jsonl", "csv", "tsv", "yaml", "id"};
    return names;
}

std::optional<Format> parse_format(std::string_view name) {
    const auto& names = format_names();  // in the order of the enumeration
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<Format>(found - names.begin());
}

FormatTraits traits(Format format) {
    return {.cells = format == Format::table || format == Format::csv || format == Format::tsv,
            .document = format == Format::json || format == Format::yaml};
}

void check_cells(const Row& row, const std::vector<Column>& columns) {
    if (row.cells.size() == columns.size()) return;
    throw Error(ErrorClass::internal, fmt::format("cannot show {}: it has {} cells for {} columns", row.id,
                                                  row.cells.size(), columns.size()));
}

std::unique_ptr<Renderer> make_id_renderer(const Settings& settings, Output& out) {
    return std::make_unique<IdRenderer>(settings, out);
}

std::unique_ptr<Renderer> make_list_renderer(std::vector<Column> columns, const Settings& settings,
                                             Output& out) {
    switch (settings.format) {
        case Format::table:
            return make_table_renderer(std::move(columns), settings, out);
        case Format::csv:
        case Format::tsv:
            return make_separated_renderer(std::move(columns), settings, out);
        case Format::json:
        case Format::jsonl:
        case Format::yaml:
            return make_document_renderer(settings, out);
        case Format::id:
            break;
    }
    return make_id_renderer(settings, out);
}

void show_all(Renderer& renderer, const std::function<void()>& source) {
    try {
        source();
    } catch (const OutputClosed&) {
        throw;
    } catch (...) {
        renderer.abandon();
        throw;
    }
    renderer.finish();
}

void render_object(const std::vector<Column>& columns, const Row& row, const Settings& settings,
                   Output& out) {
    switch (settings.format) {
        case Format::table:
            render_fields(columns, row, settings, out);
            return;
        case Format::json:
            out.write(pretty_json(row.document) + "\n");
            return;
        case Format::yaml:
            out.write(yaml_text(row.document, false) + "\n");
            return;
        default: {
            const auto renderer = make_list_renderer(columns, settings, out);
            renderer->add(row);
            renderer->finish();
        }
    }
}

}  // namespace prevision::render
