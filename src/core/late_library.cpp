#include "core/late_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision {

LateLibrary::LateLibrary(const char* name) : name_(name), handle_(::dlopen(name, RTLD_LAZY | RTLD_LOCAL)) {
    if (handle_ != nullptr) return;
    const char* const why = ::dlerror();  // NOLINT(concurrency-mt-unsafe): glibc keeps one for each thread
    throw Error(ErrorClass::internal,
                fmt::format("cannot load {}: {}", name_, why == nullptr ? "no reason was given" : why),
                "install the package that holds it, or repair its installation");
}

LateLibrary::Symbol LateLibrary::find(const char* function) const {
    if (void* const address = ::dlsym(handle_, function); address != nullptr) return Symbol(address);
    throw Error(ErrorClass::internal, fmt::format("{} has no function {}", name_, function),
                "install a newer version of it");
}

}  // namespace prevision
