#include "cli/input_file.hpp"

#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace prevision::cli {

namespace {

FileDescriptor copy_to_file(const FileDescriptor& from, const std::string& path) {
    const auto folder = std::filesystem::temp_directory_path();
    auto copy = open_file(folder, O_RDWR | O_TMPFILE);
    std::string buffer(std::size_t{1} << 16U, '\0');
    while (const auto count = read_some(from, buffer, path))
        write_all(copy, std::string_view(buffer).substr(0, count), folder);
    return copy;
}

}  // namespace

FileDescriptor open_input(const std::string& path) {
    auto file = path == "-" ? FileDescriptor(::dup(STDIN_FILENO)) : open_file(path, O_RDONLY);
    struct stat status {};
    const bool is_regular = ::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode);
    return is_regular && path != "-" ? std::move(file) : copy_to_file(file, path == "-" ? "stdin" : path);
}

}  // namespace prevision::cli
