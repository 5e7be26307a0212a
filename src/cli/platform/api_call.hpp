#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/services.hpp"

namespace prevision::cli {

/// What `api` takes.
struct ApiOptions {
    std::string method;
    std::string path;
    std::vector<std::string> fields;
    std::vector<std::string> typed_fields;
    std::optional<std::string> input;
    std::vector<std::string> headers;
    bool include = false;
    bool paginate = false;
};

/// The call that the options describe. Error usage names the flag that is wrong.
api::Client::AnyCall to_call(const ApiOptions& options, Services& services);

}  // namespace prevision::cli
