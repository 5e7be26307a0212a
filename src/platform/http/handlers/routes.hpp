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

/// Answers with the page of objects that the call asks for; `list` reads that page.
template <typename List>
Answer list_page(const RoutedCall& routed, const List& list) {
    const auto page = read_page(routed.query);
    const auto listed = list(page);
    PageAnswer answer(page);
    for (const auto& item : listed.items) answer.add(encode_answer(item));
    return answer.finish(listed.total);
}

/// Answers with a page of the objects that a table holds for the call's project.
template <auto table>
Answer list_in(State& state, const RoutedCall& routed) {
    const auto& project = routed.parameters.at(0);
    const auto page = read_page(routed.query);
    auto& objects = state.*table;
    PageAnswer answer(page);
    std::string item;
    const auto add_id = [&](std::string_view id) {
        item.assign(R"({"_id":")").append(id).append("\"}");
        answer.add(item);
    };
    const auto add = [&](const auto& object) { answer.add(encode_answer(object)); };
    return answer.finish(page.only_ids ? objects.each_id(project, page, add_id)
                                       : objects.each(project, page, add));
}

}  // namespace prevision::platform
