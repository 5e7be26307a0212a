#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/http/query.hpp"
#include "platform/platform.hpp"

namespace prevision::platform {

/// A call, with the parameters of its path and query.
struct RoutedCall {
    const Call& call;
    std::vector<std::string> parameters;  ///< of the path, in their order, percent-decoded
    Query query;
};

using Handler = std::function<Answer(const RoutedCall&)>;

/// Finds the handler of a call. Safe on any thread once all routes are added.
class Router {
  public:
    /// `pattern` is a path whose segments in braces match any one segment: "/projects/{id}/connectors". It is
    /// kept as a view: pass a literal. Of two patterns that match, the first one added counts. For
    /// a segment "{id}", `route` throws Error not_found for a text that is not an id.
    void add(std::string_view method, std::string_view pattern, Handler handler, Pace pace = Pace::store);

    /// Returns the handler's answer, or throws its Error. A trailing slash of the path changes nothing. A known path with
    /// another method is answered with 405 and `Allow`; Error not_found when no pattern matches.
    [[nodiscard]] Answer route(const Call& call) const;

    /// The pace of the call's route; `store` when there is no route.
    [[nodiscard]] Pace pace_of(const Call& call) const;

  private:
    struct Route {
        std::string_view method;
        std::string_view pattern;
        Handler handler;
        Pace pace;
    };
    std::vector<Route> routes_;
};

}  // namespace prevision::platform
