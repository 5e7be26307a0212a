#include "sources/mysql/plugins.hpp"

#include <filesystem>

namespace prevision::sources::mysql {

std::optional<std::string> bundled_plugins(const std::string& program) {
    std::error_code failure;
    const auto file = std::filesystem::canonical(program, failure);
    const auto folder = file.parent_path().parent_path() / "lib/prevision/mariadb";
    if (failure || !std::filesystem::is_directory(folder, failure)) return std::nullopt;
    return folder.string();
}

}  // namespace prevision::sources::mysql
