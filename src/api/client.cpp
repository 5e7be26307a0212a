#include "api/client.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/decode_answer.hpp"
#include "api/page_reader.hpp"
#include "api/seen_items.hpp"
#include "core/id.hpp"
#include "core/retry.hpp"
#include "core/stream_position.hpp"
#include "core/text.hpp"
#include "core/wait.hpp"
#include "model/codec.hpp"
#include "model/list_page.hpp"

namespace prevision::api {

namespace {

/// How the platform names a kind of object in its paths, and we in messages.
template <typename Object>
struct Resource;

template <>
struct Resource<model::Project> {
    static constexpr std::string_view noun = "project";
    static constexpr std::string_view path = "projects";
    static constexpr auto decode = model::decode_project;
};
template <>
struct Resource<model::Connector> {
    static constexpr std::string_view noun = "connector";
    static constexpr std::string_view path = "connectors";
    static constexpr auto decode = model::decode_connector;
};
template <>
struct Resource<model::Datasource> {
    static constexpr std::string_view noun = "datasource";
    static constexpr std::string_view path = "data-sources";
    static constexpr auto decode = model::decode_datasource;
};
template <>
struct Resource<model::Dataset> {
    static constexpr std::string_view noun = "dataset";
    static constexpr std::string_view path = "datasets";
    static constexpr auto decode = model::decode_dataset;
};
template <>
struct Resource<model::Exporter> {
    static constexpr std::string_view noun = "exporter";
    static constexpr std::string_view path = "exporters";
    static constexpr auto decode = model::decode_exporter;
};
template <>
struct Resource<model::Export> {
    static constexpr std::string_view noun = "export";
    static constexpr std::string_view path = "exports";
    static constexpr auto decode = model::decode_export;
};

template <typename Object>
std::string object_path(const std::string& id, std::string_view below = {}) {
    return fmt::format("/{}/{}{}", Resource<Object>::path, percent_encode(id), below);
}

template <typename Object>
std::string list_path(const std::string& project_id) {
    return fmt::format("/projects/{}/{}", percent_encode(project_id), Resource<Object>::path);
}

/// "cannot delete the connector 'shop'".
template <typename Object>
std::string to_do(std::string_view verb, const ObjectReference& object) {
    return fmt::format("cannot {} the {} {}", verb, Resource<Object>::noun, describe(object));
}

}  // namespace

std::string describe(const ObjectReference& object) {
    return object.name.empty() ? object.id : fmt::format("'{}'", object.name);
}

Client::Client(transport::Transport& transport, Cancellation& cancellation, ClientSettings settings)
    : transport_(transport), cancellation_(cancellation), settings_(std::move(settings)) {
    if (!settings_.retry.wait) {
        settings_.retry.wait = [this](std::chrono::milliseconds pause) { wait_for(pause, cancellation_); };
    }
    if (!settings_.retry.jitter) settings_.retry.jitter = random_jitter;
}

transport::Response Client::send(const Call& call) {
    transport::Request request{.method = call.method,
                               .path = call.path,
                               .headers = call.headers,
                               .body = call.body,
                               .sink = call.sink,
                               .cancellation = &cancellation_};
    const auto& retry = settings_.retry;
    const auto start = retry.clock->steady();
    try {
        auto response = send_with_retries(transport_, request, call.repeat, retry);
        trace(call.method, call.path, fmt::format("{}", response.status), start);
        return response;
    } catch (const transport::TransportError& error) {
        trace(call.method, call.path, error.what(), start);
        throw Error(error.error_class(), fmt::format("{}: {}", call.what, error.what()), error.hint());
    }
}

void Client::trace(const std::string& method, const std::string& path, const std::string& outcome,
                   std::chrono::steady_clock::time_point start) const {
    if (!settings_.trace) return;
    const auto elapsed = settings_.retry.clock->steady() - start;
    settings_.trace({.method = method,
                     .path = path,
                     .outcome = outcome,
                     .elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed)});
}

