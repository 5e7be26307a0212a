#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/cancellation.hpp"
#include "core/file.hpp"
#include "core/secret.hpp"
#include "net/curl_library.hpp"
#include "net/host_rules.hpp"

namespace prevision::net {

/// A list of texts as libcurl takes them (header lines, FTP commands). Its memory is overwritten when it
/// is freed, for a line may hold a secret.
class CurlList {
  public:
    void append(const std::string& line);
    [[nodiscard]] curl_slist* get() const { return list_.get(); }

  private:
    struct Free {
        void operator()(curl_slist* list) const;
    };
    std::unique_ptr<curl_slist, Free> list_;
};

/// What libcurl reads behind an option: CURLOPTTYPE_LONG, _OBJECTPOINT, _FUNCTIONPOINT, _OFF_T or _BLOB.
constexpr int option_kind(CURLoption option) { return static_cast<int>(option) / 10'000 * 10'000; }

template <CURLoption option>
concept NumberOption = option_kind(option)
== CURLOPTTYPE_LONG;
template <CURLoption option>
concept SizeOption = option_kind(option)
== CURLOPTTYPE_OFF_T;
template <CURLoption option>
concept PointerOption = option_kind(option)
== CURLOPTTYPE_OBJECTPOINT;

template <typename Value>
concept Integer = std::integral<Value> || std::is_enum_v<Value>;

class CurlHandle;

/// Connections that are kept and used again, and the transfers under way on them. One thread at a time, with
/// all the handles that use it.
class CurlPool {
  public:
    /// Error internal when libcurl cannot be initialised.
    CurlPool();

    /// Lets the transfers that were started go on, until something happens on one or `limit` has passed.
    /// Throws the cancellation's Error at once when it is raised. Not to be called from a callback of a
    /// transfer.
    void wait(std::chrono::milliseconds limit, Cancellation* cancellation);

  private:
    friend class CurlHandle;
    struct FreeMulti {
        void operator()(CURLM* multi) const { curl().multi_cleanup(multi); }
    };
    void move();

    std::unique_ptr<CURLM, FreeMulti> multi_;
};

/// How long a transfer may take; 0 is no limit.
struct TransferLimits {
    std::chrono::milliseconds stall{0};   ///< in which no byte of a body moves
    std::chrono::milliseconds answer{0};  ///< until the first byte of an answer comes
};

/// One transfer after another of libcurl. One thread at a time.
class CurlHandle {
  public:
    /// With connections of its own, or those of a pool. Error internal when libcurl cannot be initialised.
    CurlHandle();
    explicit CurlHandle(std::shared_ptr<CurlPool> pool);
    ~CurlHandle();
    CurlHandle(const CurlHandle&) = delete;
    CurlHandle& operator=(const CurlHandle&) = delete;

    /// Forgets all options and callbacks, for a new transfer. Connections are kept.
    void reset();

    /// Sets an option, with the one type that libcurl reads there: any other does not compile. Error internal
    /// when this libcurl does not take the option or the value.
    template <CURLoption option, Integer Value>
    requires NumberOption<option>
    void set(Value value) {
        require(curl().easy_setopt(easy_.get(), option, static_cast<long>(value)), option);
    }

    template <CURLoption option, Integer Value>
    requires SizeOption<option>
    void set(Value value) {
        require(curl().easy_setopt(easy_.get(), option, static_cast<curl_off_t>(value)), option);
    }

    /// libcurl keeps a copy.
    template <CURLoption option>
    requires PointerOption<option>
    void set(const std::string& text) { set_text(option, text.c_str()); }
    template <CURLoption option>
    requires PointerOption<option>
    void set(const Secret& text) { set_text(option, text.c_str()); }

    /// The handle keeps the list until `reset`.
    template <CURLoption option>
    requires PointerOption<option>
    void set(CurlList list) {
        require_type(option, CURLOT_SLIST);
        lists_.push_back(std::move(list));
        require(curl().easy_setopt(easy_.get(), option, lists_.back().get()), option);
    }

    /// The body to send. Not copied: it must live until the transfer has ended.
    void set_body(std::string_view body);

    // Callbacks. What one throws ends the transfer, and `perform` or `finish` throws it again.

    /// Takes the body as it arrives, already decoded. Without it the body is thrown away.
    void on_body(std::function<void(std::string_view)> take);

    /// Takes each line of the answer's head with its line end, the status line first.
    void on_header(std::function<void(std::string_view)> take);

    /// Gives the body to send: fills the buffer from its start, 0 at the end; and goes back to the first
    /// byte.
    void on_upload(std::function<std::size_t(std::span<char>)> read, std::function<void()> rewind);

