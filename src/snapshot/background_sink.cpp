#include "snapshot/background_sink.hpp"

#include <utility>

namespace prevision::snapshot {

BackgroundSink::BackgroundSink(std::function<void(std::string_view)> work) : work_(std::move(work)) {}

BackgroundSink::~BackgroundSink() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(mutex_);
        ended_ = true;
        handed_over_ = done_;
    }
    changed_.notify_all();
    thread_.join();
}

void BackgroundSink::write(std::string_view bytes) {
    while (!bytes.empty()) {
        auto& block = blocks_.at(next_ % block_count);
        if (block.empty()) block.reserve(block_size);
        const auto part = bytes.substr(0, block_size - block.size());
        block += part;
        bytes.remove_prefix(part.size());
        if (block.size() == block_size) hand_over();
    }
}

void BackgroundSink::hand_over() {
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
    std::unique_lock lock(mutex_);
    handed_over_ = ++next_;
    changed_.notify_all();
    // The next block to be filled must have been worked on.
    changed_.wait(lock, [&] { return failure_ || next_ - done_ < block_count; });
    check();
}

void BackgroundSink::finish() {
    if (!thread_.joinable()) {
        work_(blocks_.front());
        return;
    }
    std::unique_lock lock(mutex_);
    handed_over_ = ++next_;
    ended_ = true;
    changed_.notify_all();
    changed_.wait(lock, [&] { return failure_ || done_ == next_; });
    check();
}

void BackgroundSink::check() {
    if (failure_) std::rethrow_exception(failure_);
}

void BackgroundSink::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [&] { return done_ < handed_over_ || ended_; });
        if (done_ == handed_over_) return;
        auto& block = blocks_.at(done_ % block_count);
        lock.unlock();
        std::exception_ptr failure;
        try {
            work_(block);
        } catch (...) {
            failure = std::current_exception();
        }
        block.clear();
        lock.lock();
        // The destructor has dropped the blocks that were handed over.
        if (ended_ && handed_over_ == done_) return;
        ++done_;
        failure_ = failure;
        changed_.notify_all();
        if (failure_) return;
    }
}

}  // namespace prevision::snapshot
