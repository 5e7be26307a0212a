#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/retry.hpp"
#include "core/cancellation.hpp"
#include "core/error.hpp"
#include "model/exporter.hpp"
#include "model/list_page.hpp"
#include "model/model.hpp"
#include "model/pruning.hpp"
#include "transport/transport.hpp"

namespace prevision::api {

class FormUpload;
class PageReader;
class SeenItems;

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

/// How messages name a kind of object: "connector".
template <typename Object>
std::string_view noun_of();

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

/// Which name a new object may have.
enum class Names {
    unique,  ///< none that an object of its kind and project has: Error conflict
    any,
};

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
    /// Returns the answer whatever its status, with its body unless a sink received it.
    transport::Response call_any(const AnyCall& any);
    /// The Error for an answer of `call_any` that is not a success.
    [[nodiscard]] Error error_of(const AnyCall& any, const transport::Response& response) const;

    using OnFailure = std::function<void(const transport::Response& response)>;
    /// The items of all pages as JSON texts; one with an `_id` is given once. `failed` receives an answer that is not a
    /// success before its Error is thrown.
    void list_any(const std::string& path, const Each<std::string>& each, const OnFailure& failed);

    /// Error auth when the platform refuses the token.
    void check_token();

    /// The objects of a project; `project_id` is unused for projects themselves, here and below.
    template <typename Object>
    void list(const std::string& project_id, const Each<Object>& each);
    void list_projects(const Each<model::Project>& each) { list<model::Project>({}, each); }
    /// The same, but only their ids: a platform may then leave out everything else.
    template <typename Object>
    void list_ids(const std::string& project_id, const Each<std::string>& each);
    /// An object as it was sent, unread; a connector without the secrets that a platform should not send.
    struct Document {
        std::string id;
        std::string text;
    };
    template <typename Object>
    void list_documents(const std::string& project_id, const Each<Document>& each);
    /// Those that have exactly that name.
    template <typename Object>
    void list_named(const std::string& project_id, const std::string& name, const Each<Object>& each);

    /// Any object; an export too.
    template <typename Object>
    Object get(const std::string& id);

    /// Connectors, datasources and exporters. A unique name is the platform's to guarantee, in one step; with a platform
    /// that does not, the names are read again afterwards, and of two objects of one name the later one is removed.
    template <typename Object>
    Object create(const std::string& project_id, const Object& object, Names names = Names::unique);
    model::Project create_project(const model::Project& project, Names names = Names::unique);
    /// Starts a snapshot, which continues after this returns. A failed one does not reserve its name.
    /// With `if_changed` the platform takes none when the source is as in the newest dataset of it: the id then leads to
    /// that one, and `unchanged_by` says how it saw that. A platform that does not compare answers without `if_changed`.
    model::Dataset create_dataset(const std::string& project_id, const std::string& name,
                                  const std::string& datasource_id, Names names = Names::unique,
                                  bool if_changed = false);
    /// Decides which datasets are kept, and removes the others unless it is a dry run. Error invalid on a platform that
    /// lacks the call.
    model::PruneResult prune_datasets(const std::string& project_id, const model::PruneRequest& request);
    /// Creates a dataset from a file. The form's fields are `name`, and what is known of the file: `separator` and `decimal`. The
    /// embedded platform also takes `quote`, `escape`, `comment`, `header`, `skip` and `encoding`.
    model::Dataset upload_dataset(const std::string& project_id, const std::string& name, FormUpload& form,
                                  Names names = Names::unique);

    /// `changes` is a JSON object of the fields to change. Updating, previewing and reading throw Error invalid
    /// on a platform that lacks the call.
    template <typename Object>
    Object update(const ObjectReference& object, const std::string& changes);
    /// The same; nothing on a platform that lacks the call.
    template <typename Object>
    std::optional<Object> update_if_known(const ObjectReference& object, const std::string& changes);
    /// The same with changes that hold a new name, which is to be unique as one of `create`. When the platform does not
    /// guarantee that and another object has the name too, the old name is put back.
    template <typename Object>
    Object rename(const std::string& project_id, const Object& object, const std::string& changes);
    template <typename Object>
    void remove(const ObjectReference& object);

