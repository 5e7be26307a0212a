#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/codec.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "platform/http/answers.hpp"
#include "platform/http/handlers/access.hpp"
#include "platform/http/router.hpp"
#include "platform/state.hpp"
#include "platform/store/page.hpp"

/// What the handlers of all nouns share.
namespace prevision::platform {

/// Adds routes whose handlers work with the platform's state.
class Routes {
  public:
    using Handler = Answer (*)(State&, const RoutedCall&);

    /// Both must outlive it, and the state must outlive the router.
    Routes(Router& router, State& state) : router_(router), state_(state) {}

    /// As Router::add.
    /// Callers need the role `least`, or a more powerful one; by default viewer for GET and else editor.
    void add(std::string_view method, std::string_view pattern, Handler handler, Pace pace = Pace::store,
             std::optional<Role> least = std::nullopt) {
        const auto role = least.value_or(method == "GET" ? Role::viewer : Role::editor);
        router_.add(
            method, pattern,
            [&state = state_, handler, pattern, role](const RoutedCall& routed) {
                check_access(state, pattern, role, routed);
                return handler(state, routed);
            },
            pace);
    }

  private:
    Router& router_;
    State& state_;
};

/// Whether a call asks for a name that no other object has: `unique_name=true`.
inline Names read_names(const Query& query) {
    return query.get("unique_name") == "true" ? Names::unique : Names::repeated;
}

/// Answers with the object that `get` finds by the call's id.
template <auto get>
Answer show_object(State& state, const RoutedCall& routed) {
    return json_answer(encode_answer(get(state, routed.parameters.at(0))));
}

template <typename Object>
const std::string& id_of(const Object& object) {
    return object.id;
}
inline const std::string& id_of(const ProjectRecord& record) { return record.project.id; }

/// Answers with the page that the call asks for; `list` reads that page.
template <typename List>
Answer list_page(const RoutedCall& routed, const List& list) {
    const auto page = read_page(routed.query);
    const auto listed = list(page);
    std::vector<std::string> items;
    items.reserve(listed.items.size());
    for (const auto& item : listed.items)
        items.push_back(page.only_ids ? model::JsonObject().text("_id", id_of(item)).finish()
                                      : encode_answer(item));
    return page_answer(page, listed.total, items);
}

/// Answers with a page of the objects that a table holds for the call's project.
template <auto table>
Answer list_in(State& state, const RoutedCall& routed) {
    return list_page(routed,
                     [&](const Page& page) { return (state.*table).list(routed.parameters.at(0), page); });
}

}  // namespace prevision::platform
