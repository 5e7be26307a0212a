#pragma once

#include <functional>
#include <string>

#include "cli/verbs/listing.hpp"
#include "model/model.hpp"

namespace prevision::cli {

/// A verb that shows the first rows of an object.
struct SampleVerb {
    std::string name;
    std::string help;
    std::string rows_help;
    std::string example;
    Completes object = Completes::nothing;   ///< whose name it takes
    Completes columns = Completes::nothing;  ///< whose columns its flags name
    std::function<model::Sample(Services& services, const std::string& name, int rows)> fetch;
};

/// Adds the verb. The rows are shown as a list; in `json` each row is an object.
void add_sample_verb(Command& command, Services& services, const SampleVerb& sample);

}  // namespace prevision::cli
