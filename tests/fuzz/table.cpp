// The table: no line is wider than the terminal, and no cell reaches it raw.

#include "core/text.hpp"
#include "fuzz/input.hpp"
#include "render/renderer.hpp"

using namespace prevision;

namespace {

class Memory final : public Output {
  public:
    void write(std::string_view bytes) override { text += bytes; }
    void flush() override {}
    std::string text;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto columns = 1 + input.choice(6);
    const int width = 1 + static_cast<int>(input.choice(120));
    const auto cells = split(input.rest(), '\n');
    if (cells.size() < columns) return 0;
    std::vector<render::Column> names;
    for (std::size_t i = 0; i < columns; ++i) {
        names.push_back({.name = cells[i],
                         .alignment = i % 2 == 0 ? render::Alignment::left : render::Alignment::right,
                         .is_time = i == 2});
    }
    Memory out;
    const auto renderer = render::make_list_renderer(
        names, {.width = width, .terminal = true, .upper_case_header = false}, out);
    for (std::size_t at = columns; at + columns <= cells.size(); at += columns) {
        render::Row row;
        for (std::size_t i = 0; i < columns; ++i) row.cells.emplace_back(cells[at + i]);
        renderer->add(row);
    }
    renderer->finish();
    for (const auto& line : split(out.text, '\n')) {
        fuzz::require(render::display_width(line) <= width, "a line fits the terminal");
        fuzz::require(render::printable(line) == line, "a line holds nothing that changes the terminal");
    }
    return 0;
}
