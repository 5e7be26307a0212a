#include "core/error.hpp"

#include <array>
#include <system_error>
#include <utility>

namespace prevision {

namespace {

constexpr std::array<std::pair<ErrorClass, std::string_view>, 12> class_names{{
    {ErrorClass::internal, "internal"},
    {ErrorClass::usage, "usage"},
    {ErrorClass::not_found, "not_found"},
    {ErrorClass::auth, "auth"},
    {ErrorClass::unreachable, "unreachable"},
    {ErrorClass::conflict, "conflict"},
    {ErrorClass::invalid, "invalid"},
    {ErrorClass::partial, "partial"},
    {ErrorClass::integrity, "integrity"},
    {ErrorClass::differs, "differs"},
    {ErrorClass::interrupted, "interrupted"},
    {ErrorClass::terminated, "terminated"},
}};

}  // namespace

std::string_view to_string(ErrorClass error_class) {
    for (const auto& [value, name] : class_names) {
        if (value == error_class) return name;
    }
    return "internal";
}

std::optional<ErrorClass> parse_error_class(std::string_view name) {
    for (const auto& [value, value_name] : class_names) {
        if (value_name == name) return value;
    }
    return std::nullopt;
}

Error::Error(ErrorClass error_class, const std::string& message, std::string hint)
    : std::runtime_error(message), class_(error_class), hint_(std::move(hint)) {}

Error& Error::with_status(int status) {
    status_ = status;
    return *this;
}

Error Error::with_message(const std::string& message) const {
    Error told(class_, message, hint_);
    told.status_ = status_;
    return told;
}

std::string system_message(int error_number) { return std::generic_category().message(error_number); }

}  // namespace prevision
