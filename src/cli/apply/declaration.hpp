#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cli/connector/check.hpp"

namespace prevision::cli {

/// What a file can declare, in the order in which one needs the other.
enum class Kind { connector, datasource, exporter };
inline constexpr std::array<Kind, 3> all_kinds{Kind::connector, Kind::datasource, Kind::exporter};

/// "connector"; with an s after it the section of a file.
std::string to_string(Kind kind);

/// The fields that a declaration may have beside `name`: the options of `create`, with '_' for '-'.
std::vector<std::string> declared_fields(Kind kind);

/// Those that say where a secret is. The secret itself never stands in a file.
std::vector<std::string> secret_fields(Kind kind);

struct DeclaredField {
    std::string value;
    int line = 0;
};

/// An object as a file declares it.
struct Declared {
    Kind kind = Kind::connector;
    std::string name;
    std::string file;  ///< as messages name it
    int line = 0;
    std::map<std::string, DeclaredField, std::less<>> fields;

    [[nodiscard]] bool has(std::string_view field) const { return fields.contains(field); }
    /// Empty where it is not set.
    [[nodiscard]] std::string text(std::string_view field) const;
    /// "shop.yaml:12: connector 'shop'": the field's line where it is there, else the object's.
    [[nodiscard]] std::string where(std::string_view field = {}) const;
    [[nodiscard]] DefinitionPlace place() const;
};

/// What a file declares: connectors first, then datasources, then exporters, each in the file's order.
struct Declarations {
    std::vector<Declared> objects;
    std::set<Kind> sections;  ///< those that the file has, be they empty

    /// The declaration of that name, or nullptr.
    [[nodiscard]] const Declared* find(Kind kind, std::string_view name) const;
};

/// Reads YAML, of which JSON is a part. Error invalid names the file, the line and the field: a text that is
/// no YAML, an unknown section or field, a name twice, a value of another type, a secret that is not by
/// reference.
Declarations read_declarations(const std::string& text, const std::string& file);

}  // namespace prevision::cli
