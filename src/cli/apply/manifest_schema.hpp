#pragma once

#include <string_view>

namespace prevision::cli {

/// The JSON Schema of the manifests that model/manifest.hpp writes. It allows more members than it lists, as readers do.
std::string_view manifest_schema();

}  // namespace prevision::cli
