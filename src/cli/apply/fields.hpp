#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// What a file can declare, in the order in which one needs the other.
enum class Kind { connector, datasource, exporter };
inline constexpr std::array<Kind, 3> all_kinds{Kind::connector, Kind::datasource, Kind::exporter};

/// "connector"; with an s after it the section of a file.
std::string to_string(Kind kind);

/// A field of a file that is a text of the object.
template <typename Object>
struct TextField {
    std::string_view name;
    std::string Object::*member;
};

inline constexpr std::array<TextField<model::Datasource>, 6> datasource_texts{
    {{"database", &model::Datasource::database},
     {"table", &model::Datasource::table},
     {"request", &model::Datasource::request},
     {"bucket", &model::Datasource::bucket},
     {"path", &model::Datasource::path},
     {"g_cloud", &model::Datasource::g_cloud}}};

inline constexpr std::array<TextField<model::Exporter>, 6> exporter_texts{
    {{"database", &model::Exporter::database},
     {"table", &model::Exporter::table},
     {"bucket", &model::Exporter::bucket},
     {"path", &model::Exporter::filepath},
     {"g_cloud", &model::Exporter::g_cloud},
     {"description", &model::Exporter::description}}};

/// The fields that a declaration may have beside `name`: the options of `create`, with '_' for '-'.
std::vector<std::string> declared_fields(Kind kind);

/// Those that name the source of a secret; the secret itself is never in a file. The first three are the
/// password's.
std::vector<std::string> secret_fields(Kind kind);

/// The fields that may be written as X_env instead, which names the variable of the value. password_env does so by itself.
std::vector<std::string> referable_fields(Kind kind);

/// The modes in which an exporter writes to a table, or to a file; the first is the default.
std::vector<std::string> write_modes(bool to_table);

}  // namespace prevision::cli
