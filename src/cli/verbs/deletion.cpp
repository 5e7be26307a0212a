#include "cli/verbs/deletion.hpp"

#include <fmt/format.h>

#include "cli/verbs/confirmation.hpp"
#include "core/text.hpp"

namespace prevision::cli {

void add_delete_options(Command& verb, DeleteOptions& options) {
    verb.flag("--cascade", options.cascade, "Delete what depends on it as well");
    verb.flag("--if-exists", options.if_exists, "Succeed when there is no such object");
    verb.flag("-y,--yes", options.yes, "Do not ask; needed where nobody can be asked");
}

void remove_dependents(Services& services, const std::vector<Dependent>& dependents) {
    for (const auto& [noun, object, remove] : dependents) {
        (services.client().*remove)(object);
        services.notice(fmt::format("deleted the {} {}", noun, api::describe(object)));
    }
}

void Deletion::add(const std::string& noun, const std::string& name,
                   const std::vector<Dependent>& dependents) {
    objects_.push_back(fmt::format("the {} '{}'", noun, name));
    for (const auto& dependent : dependents)
        dependents_.push_back(fmt::format("the {} {}", dependent.noun, api::describe(dependent.object)));
}

void Deletion::confirm(bool yes, Console& console) const {
    if (objects_.empty()) return;
    auto what = join(objects_, ", ");
    if (!dependents_.empty()) what += ", and what depends on it: " + join(dependents_, ", ");
    if (yes && !dependents_.empty()) console.message("deleting " + what);
    cli::confirm(fmt::format("Delete {}?", what), yes, console);
}

}  // namespace prevision::cli
