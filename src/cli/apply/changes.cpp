#include "cli/apply/changes.hpp"

#include <algorithm>
#include <array>

#include "cli/apply/objects.hpp"
#include "cli/verbs/listing.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

/// What the platform keeps for a field: a tab by itself, however it was written.
std::string kept_value(const Declared& declared, const std::string& field, const model::FileFormat& format) {
    if (field == "separator") return format.separator;
    if (field == "quote") return format.quote;
    if (field == "escape") return format.escape;
    if (field == "comment") return format.comment;
    if (field == "header") return yes_or_no(format.header);
    if (field == "skip") return digits(format.skip);
    if (field == "encoding") return format.encoding;
    return declared.text(field);
}

/// Whether the platform chooses a field by itself where it is left out: then its choice is not a difference.
bool is_chosen_by_platform(const std::string& field) {
    constexpr std::array<std::string_view, 3> fields{"type", "host_key", "write_mode"};
    return std::ranges::find(fields, field) != fields.end();
}

}  // namespace

std::vector<FieldChange> differing_fields(const Declared& declared, const PlatformObject& there) {
    std::vector<FieldChange> changes;
    const auto format = declared_format(declared);
    for (const auto& field : declared_fields(declared.kind)) {
        const auto wanted = kept_value(declared, field, format);
        if (wanted.empty() && is_chosen_by_platform(field)) continue;
        const auto found = there.fields.find(field);
        const auto value = found == there.fields.end() ? std::string() : found->second;
        const bool any_case = field == "type" || field == "encoding";
        if (any_case ? equal_ignoring_case(value, wanted) : value == wanted) continue;
        changes.push_back({.name = field, .from = value, .to = wanted});
    }
    return changes;
}

std::string to_string(Change::Action action) {
    constexpr std::array names{"create", "update", "delete"};
    return names.at(static_cast<std::size_t>(action));
}

std::vector<Change> removals(const Declarations& declarations, const PlatformState& state) {
    std::vector<Change> changes;
    for (auto object = state.objects.rbegin(); object != state.objects.rend(); ++object) {
        if (!declarations.sections.contains(object->kind) ||
            declarations.find(object->kind, object->name) != nullptr)
            continue;
        changes.push_back({.action = Change::Action::remove,
                           .kind = object->kind,
                           .name = object->name,
                           .id = object->id,
                           .declared = nullptr,
                           .fields = {}});
    }
    return changes;
}

}  // namespace prevision::cli
