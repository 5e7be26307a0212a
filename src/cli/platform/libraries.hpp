#pragma once

#include <string>
#include <vector>

namespace prevision::cli {

struct Library {
    std::string name;
    std::string version;  ///< of what runs now, not of what was there when the program was built
};

/// The libraries that the program runs with.
std::vector<Library> libraries();

/// The protocols that libcurl speaks here: "ftp", "https", "sftp", …
std::vector<std::string> curl_protocols();

}  // namespace prevision::cli
