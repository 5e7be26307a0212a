#include "core/id.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdint>

#include <fmt/format.h>
#include <sys/random.h>

#include "core/error.hpp"

namespace prevision {

std::string new_id() {
    std::uint64_t random = 0;
    if (::getrandom(&random, sizeof random, 0) != sizeof random) {
        throw Error(ErrorClass::internal, "cannot make an id: " + system_message(errno));
    }
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
    return fmt::format("{:08x}{:016x}", static_cast<std::uint32_t>(seconds), random);
}

bool is_id(std::string_view text) {
    return text.size() == 24 && std::ranges::all_of(text, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
           });
}

}  // namespace prevision