    /// Connectors and datasources.
    template <typename Object>
    TestOutcome test(const ObjectReference& object);

    /// Compares secrets, a JSON object of them by field, with those of a connector: "same" or "different" by field. Empty
    /// when the platform has no such call or does not allow it.
    std::map<std::string, std::string> compare_secrets(const ObjectReference& connector,
                                                       const std::string& secrets);

    /// The entries at `path` of the remote system, each as it arrives. Falls back to older calls, which list
    /// databases and tables, or files; Error invalid for deeper paths then. Returns notes on the listing, for people.
    std::vector<std::string> browse_connector(const model::Connector& connector, const std::string& path,
                                              bool recursive, const Each<model::BrowsedItem>& each);
    model::Sample preview_datasource(const ObjectReference& datasource, int limit);
    /// When its data last changed: the time of the newest file, or the highest value of a column unless that is empty.
    model::Freshness freshness(const ObjectReference& datasource, const std::string& column);
    void read_datasource(const ObjectReference& datasource, ByteSink& sink);
    model::Sample sample_dataset(const ObjectReference& dataset, int limit);
    /// `extension` is csv, zip or parquet. An interrupted download throws; the sink keeps what it received.
    void download_dataset(const ObjectReference& dataset, const std::string& extension, ByteSink& sink);
    /// Writes a dataset through an exporter. The export may be still running when this returns.
    model::Export run_exporter(const ObjectReference& exporter, const ObjectReference& dataset);
    /// Writes a file through an exporter. The form's fields are as above, without `name`.
    model::Export export_file(const ObjectReference& exporter, FormUpload& form);
    /// Stops a running export, waits until it has ended, and returns it; it may be done before. Error conflict when it
    /// has ended already, or runs in another process; invalid on a platform that lacks the call.
    model::Export stop_export(const std::string& id);
    void list_exports(const ObjectReference& exporter, const Each<model::Export>& each);

  private:
    struct Call {
        std::string what;  ///< for the message: "cannot list the connectors"
        std::string method;
        std::string path;
        std::string body = {};
        Repeat repeat = Repeat::safe;
        ByteSink* sink = nullptr;
        std::vector<transport::Header> headers = {};
        transport::BodySource* upload = nullptr;
    };
    transport::Response send(const Call& call);
    std::string call(const Call& call);
    /// As `call`, for calls that not every platform has: then nothing, or Error invalid.
    std::optional<std::string> call_if_known(const Call& call);
    std::optional<transport::Response> send_if_known(const Call& call);
    std::string call_added(const Call& call);
    static Error lacks_call(const std::string& what);
    void trace(const std::string& method, const std::string& path, const std::string& outcome,
               std::chrono::steady_clock::time_point start) const;
    template <typename Object>
    Object fetch(const Call& request);
    template <typename Object>
    void list_at(const std::string& path, const Each<Object>& each);
    /// Completes the call, which has the body.
    template <typename Object>
    Object create_in(const std::string& project_id, Call call, Names names);
    /// The id of another object that has the name and counts, or an empty text.
    template <typename Object>
    std::string find_other(const std::string& project_id, const Object& named,
                           const std::function<bool(const Object&)>& counts);
    /// Takes an item of a list; returns whether more are wanted. `seen` knows the items before it.
    using TakeItem = std::function<bool(std::string_view item, SeenItems& seen)>;
    /// With `failed`, which receives an answer that is not a success, the path may not be a list; Error invalid then.
    void list_pages(const std::string& what, const std::string& path, const TakeItem& take,
                    const OnFailure& failed = {});
    std::string next_page(const std::string& what, PageReader& reader, const OnFailure& failed);
    /// A list whose items are names, not objects.
    std::vector<std::string> list_names(const std::string& what, const std::string& path);
    void browse_databases(const model::Connector& connector, const std::string& path, bool recursive,
                          const Each<model::BrowsedItem>& each);
    void browse_paths(const model::Connector& connector, const std::string& path,
                      const Each<model::BrowsedItem>& each);

    transport::Transport& transport_;
    Cancellation& cancellation_;
    ClientSettings settings_;
};

/// The Error for an answer that is not a success.
Error to_error(const std::string& what, const transport::Response& response, const std::string& platform);

using transport::is_success;

}  // namespace prevision::api
