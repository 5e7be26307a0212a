#include "cli/apply/declaration.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <sstream>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include "cli/connector/secrets.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "model/codec.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

[[noreturn]] void refuse(const std::string& where, const std::string& why, const std::string& hint = {}) {
    throw Error(ErrorClass::invalid, fmt::format("{}: {}", where, why), hint);
}

std::string known(std::string_view word, const std::vector<std::string>& names) {
    const auto meant = closest(word, names);
    return (meant ? fmt::format("did you mean {}? ", *meant) : "") + "it may be " + join(names, ", ");
}

/// Where a second document begins, if there is one.
class SecondDocument final : public YAML::EventHandler {
  public:
    [[nodiscard]] const std::optional<YAML::Mark>& begin() const { return begin_; }

    void OnDocumentStart(const YAML::Mark& /*mark*/) override { ++documents_; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { see(mark); }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override { see(mark); }
    void OnScalar(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                  const std::string& /*value*/) override {
        see(mark);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                         YAML::EmitterStyle::value /*style*/) override {
        see(mark);
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t /*anchor*/,
                    YAML::EmitterStyle::value /*style*/) override {
        see(mark);
    }
    void OnMapEnd() override {}

  private:
    void see(const YAML::Mark& mark) {
        if (documents_ == 2 && !begin_) begin_ = mark;
    }

    int documents_ = 0;
    std::optional<YAML::Mark> begin_;
};

/// Walks the document of one file once, down to the fields.
class Reader {
  public:
    Reader(std::string file, const Environment& environment, Declarations& declarations)
        : file_(std::move(file)), environment_(environment), declarations_(declarations) {}

    void read(const std::string& text) {
        const auto root = parse(text);
        if (root.IsNull())
            refuse(file_, "it declares nothing", "'prevision dump' shows what it may look like");
        require_map(root, "the file");
        std::set<Kind> sections;
        for (const auto& section : root) {
            const auto kind = section_kind(section.first);
            if (!sections.insert(kind).second)
                refuse(place(section.first), fmt::format("the section {}s occurs again", to_string(kind)));
            auto& bare = declarations_.sections[kind];
            if (section.second.IsNull()) bare = place(section.first);
            read_section(kind, section.second);
        }
    }

  private:
    [[nodiscard]] YAML::Node parse(const std::string& text) const {
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto size = utf8_character_size(rest);
            if (size == 0) {
                const auto line =
                    1 + std::count(text.begin(), text.end() - static_cast<std::ptrdiff_t>(rest.size()), '\n');
                refuse(fmt::format("{}:{}", file_, line), "this is not UTF-8");
            }
            rest.remove_prefix(size);
        }
        try {
            // yaml-cpp's LoadAll never ends for a text such as ",": it takes each of its documents for a new one.
            std::istringstream stream(text);
            YAML::Parser parser(stream);
            SecondDocument second;
            while (!second.begin() && parser.HandleNextDocument(second)) {
            }
            if (second.begin())
                refuse(fmt::format("{}:{}", file_, second.begin()->line + 1),
                       "a second document begins here");
            return YAML::Load(text);
        } catch (const YAML::Exception& error) {
            refuse(fmt::format("{}:{}", file_, error.mark.line + 1), "this is not YAML: " + error.msg);
        }
    }

    [[nodiscard]] std::string place(const YAML::Node& node) const {
        return fmt::format("{}:{}", file_, line(node));
    }

    static int line(const YAML::Node& node) { return node.Mark().line + 1; }

    void require_map(const YAML::Node& node, const std::string& what) const {
        if (!node.IsMap()) refuse(place(node), what + " is not a list of FIELD: VALUE");
    }

    [[nodiscard]] std::string scalar(const YAML::Node& node, const std::string& where) const {
        if (node.IsNull()) return {};
        if (!node.IsScalar()) refuse(where, "its value is not one text or number");
        // "?" is a bare value, "!" a quoted one; any other tag asks for what is not done here.
        const auto& tag = node.Tag();
        if (tag.size() > 1 && !tag.starts_with("tag:yaml.org,2002:"))
            refuse(where, fmt::format("the tag {} is not known", tag));
        return node.Scalar();
    }

    [[nodiscard]] Kind section_kind(const YAML::Node& key) const {
        std::vector<std::string> sections;
        const auto name = scalar(key, place(key));
        for (const auto kind : all_kinds) {
            if (name == to_string(kind) + "s") return kind;
            sections.push_back(to_string(kind) + "s");
        }
        refuse(place(key), fmt::format("'{}' is not a section", name), known(name, sections));
    }

