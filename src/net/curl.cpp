#include "net/curl.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include "core/error.hpp"

namespace prevision::net {

namespace {

void require_multi(CURLMcode code) {
    if (code == CURLM_OK) return;
    throw Error(ErrorClass::internal, fmt::format("libcurl failed: {}", curl().multi_strerror(code)));
}

}  // namespace

void CurlList::Free::operator()(curl_slist* list) const {
    for (auto* line = list; line != nullptr; line = line->next) {
        ::explicit_bzero(line->data, std::strlen(line->data));
    }
    curl().slist_free_all(list);
}

void CurlList::append(const std::string& line) {
    auto* const longer = curl().slist_append(list_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    // The head stays the head, unless there was none.
    if (!list_) list_.reset(longer);
}

CurlPool::CurlPool() {
    multi_.reset(curl().multi_init());
    if (!multi_) throw std::bad_alloc();
}

void CurlPool::wait(std::chrono::milliseconds limit, Cancellation* cancellation) {
    std::optional<Cancellation::Subscription> subscription;
    if (cancellation != nullptr) {
        subscription.emplace(*cancellation, [multi = multi_.get()] { curl().multi_wakeup(multi); });
        cancellation->check();
    }
    const int milliseconds = static_cast<int>(std::min<std::int64_t>(limit.count(), 3'600'000));
    require_multi(curl().multi_poll(multi_.get(), nullptr, 0, milliseconds, nullptr));
    if (cancellation != nullptr) cancellation->check();
    move();
}

void CurlPool::move() {
    int running = 0;
    require_multi(curl().multi_perform(multi_.get(), &running));
    int left = 0;
    while (const auto* message = curl().multi_info_read(multi_.get(), &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        char* handle = nullptr;
        curl().easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &handle);
        std::bit_cast<CurlHandle*>(handle)->result_ = message->data.result;
    }
}

CurlHandle::CurlHandle() : CurlHandle(std::make_shared<CurlPool>()) {}

CurlHandle::CurlHandle(std::shared_ptr<CurlPool> pool) : pool_(std::move(pool)), easy_(curl().easy_init()) {
    if (!easy_) throw std::bad_alloc();
    set_defaults();
}

CurlHandle::~CurlHandle() { detach(); }

void CurlHandle::reset() {
    detach();
    curl().easy_reset(easy_.get());
    lists_.clear();
    body_ = nullptr;
    header_ = nullptr;
    read_ = nullptr;
    rewind_ = nullptr;
    allow_ = nullptr;
    check_address_ = nullptr;
    set_defaults();
}

void CurlHandle::set_defaults() {
    set<CURLOPT_NOSIGNAL>(1);
    // A name that is being resolved must not hold up a transfer that is given up.
    set<CURLOPT_QUICK_EXIT>(1);
    set<CURLOPT_NOPROGRESS>(1);
    auto* const easy = easy_.get();
    curl().easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    curl().easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlHandle::write_callback);
    curl().easy_setopt(easy, CURLOPT_WRITEDATA, this);
    curl().easy_setopt(easy, CURLOPT_PRIVATE, this);
}

void CurlHandle::require(CURLcode code, CURLoption option) {
    if (code == CURLE_OK) return;
    const auto* const known = curl().easy_option_by_id(option);
    throw Error(ErrorClass::internal,
                fmt::format("libcurl does not take the option {}: {}", known == nullptr ? "?" : known->name,
                            curl().easy_strerror(code)));
}

void CurlHandle::require_type(CURLoption option, curl_easytype type) {
    const auto* const known = curl().easy_option_by_id(option);
    if (known != nullptr && known->type == type) return;
    throw Error(ErrorClass::internal,
                fmt::format("the option {} of libcurl takes no {}", known == nullptr ? "?" : known->name,
                            type == CURLOT_SLIST ? "list" : "text"));
}

void CurlHandle::set_text(CURLoption option, const char* text) {
    require_type(option, CURLOT_STRING);
    require(curl().easy_setopt(easy_.get(), option, text), option);
}

void CurlHandle::set_body(std::string_view body) {
    set<CURLOPT_POSTFIELDSIZE_LARGE>(body.size());
    // Without a pointer libcurl would read the body from a callback.
    const char* const data = body.empty() ? "" : body.data();
    require(curl().easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, data), CURLOPT_POSTFIELDS);
}

