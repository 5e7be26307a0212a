#pragma once

#include <fmt/format.h>

#include "cli/apply/declaration.hpp"
#include "core/error.hpp"
#include "model/exporter.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// Runs a step; its error gets the place of the field in the file.
template <typename Step>
auto at(const Declared& declared, std::string_view field, Step step) {
    try {
        return step();
    } catch (const Error& error) {
        throw error.with_message(fmt::format("{}: {}", declared.where(field), error.what()));
    }
}

/// The object of a declaration, without its id, its connector's id and its secrets. Error invalid with the place.
model::Connector to_connector(const Declared& declared);
model::Datasource to_datasource(const Declared& declared);
model::Exporter to_exporter(const Declared& declared);

/// How the file of a declared datasource is written, as the platform keeps it. Error invalid, with the place.
model::FileFormat declared_format(const Declared& declared);

}  // namespace prevision::cli
