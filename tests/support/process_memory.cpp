#include "support/process_memory.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "core/file.hpp"

namespace prevision::testing {

namespace {

constexpr char mask = 0x40;
constexpr std::size_t chunk_size = std::size_t{1} << 20U;
/// The sanitizers reserve such ranges for their own books.
constexpr std::size_t largest_range = std::size_t{4} << 30U;

struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
};

std::vector<Range> writable_ranges(const std::string& folder) {
    std::ifstream maps(folder + "/maps");
    std::vector<Range> ranges;
    for (std::string line; std::getline(maps, line);) {
        std::size_t used = 0;
        Range range{.begin = std::stoull(line, &used, 16)};
        range.end = std::stoull(line.substr(used + 1), nullptr, 16);
        const auto rights = line.substr(line.find(' ') + 1, 4);
        if (rights.starts_with("rw") && range.end - range.begin < largest_range) ranges.push_back(range);
    }
    if (ranges.empty()) throw std::runtime_error("cannot read " + folder + "/maps");
    return ranges;
}

/// Without the bytes of a buffer, which hold copies of what was read last.
std::vector<Range> without(const std::vector<Range>& ranges, std::span<const char> buffer) {
    const auto begin = reinterpret_cast<std::size_t>(buffer.data());
    const auto end = begin + buffer.size();
    std::vector<Range> rest;
    for (const auto& range : ranges) {
        if (range.begin < begin) rest.push_back({range.begin, std::min(range.end, begin)});
        if (range.end > end) rest.push_back({std::max(range.begin, end), range.end});
    }
    return rest;
}

}  // namespace

HiddenText::HiddenText(std::size_t size) : masked_(size, '\0') {
    std::random_device random;
    for (auto& c : masked_) c = static_cast<char>(('a' + random() % 26) ^ mask);
}

std::string HiddenText::plain() const {
    auto text = masked_;
    for (auto& c : text) c = static_cast<char>(c ^ mask);
    return text;
}

std::string HiddenText::fill(std::string_view form) const {
    std::string text;
    text.reserve(form.size() * (masked_.size() + 1));
    for (const char each : form) {
        if (each != '#') text += each;
        for (std::size_t i = 0; each == '#' && i < masked_.size(); ++i)
            text += static_cast<char>(masked_[i] ^ mask);
    }
    return text;
}

std::size_t HiddenText::copies_in(pid_t process) const {
    const auto folder = "/proc/" + std::to_string(process);
    const FileDescriptor memory(::open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC));
    if (!memory) throw std::runtime_error("cannot open " + folder + "/mem");
    const auto is_at = [&](const char* bytes) {
        for (std::size_t i = 0; i < masked_.size(); ++i) {
            if ((bytes[i] ^ mask) != masked_[i]) return false;
        }
        return true;
    };
    std::size_t copies = 0;
    std::vector<char> chunk(chunk_size);
    auto ranges = writable_ranges(folder);
    if (process == ::getpid()) ranges = without(ranges, chunk);
    for (const auto& range : ranges) {
        for (auto at = range.begin; at + masked_.size() <= range.end; at += chunk_size - masked_.size() + 1) {
            const auto wanted = std::min(chunk_size, range.end - at);
            const auto count = ::pread(memory.get(), chunk.data(), wanted, static_cast<off_t>(at));
            if (count < static_cast<ssize_t>(masked_.size())) break;  // it was unmapped meanwhile
            const char* const last = chunk.data() + count - masked_.size();
            const char first = static_cast<char>(masked_[0] ^ mask);
            for (const char* here = chunk.data(); here <= last; ++here) {
                here = static_cast<const char*>(
                    std::memchr(here, first, static_cast<std::size_t>(last - here) + 1));
                if (here == nullptr) break;
                if (is_at(here)) ++copies;
            }
        }
    }
    return copies;
}

}  // namespace prevision::testing