void CurlHandle::on_body(std::function<void(std::string_view)> take) { body_ = std::move(take); }

void CurlHandle::on_header(std::function<void(std::string_view)> take) {
    header_ = std::move(take);
    curl().easy_setopt(easy_.get(), CURLOPT_HEADERFUNCTION, &CurlHandle::header_callback);
    curl().easy_setopt(easy_.get(), CURLOPT_HEADERDATA, this);
}

void CurlHandle::on_upload(std::function<std::size_t(std::span<char>)> read, std::function<void()> rewind) {
    read_ = std::move(read);
    rewind_ = std::move(rewind);
    curl().easy_setopt(easy_.get(), CURLOPT_READFUNCTION, &CurlHandle::read_callback);
    curl().easy_setopt(easy_.get(), CURLOPT_READDATA, this);
    curl().easy_setopt(easy_.get(), CURLOPT_SEEKFUNCTION, &CurlHandle::seek_callback);
    curl().easy_setopt(easy_.get(), CURLOPT_SEEKDATA, this);
}

void CurlHandle::on_request(std::function<bool()> allow) {
    allow_ = std::move(allow);
    curl().easy_setopt(easy_.get(), CURLOPT_PREREQFUNCTION, &CurlHandle::request_callback);
    curl().easy_setopt(easy_.get(), CURLOPT_PREREQDATA, this);
}

void CurlHandle::open_sockets() {
    auto* const easy = easy_.get();
    curl().easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, &CurlHandle::open_callback);
    curl().easy_setopt(easy, CURLOPT_OPENSOCKETDATA, this);
    curl().easy_setopt(easy, CURLOPT_SOCKOPTFUNCTION, &CurlHandle::opened_callback);
    curl().easy_setopt(easy, CURLOPT_SOCKOPTDATA, this);
}

void CurlHandle::restrict_addresses(const HostRules& rules, const std::string& host) {
    check_address_ = [rules, host](const sockaddr& address) { rules.check(host, address); };
    open_sockets();
}

void CurlHandle::use_connection(FileDescriptor socket) {
    connection_ = std::move(socket);
    open_sockets();
}

void CurlHandle::start() {
    detach();
    error_text_.fill('\0');
    failure_ = nullptr;
    refused_address_ = nullptr;
    result_.reset();
    stalled_ = false;
    require_multi(curl().multi_add_handle(pool_->multi_.get(), easy_.get()));
    attached_ = true;
}

CURLcode CurlHandle::finish() {
    detach();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    if (refused_address_ && result_ == CURLE_COULDNT_CONNECT) std::rethrow_exception(refused_address_);
    return result_.value_or(CURLE_ABORTED_BY_CALLBACK);
}

void CurlHandle::detach() {
    if (!attached_) return;
    attached_ = false;
    curl().multi_remove_handle(pool_->multi_.get(), easy_.get());
}

CURLcode CurlHandle::perform(Cancellation* cancellation, TransferLimits limits) {
    if (cancellation != nullptr) cancellation->check();
    start();
    try {
        run(cancellation, limits);
    } catch (...) {
        detach();
        throw;
    }
    return finish();
}

