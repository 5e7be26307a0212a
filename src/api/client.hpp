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
#include "model/exporter.hpp"
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

/// The object that a call is about. Messages name it, or give its id when the caller does not know its name.
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

/// The result of testing a connector or a datasource.
struct TestOutcome {
    model::TestResult result;
    std::optional<Error> failure;  ///< with the class of the stage that failed
};

/// The platform's API, one method for each call. It works the same over the network and in this process.
///
/// Every method throws Error with the class of the answer: auth (401, 403), not_found (404), conflict (409),
/// invalid (400, 422), unreachable (408, 429, 5xx, no answer), or the class that the platform names itself.
/// One thread at a time.
class Client {
  public:
    Client(transport::Transport& transport, Cancellation& cancellation, ClientSettings settings);

    /// Takes the objects of a list in the platform's order, each once; returns whether it wants more.
    template <typename Object>
    using Each = std::function<bool(Object)>;

    /// A call that has no method here.
    struct AnyCall {
        std::string method;
        std::string path;
        std::vector<transport::Header> headers;
        std::string body;
        ByteSink* sink = nullptr;  ///< receives the body of a successful answer
    };
    /// Returns the answer's body unless a sink received it.
    std::string call_any(const AnyCall& any);
    /// The items of all pages as JSON texts; one with an `_id` is given once.
    void list_any(const std::string& path, const Each<std::string>& each);

    /// Error auth when the platform refuses the token.
    void check_token();

    void list_projects(const Each<model::Project>& each);
    model::Project get_project(const std::string& id);
    model::Project create_project(const model::Project& project);
    void delete_project(const ObjectReference& project);

    void list_connectors(const std::string& project_id, const Each<model::Connector>& each);
    model::Connector get_connector(const std::string& id);
    model::Connector create_connector(const std::string& project_id, const model::Connector& connector);
    /// `changes` is a JSON object of the fields to change. Updating, previewing and reading throw Error
    /// invalid on a platform that lacks the call.
    model::Connector update_connector(const ObjectReference& connector, const std::string& changes);
    void delete_connector(const ObjectReference& connector);
    TestOutcome test_connector(const ObjectReference& connector);
    /// The entries at `path` of the remote system, each as it arrives. Falls back to older calls, which list
    /// databases and tables, or files; Error invalid for deeper paths then. Returns notes on the listing, for people.
    std::vector<std::string> browse_connector(const model::Connector& connector, const std::string& path,
                                              bool recursive, const Each<model::Entry>& each);

    void list_datasources(const std::string& project_id, const Each<model::Datasource>& each);
    model::Datasource get_datasource(const std::string& id);
    model::Datasource create_datasource(const std::string& project_id, const model::Datasource& datasource);
    model::Datasource update_datasource(const ObjectReference& datasource, const std::string& changes);
    void delete_datasource(const ObjectReference& datasource);
    TestOutcome test_datasource(const ObjectReference& datasource);
    model::Sample preview_datasource(const ObjectReference& datasource, int limit);
    void read_datasource(const ObjectReference& datasource, ByteSink& sink);

    void list_datasets(const std::string& project_id, const Each<model::Dataset>& each);
    model::Dataset get_dataset(const std::string& id);
    /// Starts a snapshot, which continues after this returns.
    model::Dataset create_dataset(const std::string& project_id, const std::string& name,
                                  const std::string& datasource_id);
    void delete_dataset(const ObjectReference& dataset);
    model::Sample sample_dataset(const ObjectReference& dataset, int limit);
    /// `extension` is csv, zip or parquet. An interrupted download throws; the sink keeps what it received.
    void download_dataset(const ObjectReference& dataset, const std::string& extension, ByteSink& sink);

    void list_exporters(const std::string& project_id, const Each<model::Exporter>& each);
    model::Exporter get_exporter(const std::string& id);
    model::Exporter create_exporter(const std::string& project_id, const model::Exporter& exporter);
    void delete_exporter(const ObjectReference& exporter);
    /// Writes a dataset through an exporter. The export may be still running when this returns.
    model::Export run_exporter(const ObjectReference& exporter, const ObjectReference& dataset);
    model::Export get_export(const std::string& id);

  private:
    struct Call {
        std::string what;  ///< for the message: "cannot list the connectors"
        std::string method;
        std::string path;
        std::string body = {};
        Repeat repeat = Repeat::safe;
        ByteSink* sink = nullptr;
        std::vector<transport::Header> headers = {};
    };
    transport::Response send(const Call& call);
    std::string call(const Call& call);
    /// As `call`, for calls that not every platform has: then nothing, or Error invalid.
    std::optional<std::string> call_if_known(const Call& call);
    std::string call_added(const Call& call);
    static Error lacks_call(const std::string& what);
    void trace(const std::string& method, const std::string& path, const std::string& outcome,
               std::chrono::steady_clock::time_point start) const;
    template <typename Object>
    Object fetch(const Call& request);
    template <typename Object>
    void list(const std::string& path, const Each<Object>& each);
    template <typename Object>
    Object get(const std::string& id);
    template <typename Object>
    Object create(const std::string& path, const std::string& name, const std::string& body);
    template <typename Object>
    Object update(const ObjectReference& object, const std::string& changes);
    template <typename Object>
    void remove(const ObjectReference& object);
    template <typename Object>
    TestOutcome test(const ObjectReference& object);
    /// Takes the items of a page, as JSON; returns whether another page is wanted.
    using TakePage = std::function<bool(std::span<const std::string_view> items)>;
    /// `any`: the path was typed by a person and may not be a list; Error invalid then.
    void list_pages(const std::string& what, const std::string& path, const TakePage& take, bool any = false);
    std::string next_page(const std::string& what, PageReader& reader);
    /// A list whose items are names, not objects.
    std::vector<std::string> list_names(const std::string& what, const std::string& path);
    void browse_databases(const model::Connector& connector, const std::string& path, bool recursive,
                          const Each<model::Entry>& each);
    void browse_paths(const model::Connector& connector, const std::string& path,
                      const Each<model::Entry>& each);

    transport::Transport& transport_;
    Cancellation& cancellation_;
    ClientSettings settings_;
};

/// The Error for an answer that is not a success.
Error to_error(const std::string& what, const transport::Response& response, const std::string& platform);

/// Whether the platform's clients count the status as success: 200 to 210, and 226.
bool is_success(int status);

}  // namespace prevision::api
