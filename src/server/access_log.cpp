#include "server/access_log.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::server {

namespace {

/// The text in quotes, escaped as in JSON, so that it is safe on a terminal too. Bytes beyond ASCII are written
/// as \u00XX: they need not be UTF-8.
std::string in_quotes(std::string_view text) {
    std::string out = "\"";
    for (const char each : text) {
        const auto byte = static_cast<unsigned char>(each);
        if (each == '"' || each == '\\') {
            out += '\\';
            out += each;
        } else if (byte < 0x20 || byte >= 0x7f) {
            out += fmt::format("\\u{:04x}", byte);
        } else {
            out += each;
        }
    }
    return out + "\"";
}

std::string json_line(const Exchange& exchange, const std::string& time) {
    return fmt::format(
        R"({{"time":"{}","client":{},"method":{},"path":{},"status":{},"bytes":{},"ms":{:.3f},"token":{}}})"
        "\n",
        time, in_quotes(exchange.peer), in_quotes(exchange.method), in_quotes(exchange.path), exchange.status,
        exchange.bytes, static_cast<double>(exchange.elapsed.count()) / 1000,
        exchange.token_name.empty() ? "null" : in_quotes(exchange.token_name));
}

std::string text_line(const Exchange& exchange, const std::string& time) {
    return fmt::format("{} {} {} {} {} {} {:.3f}ms {}\n", time, exchange.peer,
                       exchange.method.empty() ? "-" : exchange.method, in_quotes(exchange.path),
                       exchange.status, exchange.bytes, static_cast<double>(exchange.elapsed.count()) / 1000,
                       exchange.token_name.empty() ? "-" : in_quotes(exchange.token_name));
}

}  // namespace

void AccessLog::write(const Exchange& exchange) {
    if (format_ == LogFormat::none) return;
    const auto time = format_time(clock_.now());
    const auto line = format_ == LogFormat::json ? json_line(exchange, time) : text_line(exchange, time);
    const std::lock_guard lock(mutex_);
    try {
        out_.write(line);
        out_.flush();
    } catch (const Error&) {
        return;
    } catch (const OutputClosed&) {
        return;
    }
}

}  // namespace prevision::server
