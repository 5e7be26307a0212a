#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/apply/fields.hpp"
#include "cli/connector/check.hpp"
#include "core/environment.hpp"

namespace prevision::cli {

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

/// What files declare: connectors first, then datasources, then exporters, each in the order of the files.
struct Declarations {
    std::vector<Declared> objects;
    std::map<std::pair<Kind, std::string>, std::size_t> by_name;  ///< indexes of `objects`
    /// The sections that the files have, be they empty; with its place one that has nothing below it, not even [].
    std::map<Kind, std::optional<std::string>> sections;

    /// The declaration of that name, or nullptr.
    [[nodiscard]] const Declared* find(Kind kind, const std::string& name) const;
};

struct DeclarationText {
    std::string text;
    std::string file;  ///< as messages name it
};

/// Reads YAML, of which JSON is a part. A field `X_env` takes the value of `X` from the environment. Error invalid
/// names the file, the line and the field: a text that is not YAML, an unknown section or field, a name twice, a
/// value of another type, a secret that is not by reference. Error not_found for a variable that is not set.
Declarations read_declarations(const std::vector<DeclarationText>& texts, const Environment& environment);

}  // namespace prevision::cli