std::string Client::call(const Call& call) {
    auto response = send(call);
    if (!is_success(response.status)) throw to_error(call.what, response, transport_.description());
    return std::move(response.body);
}

std::optional<std::string> Client::call_if_known(const Call& call) {
    auto response = send(call);
    if (is_success(response.status)) return std::move(response.body);
    // The embedded platform names an error's class: then the call is known, and something else is not there.
    const bool is_unknown = response.status == 404 || response.status == 405 || response.status == 501;
    if (is_unknown && model::decode_failure(response.body).error_class.empty()) return std::nullopt;
    throw to_error(call.what, response, transport_.description());
}

std::string Client::call_added(const Call& call) {
    auto body = call_if_known(call);
    if (!body) throw lacks_call(call.what);
    return std::move(*body);
}

Error Client::lacks_call(const std::string& what) {
    return Error(
        ErrorClass::invalid, fmt::format("{}: this platform has no such call", what),
        "it may be older than this program; the embedded platform has it, as 'prevision serve' does");
}

template <typename Object>
Object Client::fetch(const Call& request) {
    return decode_answer(request.what, call(request), Resource<Object>::decode);
}

// The pages count from 1. Objects can come and go between two pages.
void Client::list_pages(const std::string& what, const std::string& path, const TakePage& take, bool any) {
    auto sized = path;
    if (settings_.rows_per_page) {
        sized += fmt::format("{}rowsPerPage={}", path.find('?') == std::string::npos ? '?' : '&',
                             *settings_.rows_per_page);
    }
    PageReader reader(transport_, cancellation_, settings_.retry, sized,
                      [&](const std::string& page, const std::string& outcome, auto start) {
                          trace("GET", page, outcome, start);
                      });
    for (std::int64_t number = 1;; ++number) {
        const auto body = next_page(what, reader);
        const auto page = decode_answer(what, body, [&](std::string_view text) {
            auto decoded = model::decode_list_page(text);
            if (!decoded && !any) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
            return decoded;
        });
        if (any && (!page || !page->has_items)) {
            throw Error(ErrorClass::invalid, fmt::format("{}: the answer is no list of pages", what),
                        "leave --paginate out");
        }
        if (!take(page->items)) return;
        const auto pages = page->pages(number);
        if (number >= pages) return;
        reader.expect(pages);
    }
}

std::string Client::next_page(const std::string& what, PageReader& reader) {
    try {
        auto response = reader.next();
        if (!is_success(response.status)) throw to_error(what, response, transport_.description());
        return std::move(response.body);
    } catch (const transport::TransportError& error) {
        throw Error(error.error_class(), fmt::format("{}: {}", what, error.what()), error.hint());
    }
}

template <typename Object>
void Client::list(const std::string& path, const Each<Object>& each) {
    const auto what = fmt::format("cannot list the {}s", Resource<Object>::noun);
    SeenItems seen;
    list_pages(what, path, [&](std::span<const std::string_view> items) {
        seen.begin_page();
        for (const auto item : items) {
            auto object = decode_answer(what, item, Resource<Object>::decode);
            if (seen.add(object.id, object.document) && !each(std::move(object))) return false;
        }
        return seen.anything_new();
    });
}

template <typename Object>
Object Client::get(const std::string& id) {
    return fetch<Object>({to_do<Object>("get", {id}), "GET", object_path<Object>(id)});
}

template <typename Object>
Object Client::create(const std::string& path, const std::string& name, const std::string& body) {
    return fetch<Object>({to_do<Object>("create", {{}, name}), "POST", path, body, Repeat::if_not_sent});
}

template <typename Object>
Object Client::update(const ObjectReference& object, const std::string& changes) {
    const auto what = to_do<Object>("update", object);
    return decode_answer(what, call_added({what, "PATCH", object_path<Object>(object.id), changes}),
                         Resource<Object>::decode);
}

