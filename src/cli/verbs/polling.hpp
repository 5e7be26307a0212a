#pragma once

#include <algorithm>
#include <chrono>

#include "cli/services.hpp"
#include "core/wait.hpp"

namespace prevision::cli {

/// Asks again and again until the object is over, often at first, then less often: a small table takes a few milliseconds, a
/// large one minutes. Returns the object as it is then. Throws the cancellation's Error.
template <typename Object, typename IsOver, typename Ask>
Object poll(Services& services, Object object, IsOver is_over, Ask ask) {
    using std::chrono::milliseconds;
    constexpr milliseconds longest{250};
    milliseconds pause{5};
    while (!is_over(object)) {
        wait_for(pause, services.cancellation());
        pause = std::min(pause * 3 / 2 + milliseconds(1), longest);
        object = ask(object);
    }
    return object;
}

/// Whether the Error says that a person or the system ends the command.
inline bool is_interruption(const Error& error) {
    return error.error_class() == ErrorClass::interrupted || error.error_class() == ErrorClass::terminated;
}

}  // namespace prevision::cli