    /// Refuses connections to addresses that the rules refuse for the host. `perform` and `finish` throw that Error
    /// when no other address could be used.
    void restrict_addresses(const HostRules& rules, const std::string& host);

    /// libcurl calls it before it sends the request over a connection, also when it sends it once more by itself. When it
    /// returns false, the transfer ends (CURLE_ABORTED_BY_CALLBACK).
    void on_request(std::function<bool()> allow);

    /// The next transfer begins with this open connection instead of opening one.
    void use_connection(FileDescriptor socket);

    /// Makes the transfer. Returns how it ended, CURLE_OPERATION_TIMEDOUT when a limit was reached. Throws
    /// what a callback threw, or the cancellation's Error at once when it is raised.
    CURLcode perform(Cancellation* cancellation, TransferLimits limits);
    CURLcode perform(Cancellation* cancellation, std::chrono::milliseconds stall_timeout) {
        return perform(cancellation, TransferLimits{.stall = stall_timeout});
    }

    // Or, for several at a time: start them, let the pool wait until one has ended, and finish that.

    void start();
    [[nodiscard]] bool ended() const { return result_.has_value(); }

    /// How it ended; a transfer that goes on is given up (CURLE_ABORTED_BY_CALLBACK). Throws what a callback
    /// threw.
    CURLcode finish();

    /// Whether the last transfer ended because no byte moved.
    [[nodiscard]] bool stalled() const { return stalled_; }

    /// What libcurl has to say about the last failure; may be empty.
    [[nodiscard]] std::string_view detail() const { return error_text_.data(); }

    /// What libcurl knows about the last transfer: a long, a double, a curl_off_t or a text, as the name
    /// says.
    template <CURLINFO which>
    [[nodiscard]] auto info() const {
        constexpr int kind = static_cast<int>(which) & CURLINFO_TYPEMASK;
        if constexpr (kind == CURLINFO_STRING) {
            const char* text = nullptr;
            curl().easy_getinfo(easy_.get(), which, &text);
            return std::string(text == nullptr ? "" : text);
        } else if constexpr (kind == CURLINFO_DOUBLE) {
            return number_info<which, double>();
        } else if constexpr (kind == CURLINFO_OFF_T) {
            return number_info<which, curl_off_t>();
        } else {
            static_assert(kind == CURLINFO_LONG, "ask for a number or a text");
            return number_info<which, long>();
        }
    }

  private:
    struct FreeEasy {
        void operator()(CURL* easy) const { curl().easy_cleanup(easy); }
    };
    template <CURLINFO which, typename Number>
    [[nodiscard]] Number number_info() const {
        Number number{};
        curl().easy_getinfo(easy_.get(), which, &number);
        return number;
    }

    static void require(CURLcode code, CURLoption option);
    void set_text(CURLoption option, const char* text);
    static void require_type(CURLoption option, curl_easytype type);
    void set_defaults();
    friend class CurlPool;
    void detach();
    [[nodiscard]] curl_off_t moved() const;
    void run(Cancellation* cancellation, TransferLimits limits);
    template <typename Result, typename Action>
    static Result guarded(void* self, Result failed, const Action& action);

    static std::size_t write_callback(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t header_callback(char* data, std::size_t size, std::size_t count, void* self);
    static std::size_t read_callback(char* buffer, std::size_t size, std::size_t count, void* self);
    static int seek_callback(void* self, curl_off_t offset, int origin);
    void open_sockets();
    static curl_socket_t open_callback(void* self, curlsocktype purpose, curl_sockaddr* address);
    static int opened_callback(void* self, curl_socket_t socket, curlsocktype purpose);
    static int request_callback(void* self, char* local, char* remote, int local_port, int remote_port);

    std::shared_ptr<CurlPool> pool_;
    std::unique_ptr<CURL, FreeEasy> easy_;
    std::vector<CurlList> lists_;
    std::array<char, CURL_ERROR_SIZE> error_text_{};
    std::function<void(std::string_view)> body_;
    std::function<void(std::string_view)> header_;
    std::function<std::size_t(std::span<char>)> read_;
    std::function<void()> rewind_;
    std::function<bool()> allow_;
    std::function<void(const sockaddr&)> check_address_;
    std::exception_ptr refused_address_;
    FileDescriptor connection_;            // to use
    curl_socket_t given_connection_ = -1;  // the one that libcurl took over
    std::exception_ptr failure_;
    std::optional<CURLcode> result_;  // of a transfer that has ended
    bool attached_ = false;           // to the pool, for the time of a transfer
    bool stalled_ = false;
};

}  // namespace prevision::net
