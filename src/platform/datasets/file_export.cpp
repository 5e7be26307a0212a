#include "platform/datasets/file_export.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::platform {

std::string add_time(const std::string& path, std::chrono::system_clock::time_point time) {
    auto text = format_time(time);
    std::erase_if(text, [](char c) { return c == '-' || c == ':'; });
    const auto name = path.rfind('/') == std::string::npos ? 0 : path.rfind('/') + 1;
    auto dot = path.rfind('.');
    // The dot in ".csv" or in "a.d/b" does not begin a suffix.
    if (dot == std::string::npos || dot <= name) dot = path.size();
    return fmt::format("{}-{}{}", path.substr(0, dot), text, path.substr(dot));
}

std::string export_file(const sources::Engine& engine, sources::FileWriter& writer,
                        const model::Exporter& exporter, const sources::OutgoingFile& content,
                        const Clock& clock) {
    sources::Location location{.bucket = exporter.bucket, .path = exporter.filepath};
    engine.check_location(location);
    const bool may_replace = exporter.file_write_mode == "replace";
    if (!may_replace && exporter.file_write_mode != "safe") {
        location.path = add_time(location.path, clock.now());
    }
    if (!may_replace && writer.exists(location)) {
        throw Error(ErrorClass::conflict, fmt::format("cannot write {}: it exists already", location.path),
                    "use an exporter with --write-mode replace or timestamp");
    }
    writer.write(location, content);
    return location.path;
}

}  // namespace prevision::platform