template <typename Object>
void Client::remove(const ObjectReference& object) {
    call({to_do<Object>("delete", object), "DELETE", object_path<Object>(object.id)});
}

template <typename Object>
TestOutcome Client::test(const ObjectReference& object) {
    const auto what = fmt::format("the test of the {} {} failed", Resource<Object>::noun, describe(object));
    const auto path = object_path<Object>(object.id, "/test");
    const auto response = send({what, "POST", path, "{}", Repeat::never});
    TestOutcome outcome;
    try {
        outcome.result = model::decode_test_result(response.body);
    } catch (const Error&) {
        // The status is the result: the body may be anything.
        outcome.result = {};
    }
    outcome.result.ok = is_success(response.status);
    if (!outcome.result.ok) {
        outcome.failure = to_error(what, response, transport_.description());
        if (outcome.result.message.empty())
            outcome.result.message = model::decode_failure(response.body).message;
        if (outcome.result.message.empty())
            outcome.result.message = fmt::format("{} answered {}", transport_.description(), response.status);
    }
    return outcome;
}

void Client::list_projects(const Each<model::Project>& each) { list("/projects", each); }

model::Project Client::get_project(const std::string& id) { return get<model::Project>(id); }

void Client::delete_project(const ObjectReference& project) { remove<model::Project>(project); }

model::Project Client::create_project(const model::Project& project) {
    return create<model::Project>("/projects", project.name, model::encode_request(project));
}

void Client::list_connectors(const std::string& project_id, const Each<model::Connector>& each) {
    list(list_path<model::Connector>(project_id), each);
}

model::Connector Client::get_connector(const std::string& id) { return get<model::Connector>(id); }

void Client::delete_connector(const ObjectReference& connector) { remove<model::Connector>(connector); }

model::Connector Client::create_connector(const std::string& project_id, const model::Connector& connector) {
    return create<model::Connector>(list_path<model::Connector>(project_id), connector.name,
                                    model::encode_request(connector));
}

model::Connector Client::update_connector(const ObjectReference& connector, const std::string& changes) {
    return update<model::Connector>(connector, changes);
}

TestOutcome Client::test_connector(const ObjectReference& connector) {
    return test<model::Connector>(connector);
}

void Client::list_datasources(const std::string& project_id, const Each<model::Datasource>& each) {
    list(list_path<model::Datasource>(project_id), each);
}

model::Datasource Client::get_datasource(const std::string& id) { return get<model::Datasource>(id); }

void Client::delete_datasource(const ObjectReference& datasource) { remove<model::Datasource>(datasource); }

model::Datasource Client::create_datasource(const std::string& project_id,
                                            const model::Datasource& datasource) {
    return create<model::Datasource>(list_path<model::Datasource>(project_id), datasource.name,
                                     model::encode_request(datasource));
}

model::Datasource Client::update_datasource(const ObjectReference& datasource, const std::string& changes) {
    return update<model::Datasource>(datasource, changes);
}

TestOutcome Client::test_datasource(const ObjectReference& datasource) {
    return test<model::Datasource>(datasource);
}

void Client::list_exporters(const std::string& project_id, const Each<model::Exporter>& each) {
    list(list_path<model::Exporter>(project_id), each);
}

model::Exporter Client::get_exporter(const std::string& id) { return get<model::Exporter>(id); }

void Client::delete_exporter(const ObjectReference& exporter) { remove<model::Exporter>(exporter); }

model::Exporter Client::create_exporter(const std::string& project_id, const model::Exporter& exporter) {
    return create<model::Exporter>(list_path<model::Exporter>(project_id), exporter.name,
                                   model::encode_request(exporter));
}

model::Sample Client::preview_datasource(const ObjectReference& datasource, int limit) {
    const auto what = to_do<model::Datasource>("preview", datasource);
    const auto path = object_path<model::Datasource>(datasource.id, fmt::format("/sample?limit={}", limit));
    return decode_answer(what, call_added({what, "GET", path}), model::decode_sample);
}

