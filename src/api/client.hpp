#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/retry.hpp"
#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "model/model.hpp"
#include "transport/transport.hpp"

namespace prevision::api {

class PageReader;

/// One call that was made, for `-v`.
struct Trace {
    std::string method;
    std::string path;
    std::string outcome;  ///< the status, or why there was none
    std::chrono::milliseconds elapsed{0};
};

struct ClientSettings {
    RetrySettings retry;
    std::function<void(const Trace&)> trace;  ///< may be empty
    std::optional<int> rows_per_page;         ///< of lists, where the platform can be asked for it
};

/// The object that a call is about. Messages tell its name, or its id where the caller knows no name.
struct ObjectReference {
    std::string id;
    std::string name = {};
};

/// "'shop'", or the id.
std::string describe(const ObjectReference& object);

template <typename Object>
ObjectReference refer_to(const Object& object) {
    return {object.id, object.name};
}

/// What a test of a connector or a datasource came to.
struct TestOutcome {
    model::TestResult result;
    std::optional<Error> failure;  ///< with the class of the stage that failed
};

/// The platform's API, a method an endpoint. Neither it nor its callers know whether the platform is across
/// the network or in this process.
///
/// Every method throws Error with the class of the answer: auth (401, 403), not_found (404), conflict (409),
/// invalid (400, 422), unreachable (408, 429, 5xx, no answer), or the class that the platform names itself.
/// Ids are of the right form or the platform refuses them. One thread at a time.
class Client {
  public:
    Client(transport::Transport& transport, Cancellation& cancellation, ClientSettings settings);

    /// Takes the objects of a list in the platform's order, each once; answers whether it wants more.
    template <typename Object>
    using Each = std::function<bool(Object)>;

    /// A call that has no method here.
    struct AnyCall {
        std::string method;
        std::string path;
        std::vector<transport::Header> headers;
        std::string body;
        transport::BodySink* sink = nullptr;  ///< takes the body of a success
        std::string what = {};                ///< of a failure's message; method and path where it is empty
    };
    /// The answer's body, where no sink took it.
    std::string call_any(const AnyCall& any);
    /// The items of all pages as JSON texts, those with an `_id` once.
    void list_any(const std::string& path, const Each<std::string>& each, const std::string& what = {});

    /// Error auth unless the platform lets the token in.
    void check_token();

    void list_projects(const Each<model::Project>& each);
    model::Project get_project(const std::string& id);
    model::Project create_project(const model::Project& project);
    void delete_project(const ObjectReference& project);

    void list_connectors(const std::string& project_id, const Each<model::Connector>& each);
    model::Connector get_connector(const std::string& id);
    model::Connector create_connector(const std::string& project_id, const model::Connector& connector);
    /// `changes` is a JSON object of the fields to change. This, previewing and reading are calls that not
    /// every platform has: Error invalid where it has not.
    model::Connector update_connector(const ObjectReference& connector, const std::string& changes);
    void delete_connector(const ObjectReference& connector);
    TestOutcome test_connector(const ObjectReference& connector);
    /// What lies in a place of the distant system, each entry as it comes. A platform that cannot be asked
    /// for that tells databases and tables, or files, by calls that are older; Error invalid for what lies
    /// deeper.
    void browse_connector(const model::Connector& connector, const std::string& path, bool recursive,
                          const Each<model::Entry>& each);

    void list_datasources(const std::string& project_id, const Each<model::Datasource>& each);
    model::Datasource get_datasource(const std::string& id);
    model::Datasource create_datasource(const std::string& project_id, const model::Datasource& datasource);
    model::Datasource update_datasource(const ObjectReference& datasource, const std::string& changes);
    void delete_datasource(const ObjectReference& datasource);
    TestOutcome test_datasource(const ObjectReference& datasource);
    model::Sample preview_datasource(const ObjectReference& datasource, int limit);
    void read_datasource(const ObjectReference& datasource, transport::BodySink& sink);

    void list_datasets(const std::string& project_id, const Each<model::Dataset>& each);
    model::Dataset get_dataset(const std::string& id);
    /// Asks for a snapshot, which goes on after this returns.
    model::Dataset create_dataset(const std::string& project_id, const std::string& name,
                                  const std::string& datasource_id);
    void delete_dataset(const ObjectReference& dataset);
    model::Sample sample_dataset(const ObjectReference& dataset, int limit);
    /// `extension` is csv, zip or parquet. A download that breaks off throws; what the sink took stays taken.
    void download_dataset(const ObjectReference& dataset, const std::string& extension,
                          transport::BodySink& sink);

  private:
    struct Call {
        std::string what;  ///< for the message: "cannot list the connectors"
        std::string method;
        std::string path;
        std::string body = {};
        Repeat repeat = Repeat::safe;
        transport::BodySink* sink = nullptr;
        std::vector<transport::Header> headers = {};
    };
    transport::Response send(const Call& call);
    std::string call(const Call& call);
    /// As `call`, for what not every platform has: nothing, or Error invalid, where it has not.
    std::optional<std::string> call_if_known(const Call& call);
    std::string call_added(const Call& call);
    static Error lacks_call(const std::string& what);
    void trace(const std::string& method, const std::string& path, const std::string& outcome,
               std::chrono::steady_clock::time_point start) const;
    template <typename Object>
    using Decode = Object (*)(std::string_view text);
    template <typename Object>
    Object fetch(const Call& request, Decode<Object> decode);
    /// Takes the items of a page, as JSON; answers whether another is wanted.
    using TakePage = std::function<bool(std::span<const std::string_view> items)>;
    /// `any`: the path may be that of something else than a list; Error invalid where it is.
    void list_pages(const std::string& what, const std::string& path, const TakePage& take, bool any = false);
    std::string next_page(const std::string& what, PageReader& reader);
    template <typename Object>
    void list(const std::string& what, const std::string& path, Decode<Object> decode,
              const Each<Object>& each);
    TestOutcome test(const std::string& what, const std::string& path);
    /// The names that a list holds, of those that are no objects.
    std::vector<std::string> list_names(const std::string& what, const std::string& path);
    void browse_databases(const model::Connector& connector, const std::string& path, bool recursive,
                          const Each<model::Entry>& each);
    void browse_paths(const model::Connector& connector, const std::string& path,
                      const Each<model::Entry>& each);

    transport::Transport& transport_;
    Cancellation& cancellation_;
    ClientSettings settings_;
};

/// The Error that an answer other than 2xx stands for.
Error to_error(const std::string& what, const transport::Response& response, const std::string& platform);

/// Whether clients take the status for success: 200 to 210, and 226.
bool is_success(int status);

}  // namespace prevision::api
