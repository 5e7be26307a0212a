#pragma once

#include <string>

namespace prevision {

/// A shared library that is loaded at its first use and stays loaded. For a library whose loading takes longer
/// than everything else that a short command does: its header is included as usual, but it is not linked, and
/// its functions are members of a class derived from this one:
///
///     decltype(::curl_easy_init)* easy_init = find("curl_easy_init");
///
/// Any thread may use what was found.
class LateLibrary {
  protected:
    /// The address of a function, taken as whatever type it is put into.
    class Symbol {
      public:
        explicit Symbol(void* address) : address_(address) {}
        template <typename Function>
        operator Function*() const {  // NOLINT(google-explicit-constructor): what the class is for
            // POSIX promises that a function's address fits (dlsym).
            return reinterpret_cast<Function*>(address_);
        }

      private:
        void* address_;
    };

    /// Loads `name`, "libcurl.so.4". Error internal when it is not there: its package is missing or broken.
    explicit LateLibrary(const char* name);

    /// Error internal when this version of the library has no such function.
    [[nodiscard]] Symbol find(const char* function) const;

  private:
    std::string name_;
    void* handle_;  // never closed: libraries that start threads or keep exit handlers cannot be unloaded
};

}  // namespace prevision
