#include "net/curl.hpp"

#include <algorithm>
#include <cstring>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::net {

namespace {

/// Once in the program, by whichever thread comes first.
void initialise_library() {
    static const CURLcode result = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (result != CURLE_OK) {
        throw Error(ErrorClass::internal,
                    fmt::format("cannot initialise libcurl: {}", curl_easy_strerror(result)));
    }
}

void require_multi(CURLMcode code) {
    if (code == CURLM_OK) return;
    throw Error(ErrorClass::internal, fmt::format("libcurl failed: {}", curl_multi_strerror(code)));
}

}  // namespace

void CurlList::Free::operator()(curl_slist* list) const {
    for (auto* line = list; line != nullptr; line = line->next) {
        ::explicit_bzero(line->data, std::strlen(line->data));
    }
    curl_slist_free_all(list);
}

void CurlList::append(const std::string& line) {
    auto* const longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    // The head stays the head, unless there was none.
    if (!list_) list_.reset(longer);
}

/// The easy handle is part of the multi handle for the time of one transfer, also when that ends by an
/// exception.
class CurlHandle::Attachment {
  public:
    Attachment(CURLM* multi, CURL* easy) : multi_(multi), easy_(easy) {
        require_multi(curl_multi_add_handle(multi, easy));
    }
    ~Attachment() { curl_multi_remove_handle(multi_, easy_); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;

  private:
    CURLM* multi_;
    CURL* easy_;
};

CurlHandle::CurlHandle() {
    initialise_library();
    multi_.reset(curl_multi_init());
    easy_.reset(curl_easy_init());
    if (!multi_ || !easy_) throw std::bad_alloc();
    set_defaults();
}

CurlHandle::~CurlHandle() = default;

void CurlHandle::reset() {
    curl_easy_reset(easy_.get());
    lists_.clear();
    body_ = nullptr;
    header_ = nullptr;
    read_ = nullptr;
    rewind_ = nullptr;
    allow_ = nullptr;
    set_defaults();
}

void CurlHandle::set_defaults() {
    set<CURLOPT_NOSIGNAL>(1);
    // A name that is being resolved must not hold up a transfer that is given up.
    set<CURLOPT_QUICK_EXIT>(1);
    set<CURLOPT_NOPROGRESS>(1);
    auto* const easy = easy_.get();
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error_text_.data());
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &CurlHandle::write_callback);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
}

void CurlHandle::require(CURLcode code, CURLoption option) {
    if (code == CURLE_OK) return;
    const auto* const known = curl_easy_option_by_id(option);
    throw Error(ErrorClass::internal,
                fmt::format("libcurl does not take the option {}: {}", known == nullptr ? "?" : known->name,
                            curl_easy_strerror(code)));
}

void CurlHandle::require_type(CURLoption option, curl_easytype type) {
    const auto* const known = curl_easy_option_by_id(option);
    if (known != nullptr && known->type == type) return;
    throw Error(ErrorClass::internal,
                fmt::format("the option {} of libcurl takes no {}", known == nullptr ? "?" : known->name,
                            type == CURLOT_SLIST ? "list" : "text"));
}

void CurlHandle::set_body(std::string_view body) {
    set<CURLOPT_POSTFIELDSIZE_LARGE>(body.size());
    // Without a pointer libcurl would read the body from a callback.
    const char* const data = body.empty() ? "" : body.data();
    require(curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, data), CURLOPT_POSTFIELDS);
}

void CurlHandle::on_body(std::function<void(std::string_view)> take) { body_ = std::move(take); }

void CurlHandle::on_header(std::function<void(std::string_view)> take) {
    header_ = std::move(take);
    curl_easy_setopt(easy_.get(), CURLOPT_HEADERFUNCTION, &CurlHandle::header_callback);
    curl_easy_setopt(easy_.get(), CURLOPT_HEADERDATA, this);
}

void CurlHandle::on_upload(std::function<std::size_t(std::span<char>)> read, std::function<void()> rewind) {
    read_ = std::move(read);
    rewind_ = std::move(rewind);
    curl_easy_setopt(easy_.get(), CURLOPT_READFUNCTION, &CurlHandle::read_callback);
    curl_easy_setopt(easy_.get(), CURLOPT_READDATA, this);
    curl_easy_setopt(easy_.get(), CURLOPT_SEEKFUNCTION, &CurlHandle::seek_callback);
    curl_easy_setopt(easy_.get(), CURLOPT_SEEKDATA, this);
}

