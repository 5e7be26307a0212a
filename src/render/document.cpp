#include "render/formats.hpp"

namespace prevision::render {

namespace {

/// One array, an element written as soon as it is there.
class JsonRenderer final : public Renderer {
  public:
    explicit JsonRenderer(Output& out) : out_(out) {}

    void add(const Row& row) override {
        const auto text = indented_json(row.document, 2);
        out_.write(empty_ ? "[\n  " : ",\n  ");
        out_.write(text);
        empty_ = false;
    }

    void finish() override { out_.write(empty_ ? "[]\n" : "\n]\n"); }

    void abandon() override {
        if (!empty_) finish();
    }

  private:
    Output& out_;
    bool empty_ = true;
};

class JsonLinesRenderer final : public Renderer {
  public:
    explicit JsonLinesRenderer(Output& out) : out_(out) {}

    void add(const Row& row) override {
        out_.write(compact_json(row.document));
        out_.write("\n");
    }
    void finish() override {}

  private:
    Output& out_;
};

class YamlRenderer final : public Renderer {
  public:
    explicit YamlRenderer(Output& out) : out_(out) {}

    void add(const Row& row) override {
        out_.write(yaml_text(row.document, true) + "\n");
        empty_ = false;
    }

    void finish() override {
        if (empty_) out_.write("[]\n");
    }

  private:
    Output& out_;
    bool empty_ = true;
};

}  // namespace

std::unique_ptr<Renderer> make_document_renderer(const Settings& settings, Output& out) {
    switch (settings.format) {
        case Format::jsonl:
            return std::make_unique<JsonLinesRenderer>(out);
        case Format::yaml:
            return std::make_unique<YamlRenderer>(out);
        default:
            return std::make_unique<JsonRenderer>(out);
    }
}

}  // namespace prevision::render