void Client::read_datasource(const ObjectReference& datasource, ByteSink& sink) {
    call_added({.what = to_do<model::Datasource>("read", datasource),
                .method = "GET",
                .path = object_path<model::Datasource>(datasource.id, "/content"),
                .sink = &sink});
}

void Client::list_datasets(const std::string& project_id, const Each<model::Dataset>& each) {
    list(list_path<model::Dataset>(project_id), each);
}

model::Dataset Client::get_dataset(const std::string& id) { return get<model::Dataset>(id); }

void Client::delete_dataset(const ObjectReference& dataset) { remove<model::Dataset>(dataset); }

model::Dataset Client::create_dataset(const std::string& project_id, const std::string& name,
                                      const std::string& datasource_id) {
    return create<model::Dataset>(list_path<model::Dataset>(project_id) + "/data-source", name,
                                  model::encode_snapshot_request(name, datasource_id));
}

model::Sample Client::sample_dataset(const ObjectReference& dataset, int limit) {
    const auto what = to_do<model::Dataset>("show the first rows of", dataset);
    const auto path = object_path<model::Dataset>(dataset.id, fmt::format("/sample?limit={}", limit));
    return decode_answer(what, call({what, "GET", path}), model::decode_sample);
}

namespace {

/// Takes a body that comes again from its beginning after it was cut: passes on what is new.
class RestartedSink final : public ByteSink {
  public:
    RestartedSink(ByteSink& sink, std::string what) : sink_(sink), what_(std::move(what)) {}

    void restart() { position_.come_from(0); }
    [[nodiscard]] std::uint64_t delivered() const { return position_.delivered(); }
    [[nodiscard]] bool sink_works() const { return sink_works_; }

    void write(std::string_view bytes) override {
        if (!position_.skip_known(bytes)) {
            throw Error(ErrorClass::integrity, what_ + ": the connection was cut, and other bytes came then",
                        "download it again");
        }
        if (bytes.empty()) return;
        position_.deliver(bytes);
        sink_works_ = false;
        sink_.write(bytes);
        sink_works_ = true;
    }
    [[nodiscard]] bool wants_more() const override { return sink_.wants_more(); }

  private:
    ByteSink& sink_;
    std::string what_;
    StreamPosition position_;
    bool sink_works_ = true;  // false while the sink is called: what is thrown then is its own
};

}  // namespace

void Client::download_dataset(const ObjectReference& dataset, const std::string& extension, ByteSink& sink) {
    const auto what = to_do<model::Dataset>("download", dataset);
    RestartedSink restarted(sink, what);
    RetryBudget budget(settings_.retry);
    for (;;) {
        const auto before = restarted.delivered();
        restarted.restart();
        try {
            call({.what = what,
                  .method = "GET",
                  .path = object_path<model::Dataset>(dataset.id,
                                                      "/download?extension=" + percent_encode(extension)),
                  .sink = &restarted});
            return;
        } catch (const Error& error) {
            // Until a byte has come, `call` has tried again itself.
            if (!error.retryable() || !restarted.sink_works() || restarted.delivered() == 0) throw;
            if (restarted.delivered() > before) budget = RetryBudget(settings_.retry);
            const auto pause = budget.take(std::nullopt);
            if (!pause) throw;
            settings_.retry.wait(*pause);
        }
    }
}

model::Export Client::run_exporter(const ObjectReference& exporter, const ObjectReference& dataset) {
    return fetch<model::Export>(
        {to_do<model::Dataset>("export", dataset),
         "POST",
         object_path<model::Exporter>(exporter.id, "/dataset/" + percent_encode(dataset.id)),
         {},
         Repeat::if_not_sent});
}

model::Export Client::get_export(const std::string& id) { return get<model::Export>(id); }

}  // namespace prevision::api