    void read_section(Kind kind, const YAML::Node& section) {
        if (section.IsNull()) return;
        if (!section.IsSequence()) refuse(place(section), to_string(kind) + "s is not a list of objects");
        auto names = declared_fields(kind);
        names.emplace_back("name");
        for (const auto& item : section) {
            auto object = read_object(kind, item, names);
            if (const auto* other = declarations_.find(kind, object.name)) {
                refuse(object.where(),
                       fmt::format("{}:{} declares one of that name already", other->file, other->line));
            }
            declarations_.by_name.emplace(std::pair(kind, object.name), declarations_.objects.size());
            declarations_.objects.push_back(std::move(object));
        }
    }

    [[nodiscard]] Declared read_object(Kind kind, const YAML::Node& item,
                                       const std::vector<std::string>& names) const {
        require_map(item, "a " + to_string(kind));
        Declared object{.kind = kind, .name = {}, .file = file_, .line = line(item), .fields = {}};
        for (const auto& field : item) {
            const auto name = scalar(field.first, place(field.first));
            const auto where = fmt::format("{}: {} of a {}", place(field.first), name, to_string(kind));
            DeclaredField declared{.value = scalar(field.second, where), .line = line(field.first)};
            if (!object.fields.emplace(name, std::move(declared)).second) refuse(where, "it occurs twice");
        }
        take_from_environment(object);
        if (const auto name = object.fields.extract("name")) object.name = name.mapped().value;
        if (object.name.empty())
            refuse(fmt::format("{}: {}", place(item), to_string(kind)), "it has no name");
        for (const auto& [name, field] : object.fields) check_field(object, name, names);
        return object;
    }

    /// Gives each field X of which there is an X_env the value of that variable.
    void take_from_environment(Declared& object) const {
        for (const auto& name : referable_fields(object.kind)) {
            const auto reference = object.fields.extract(name + "_env");
            if (!reference) continue;
            const auto& variable = reference.mapped();
            const auto where = fmt::format("{}:{}: {} of a {}", file_, variable.line, reference.key(),
                                           to_string(object.kind));
            if (object.has(name)) refuse(where, fmt::format("{} is given too", name), "keep one of the two");
            if (variable.value.empty()) refuse(where, "it names no variable");
            auto value = environment_.get_raw(variable.value);
            if (!value) {
                throw Error(ErrorClass::not_found, fmt::format("{}: {} is not set", where, variable.value),
                            fmt::format("export {}=...", variable.value));
            }
            object.fields.emplace(name, DeclaredField{.value = std::move(*value), .line = variable.line});
        }
    }

    static bool is_secret_source(Kind kind, const std::string& name) {
        const auto fields = secret_fields(kind);
        return std::ranges::find(fields, name) != fields.end();
    }

    static void check_field(const Declared& object, const std::string& name,
                            const std::vector<std::string>& names) {
        if (std::ranges::find(names, name) == names.end() && !is_secret_source(object.kind, name)) {
            if (object.kind == Kind::connector && model::is_secret_field(name)) {
                refuse(object.where(name), fmt::format("{}: a file must not hold a secret", name),
                       "name its source: " + join(secret_fields(object.kind), ", "));
            }
            refuse(object.where(name),
                   fmt::format("'{}' is not a field of a {}", name, to_string(object.kind)),
                   known(name, names));
        }
        if (name == "port" && !object.text(name).empty() && !parse_integer(object.text(name)))
            refuse(object.where(name), fmt::format("port: '{}' is not a number", object.text(name)));
    }

    std::string file_;
    const Environment& environment_;
    Declarations& declarations_;
};

}  // namespace

std::string Declared::text(std::string_view field) const {
    const auto found = fields.find(field);
    return found == fields.end() ? std::string() : found->second.value;
}

std::string Declared::where(std::string_view field) const {
    const auto found = fields.find(field);
    return fmt::format("{}:{}: {} '{}'", file, found == fields.end() ? line : found->second.line,
                       to_string(kind), name);
}

DefinitionPlace Declared::place() const {
    return {.where = [this](std::string_view option) { return where(option); },
            .spell =
                [](std::string_view option) {
                    // A secret is not in the file, but in what one of its fields names.
                    if (option == "password") return std::string("password_env");
                    const auto secrets = sources::secret_options();
                    const auto secret = std::ranges::find(secrets, option, &sources::Option::name);
                    return secret == secrets.end() ? std::string(option) : file_field(**secret);
                }};
}

const Declared* Declarations::find(Kind kind, const std::string& name) const {
    const auto found = by_name.find({kind, name});
    return found == by_name.end() ? nullptr : &objects[found->second];
}

Declarations read_declarations(const std::vector<DeclarationText>& texts, const Environment& environment) {
    Declarations declarations;
    for (const auto& [text, file] : texts) Reader(file, environment, declarations).read(text);
    std::ranges::stable_sort(declarations.objects, {}, &Declared::kind);
    for (std::size_t i = 0; i < declarations.objects.size(); ++i) {
        const auto& object = declarations.objects[i];
        declarations.by_name[{object.kind, object.name}] = i;
    }
    return declarations;
}

}  // namespace prevision::cli
