#include "cli/apply/fields.hpp"

#include <algorithm>

#include "cli/connector/secrets.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

std::string to_string(Kind kind) {
    constexpr std::array names{"connector", "datasource", "exporter"};
    return names.at(static_cast<std::size_t>(kind));
}

std::vector<std::string> declared_fields(Kind kind) {
    std::vector<std::string> fields{"connector"};
    if (kind == Kind::datasource) {
        for (const auto& text : datasource_texts) fields.emplace_back(text.name);
        std::ranges::copy(std::array{"separator", "quote", "escape", "comment", "header", "skip", "encoding"},
                          back_inserter(fields));
    } else if (kind == Kind::exporter) {
        for (const auto& text : exporter_texts) fields.emplace_back(text.name);
        fields.emplace_back("write_mode");
    } else {
        fields = {"type", "engine", "host", "port", "username"};
        std::ranges::move(sources::engine_option_names(), back_inserter(fields));
    }
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

std::vector<std::string> referable_fields(Kind kind) {
    auto fields = declared_fields(kind);
    fields.emplace_back("name");
    for (auto& field : secret_fields(kind)) {
        if (field != "password_env") fields.push_back(std::move(field));
    }
    return fields;
}

std::vector<std::string> write_modes(bool to_table) {
    if (to_table) return {"append", "replace"};
    return {"timestamp", "safe", "replace"};
}

}  // namespace prevision::cli