void CurlHandle::run(Cancellation* cancellation, TransferLimits limits) {
    using std::chrono::milliseconds;
    using std::chrono::steady_clock;
    constexpr milliseconds longest_wait{1'000};
    const auto begin = steady_clock::now();
    auto last_move = begin;
    curl_off_t moved_before = -1;
    pool_->move();
    while (!ended()) {
        // The time is taken after the callbacks: a slow sink does not count as a connection on which nothing moves.
        const auto now = steady_clock::now();
        if (const auto moved_now = moved(); moved_now != moved_before) {
            moved_before = moved_now;
            last_move = now;
        }
        auto left = longest_wait;
        const auto keep = [&](milliseconds limit, steady_clock::time_point since) {
            if (limit.count() > 0)
                left = std::min(left, std::chrono::ceil<milliseconds>(limit - (now - since)));
            return left.count() > 0;
        };
        stalled_ = !keep(limits.stall, last_move);
        const bool answered = limits.answer.count() > 0 && info<CURLINFO_HEADER_SIZE>() > 0;
        if (stalled_ || (!answered && !keep(limits.answer, begin))) {
            result_ = CURLE_OPERATION_TIMEDOUT;
            return;
        }
        pool_->wait(left, cancellation);
    }
}

// Of the head only its beginning counts, so that one without an end is no progress.
curl_off_t CurlHandle::moved() const {
    const int begun =
        (info<CURLINFO_HEADER_SIZE>() > 0 ? 1 : 0) + (info<CURLINFO_REQUEST_SIZE>() > 0 ? 1 : 0);
    return info<CURLINFO_SIZE_DOWNLOAD_T>() + info<CURLINFO_SIZE_UPLOAD_T>() + begun;
}

/// What a callback throws must not reach libcurl: it is kept for `finish`, and `failed` ends the transfer.
template <typename Result, typename Action>
Result CurlHandle::guarded(void* self, Result failed, const Action& action) {
    auto& handle = *static_cast<CurlHandle*>(self);
    try {
        return action(handle);
    } catch (...) {
        handle.failure_ = std::current_exception();
        return failed;
    }
}

std::size_t CurlHandle::write_callback(char* data, std::size_t size, std::size_t count, void* self) {
    // Any number but that of the bytes ends the transfer.
    return guarded(self, size * count + 1, [&](CurlHandle& handle) {
        if (handle.body_) handle.body_({data, size * count});
        return size * count;
    });
}

std::size_t CurlHandle::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
    return guarded(self, size * count + 1, [&](CurlHandle& handle) {
        handle.header_({data, size * count});
        return size * count;
    });
}

std::size_t CurlHandle::read_callback(char* buffer, std::size_t size, std::size_t count, void* self) {
    return guarded(self, std::size_t{CURL_READFUNC_ABORT}, [&](CurlHandle& handle) {
        return handle.read_({buffer, size * count});
    });
}

int CurlHandle::seek_callback(void* self, curl_off_t offset, int origin) {
    if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    return guarded(self, CURL_SEEKFUNC_FAIL, [](CurlHandle& handle) {
        handle.rewind_();
        return CURL_SEEKFUNC_OK;
    });
}

// A name may have several addresses, so a refused one is remembered and fails only this attempt.
curl_socket_t CurlHandle::open_callback(void* self, curlsocktype /*purpose*/, curl_sockaddr* address) {
    auto& handle = *static_cast<CurlHandle*>(self);
    if (handle.connection_) {
        // libcurl closes what it gets.
        handle.given_connection_ = ::fcntl(handle.connection_.get(), F_DUPFD_CLOEXEC, 0);
        handle.connection_ = {};
        return handle.given_connection_;
    }
    try {
        if (handle.check_address_) handle.check_address_(address->addr);
    } catch (...) {
        handle.refused_address_ = std::current_exception();
        return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

int CurlHandle::opened_callback(void* self, curl_socket_t socket, curlsocktype /*purpose*/) {
    auto& handle = *static_cast<CurlHandle*>(self);
    if (socket != handle.given_connection_) return CURL_SOCKOPT_OK;
    handle.given_connection_ = -1;
    return CURL_SOCKOPT_ALREADY_CONNECTED;
}

int CurlHandle::request_callback(void* self, char* /*local*/, char* /*remote*/, int /*local_port*/,
                                 int /*remote_port*/) {
    return guarded(self, CURL_PREREQFUNC_ABORT, [](CurlHandle& handle) {
        return handle.allow_() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
    });
}

}  // namespace prevision::net
