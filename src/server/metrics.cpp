#include "server/metrics.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace prevision::server {

void Metrics::count_request(int status, std::chrono::microseconds elapsed, std::uint64_t bytes) {
    const auto index = static_cast<std::size_t>(std::clamp(status, 0, 599));
    ++by_status_.at(index);
    const auto* const bound = std::ranges::lower_bound(bounds, elapsed.count());
    ++by_time_.at(static_cast<std::size_t>(bound - bounds.begin()));
    microseconds_ += static_cast<std::uint64_t>(elapsed.count());
    bytes_ += bytes;
}

std::string Metrics::text(std::size_t running_jobs) const {
    std::string text = "# TYPE prevision_http_requests_total counter\n";
    for (std::size_t status = 0; status < by_status_.size(); ++status) {
        const auto count = by_status_.at(status).load();
        if (count > 0)
            text += fmt::format("prevision_http_requests_total{{code=\"{}\"}} {}\n", status, count);
    }
    text += "# TYPE prevision_http_request_duration_seconds histogram\n";
    std::uint64_t below = 0;
    for (std::size_t i = 0; i < by_time_.size(); ++i) {
        below += by_time_.at(i);
        const auto bound = i < bounds.size() ? fmt::format("{}", static_cast<double>(bounds.at(i)) / 1e6)
                                             : std::string("+Inf");
        text += fmt::format("prevision_http_request_duration_seconds_bucket{{le=\"{}\"}} {}\n", bound, below);
    }
    text += fmt::format("prevision_http_request_duration_seconds_sum {}\n",
                        static_cast<double>(microseconds_.load()) / 1e6);
    text += fmt::format("prevision_http_request_duration_seconds_count {}\n", below);
    const auto add = [&](std::string_view name, std::string_view type, auto value) {
        text += fmt::format("# TYPE {0} {1}\n{0} {2}\n", name, type, value);
    };
    add("prevision_http_response_bytes_total", "counter", bytes_.load());
    add("prevision_http_connections", "gauge", connections.load());
    add("prevision_http_refused_connections_total", "counter", refused_connections.load());
    add("prevision_event_streams", "gauge", event_streams.load());
    add("prevision_long_calls", "gauge", long_calls.load());
    add("prevision_running_jobs", "gauge", running_jobs);
    return text;
}

}  // namespace prevision::server
