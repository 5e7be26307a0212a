#pragma once

#include <functional>
#include <string>
#include <vector>

#include "cli/lookup.hpp"

namespace prevision::cli {

/// The flags and names of `delete`.
struct DeleteOptions {
    std::vector<std::string> names;
    bool cascade = false;
    bool if_exists = false;
    bool yes = false;
};

void add_delete_options(Command& verb, DeleteOptions& options);

/// An object that depends on one that is to be deleted.
struct Dependent {
    std::string_view noun;  ///< of the program, so that it outlives this
    api::ObjectReference object;
    void (api::Client::*remove)(const api::ObjectReference& object);
};

/// Appends the objects of a project's list that `wanted` picks; none on a platform without such a list.
template <typename Object>
void gather_dependents(Services& services, const std::string& project_id,
                       const std::function<bool(const Object&)>& wanted, std::vector<Dependent>& found) {
    try {
        services.client().list<Object>(project_id, [&](const Object& object) {
            if (wanted(object)) {
                found.push_back(
                    {api::noun_of<Object>(), api::refer_to(object), &api::Client::remove<Object>});
            }
            return true;
        });
    } catch (const Error& error) {
        if (error.error_class() != ErrorClass::not_found) throw;
    }
}

/// Deletes them in their order, and mentions each.
void remove_dependents(Services& services, const std::vector<Dependent>& dependents);

/// All that a command is about to delete.
class Deletion {
  public:
    void add(const std::string& noun, const std::string& name, const std::vector<Dependent>& dependents = {});

    /// Asks for it on a terminal. With `yes` it only names the dependents. Error usage where it cannot ask, internal when
    /// the answer is no. Nothing when nothing was added.
    void confirm(bool yes, Console& console) const;

  private:
    std::vector<std::string> objects_;
    std::vector<std::string> dependents_;
};

}  // namespace prevision::cli
