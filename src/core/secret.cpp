#include "core/secret.hpp"

#include <new>
#include <utility>

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

namespace prevision {

namespace {

// Memory is locked by whole pages, so a page that a secret shared would be unlocked with its neighbour.
std::size_t whole_pages(std::size_t size) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (size + page - 1) / page * page;
}

}  // namespace

void wipe(std::string& text) {
    explicit_bzero(text.data(), text.size());
    text.clear();
}

Secret::Secret(std::string text) {
    hold(text);
    wipe(text);
}

void Secret::hold(std::string_view text) {
    if (text.empty()) return;
    const auto size = whole_pages(text.size() + 1);
    void* const pages = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) throw std::bad_alloc();
    // Both may be refused; RLIMIT_MEMLOCK limits how much a process may lock.
    ::mlock2(pages, size, 0);
    ::madvise(pages, size, MADV_DONTDUMP);
    bytes_ = static_cast<char*>(pages);
    size_ = text.copy(bytes_, text.size());
}

Secret::Secret(const Secret& other) { hold(other.reveal()); }

Secret::Secret(Secret&& other) noexcept
    : bytes_(std::exchange(other.bytes_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret other) noexcept {
    std::swap(bytes_, other.bytes_);
    std::swap(size_, other.size_);
    return *this;
}

Secret::~Secret() {
    if (bytes_ == nullptr) return;
    explicit_bzero(bytes_, size_);
    ::munmap(bytes_, whole_pages(size_ + 1));
}

}  // namespace prevision
