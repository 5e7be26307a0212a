#include "cli/apply/declaration.hpp"

#include <algorithm>

#include <fmt/format.h>
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

/// Walks the document once, down to the fields.
class Reader {
  public:
    explicit Reader(std::string file) : file_(std::move(file)) {}

    Declarations read(const std::string& text) {
        const auto documents = parse(text);
        if (documents.empty() || documents.front().IsNull())
            refuse(file_, "it declares nothing", "'prevision dump' shows what it may look like");
        if (documents.size() > 1) refuse(place(documents[1]), "a second document begins here");
        const auto& root = documents.front();
        require_map(root, "the file");
        std::map<Kind, std::vector<Declared>> read;
        for (const auto& section : root) {
            const auto kind = section_kind(section.first);
            if (!declarations_.sections.insert(kind).second)
                refuse(place(section.first), fmt::format("{}s stand here again", to_string(kind)));
            read[kind] = read_section(kind, section.second);
        }
        for (auto& [kind, objects] : read) std::ranges::move(objects, back_inserter(declarations_.objects));
        return std::move(declarations_);
    }

  private:
    [[nodiscard]] std::vector<YAML::Node> parse(const std::string& text) const {
        std::string_view rest = text;
        while (!rest.empty()) {
            const auto size = utf8_character_size(rest);
            if (size == 0) {
                const auto line =
                    1 + std::count(text.begin(), text.end() - static_cast<std::ptrdiff_t>(rest.size()), '\n');
                refuse(fmt::format("{}:{}", file_, line), "this is no UTF-8");
            }
            rest.remove_prefix(size);
        }
        try {
            return YAML::LoadAll(text);
        } catch (const YAML::Exception& error) {
            refuse(fmt::format("{}:{}", file_, error.mark.line + 1), "this is no YAML: " + error.msg);
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
        refuse(place(key), fmt::format("'{}' is no section", name), known(name, sections));
    }

    [[nodiscard]] std::vector<Declared> read_section(Kind kind, const YAML::Node& section) const {
        std::vector<Declared> objects;
        if (section.IsNull()) return objects;
        if (!section.IsSequence()) refuse(place(section), to_string(kind) + "s is not a list of objects");
        for (const auto& item : section) {
            auto object = read_object(kind, item);
            for (const auto& other : objects) {
                if (other.name != object.name) continue;
                refuse(object.where(), fmt::format("one of that name stands in line {} already", other.line));
            }
            objects.push_back(std::move(object));
        }
        return objects;
    }

    [[nodiscard]] Declared read_object(Kind kind, const YAML::Node& item) const {
        require_map(item, "a " + to_string(kind));
        Declared object{.kind = kind, .name = {}, .file = file_, .line = line(item), .fields = {}};
        for (const auto& field : item) {
            const auto name = scalar(field.first, place(field.first));
            const auto where = fmt::format("{}: {} of a {}", place(field.first), name, to_string(kind));
            DeclaredField declared{.value = scalar(field.second, where), .line = line(field.first)};
            if (!object.fields.emplace(name, std::move(declared)).second)
                refuse(where, "it stands here twice");
        }
        if (const auto name = object.fields.extract("name")) object.name = name.mapped().value;
        if (object.name.empty())
            refuse(fmt::format("{}: {}", place(item), to_string(kind)), "it has no name");
        for (const auto& [name, field] : object.fields) check_field(object, name);
        return object;
    }

    static void check_field(const Declared& object, const std::string& name) {
        auto names = declared_fields(object.kind);
        std::ranges::move(secret_fields(object.kind), back_inserter(names));
        if (std::ranges::find(names, name) == names.end()) {
            if (object.kind == Kind::connector && model::is_secret_field(name)) {
                refuse(object.where(name), fmt::format("{}: a secret does not stand in a file", name),
                       "say where it is: " + join(secret_fields(object.kind), ", "));
            }
            refuse(object.where(name), fmt::format("'{}' is no field of a {}", name, to_string(object.kind)),
                   known(name, names));
        }
        if (name == "port" && !object.text(name).empty() && !parse_integer(object.text(name)))
            refuse(object.where(name), fmt::format("port: '{}' is no number", object.text(name)));
    }

    std::string file_;
    Declarations declarations_;
};

}  // namespace

std::string to_string(Kind kind) {
    switch (kind) {
        case Kind::connector:
            return "connector";
        case Kind::datasource:
            return "datasource";
        default:
            return "exporter";
    }
}

std::vector<std::string> declared_fields(Kind kind) {
    if (kind == Kind::datasource)
        return {"connector", "database",  "table", "request", "bucket",  "path",
                "g_cloud",   "separator", "quote", "header",  "encoding"};
    if (kind == Kind::exporter)
        return {"connector", "database", "table", "bucket", "path", "g_cloud", "write_mode", "description"};
    std::vector<std::string> fields{"type", "engine", "host", "port", "username"};
    std::ranges::move(sources::engine_option_names(), back_inserter(fields));
    return fields;
}

std::vector<std::string> secret_fields(Kind kind) {
    if (kind != Kind::connector) return {};
    std::vector<std::string> fields{"password_env", "password_file", "password_command"};
    for (const auto* secret : sources::secret_options()) {
        if (secret->name != "password") fields.push_back(file_field(*secret));
    }
    return fields;
}

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

const Declared* Declarations::find(Kind kind, std::string_view name) const {
    const auto found = std::ranges::find_if(
        objects, [&](const Declared& object) { return object.kind == kind && object.name == name; });
    return found == objects.end() ? nullptr : &*found;
}

Declarations read_declarations(const std::string& text, const std::string& file) {
    return Reader(file).read(text);
}

}  // namespace prevision::cli
