#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sources/source.hpp"

namespace prevision::testing {

/// A system that a FileWriter is tested against, and how somebody else sees it.
struct FileWriterFixture {
    sources::Connection connection;
    std::function<sources::Location(const std::string& path)> location;

    /// The bytes of a file, or nothing where there is none.
    std::function<std::optional<std::string>(const std::string& path)> content;

    /// What there is, by name, sorted.
    std::function<std::vector<std::string>()> names;

    /// Of a file in a folder, or a bucket, that is not there.
    sources::Location nowhere;
};

/// What every FileWriter promises. Call it in a test case of its own; nothing may be there before.
void check_file_writer_contract(const FileWriterFixture& fixture);

}  // namespace prevision::testing