void CurlHandle::on_request(std::function<bool()> allow) {
    allow_ = std::move(allow);
    curl_easy_setopt(easy_.get(), CURLOPT_PREREQFUNCTION, &CurlHandle::request_callback);
    curl_easy_setopt(easy_.get(), CURLOPT_PREREQDATA, this);
}

CURLcode CurlHandle::perform(Cancellation* cancellation, std::chrono::milliseconds stall_timeout) {
    error_text_.fill('\0');
    failure_ = nullptr;
    stalled_ = false;
    const CURLcode result = run(cancellation, stall_timeout);
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
    return result;
}

CURLcode CurlHandle::run(Cancellation* cancellation, std::chrono::milliseconds stall_timeout) {
    using std::chrono::steady_clock;
    constexpr std::chrono::milliseconds longest_wait{1'000};
    const bool limited = stall_timeout.count() > 0;
    const Attachment attachment(multi_.get(), easy_.get());
    std::optional<Cancellation::Subscription> subscription;
    if (cancellation != nullptr) {
        subscription.emplace(*cancellation, [multi = multi_.get()] { curl_multi_wakeup(multi); });
    }
    curl_off_t moved_before = -1;
    auto last_move = steady_clock::now();
    for (;;) {
        if (cancellation != nullptr) cancellation->check();
        int running = 0;
        require_multi(curl_multi_perform(multi_.get(), &running));
        if (running == 0) break;
        // The time is taken after the callbacks: a sink that is slow is no connection that stands still.
        if (const auto moved_now = moved(); moved_now != moved_before) {
            moved_before = moved_now;
            last_move = steady_clock::now();
        }
        const auto still = steady_clock::now() - last_move;
        if (limited && still >= stall_timeout) {
            stalled_ = true;
            return CURLE_OPERATION_TIMEDOUT;
        }
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(stall_timeout - still);
        const auto wait = limited ? std::min(left, longest_wait) : longest_wait;
        require_multi(curl_multi_poll(multi_.get(), nullptr, 0, static_cast<int>(wait.count()), nullptr));
    }
    int left = 0;
    const auto* const message = curl_multi_info_read(multi_.get(), &left);
    return message == nullptr ? CURLE_FAILED_INIT : message->data.result;
}

curl_off_t CurlHandle::moved() const {
    return info<CURLINFO_SIZE_DOWNLOAD_T>() + info<CURLINFO_SIZE_UPLOAD_T>() + info<CURLINFO_HEADER_SIZE>() +
           info<CURLINFO_REQUEST_SIZE>();
}

std::size_t CurlHandle::write_callback(char* data, std::size_t size, std::size_t count, void* self) {
    auto& handle = *static_cast<CurlHandle*>(self);
    try {
        if (handle.body_) handle.body_({data, size * count});
        return size * count;
    } catch (...) {
        handle.keep_failure();
        return size * count + 1;  // any other number ends the transfer
    }
}

std::size_t CurlHandle::header_callback(char* data, std::size_t size, std::size_t count, void* self) {
    auto& handle = *static_cast<CurlHandle*>(self);
    try {
        handle.header_({data, size * count});
        return size * count;
    } catch (...) {
        handle.keep_failure();
        return size * count + 1;
    }
}

std::size_t CurlHandle::read_callback(char* buffer, std::size_t size, std::size_t count, void* self) {
    auto& handle = *static_cast<CurlHandle*>(self);
    try {
        return handle.read_({buffer, size * count});
    } catch (...) {
        handle.keep_failure();
        return CURL_READFUNC_ABORT;
    }
}

int CurlHandle::seek_callback(void* self, curl_off_t offset, int origin) {
    auto& handle = *static_cast<CurlHandle*>(self);
    if (offset != 0 || origin != SEEK_SET) return CURL_SEEKFUNC_CANTSEEK;
    try {
        handle.rewind_();
        return CURL_SEEKFUNC_OK;
    } catch (...) {
        handle.keep_failure();
        return CURL_SEEKFUNC_FAIL;
    }
}

int CurlHandle::request_callback(void* self, char* /*local*/, char* /*remote*/, int /*local_port*/,
                                 int /*remote_port*/) {
    auto& handle = *static_cast<CurlHandle*>(self);
    try {
        return handle.allow_() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT;
    } catch (...) {
        handle.keep_failure();
        return CURL_PREREQFUNC_ABORT;
    }
}

}  // namespace prevision::net
