#include "transport/transport.hpp"

#include "core/text.hpp"

namespace prevision::transport {

std::optional<std::string> find_header(const std::vector<Header>& headers, std::string_view name) {
    for (const auto& header : headers) {
        if (equal_ignoring_case(header.name, name)) return header.value;
    }
    return std::nullopt;
}

}  // namespace prevision::transport
