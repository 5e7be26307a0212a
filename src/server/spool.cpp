#include "server/spool.hpp"

#include <algorithm>

#include <fcntl.h>
#include <unistd.h>

#include "server/wiped.hpp"

namespace prevision::server {

namespace {

constexpr std::size_t most_in_memory = std::size_t{4} << 20U;

}  // namespace

void Spool::write(std::string_view bytes) {
    if (!file_ && memory_.size() + bytes.size() > most_in_memory) {
        file_ = open_file(folder_, O_RDWR | O_TMPFILE);
        write_all(file_, memory_, folder_);
        wipe(memory_);
    }
    if (file_) {
        write_all(file_, bytes, folder_);
    } else {
        append_wiped(memory_, bytes);
    }
    written_ += bytes.size();
}

std::string Spool::take() {
    if (!file_) return std::move(memory_);
    rewind();
    std::string text(written_, '\0');
    std::size_t size = 0;
    while (const auto count = read(std::span(text).subspan(size))) size += count;
    text.resize(size);
    return text;
}

void Spool::rewind() {
    position_ = 0;
    if (file_) ::lseek(file_.get(), 0, SEEK_SET);
}

std::size_t Spool::read(std::span<char> buffer) {
    if (file_) return read_some(file_, buffer, folder_);
    const auto count = std::min<std::size_t>(buffer.size(), memory_.size() - position_);
    std::copy_n(memory_.data() + position_, count, buffer.data());
    position_ += count;
    return count;
}

}  // namespace prevision::server
