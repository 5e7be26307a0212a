#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/codec.hpp"
#include "model/json.hpp"
#include "platform/http/answers.hpp"
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
    void add(std::string_view method, std::string_view pattern, Handler handler, Pace pace = Pace::store) {
        router_.add(
            method, pattern,
            [&state = state_, handler](const RoutedCall& routed) { return handler(state, routed); }, pace);
    }

  private:
    Router& router_;
    State& state_;
};

/// Answers with the object that `get` finds by the call's id.
template <auto get>
Answer show_object(State& state, const RoutedCall& routed) {
    return json_answer(encode_answer(get(state, routed.parameters.at(0))));
}

/// Answers with the page that the call asks for; `list` reads that page.
template <typename List>
Answer list_page(const RoutedCall& routed, const List& list) {
    const auto page = read_page(routed.query);
    const auto listed = list(page);
    std::vector<std::string> items;
    for (const auto& item : listed.items) items.push_back(encode_answer(item));
    return page_answer(page, listed.total, items);
}

/// Answers with a page of the objects that a table holds for the call's project.
template <auto table>
Answer list_in(State& state, const RoutedCall& routed) {
    return list_page(routed,
                     [&](const Page& page) { return (state.*table).list(routed.parameters.at(0), page); });
}

}  // namespace prevision::platform
