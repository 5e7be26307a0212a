#pragma once

#include <string>
#include <vector>

#include "model/manifest.hpp"
#include "model/model.hpp"
#include "sources/engine.hpp"
#include "sources/source.hpp"

/// What the platform writes into a dataset's manifest, besides what the dataset holds.
namespace prevision::platform {

/// The manifest of a snapshot or an upload that begins at that time.
model::Manifest begin_manifest(const std::string& time);

/// Records what is read: the datasource and its connector as they are now, and the engine. No secret.
void record_source(model::Manifest& manifest, const model::Datasource& datasource,
                   const model::Connector& connector, const sources::Engine& engine);

/// Records the files that were read, as the server described them.
void record_files(model::Manifest& manifest, const std::vector<sources::FileInfo>& files);

}  // namespace prevision::platform
