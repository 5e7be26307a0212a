#include "api/client.hpp"

#include <utility>

#include <fmt/format.h>

#include "api/decode_answer.hpp"
#include "api/page_reader.hpp"
#include "api/seen_items.hpp"
#include "core/id.hpp"
#include "core/retry.hpp"
#include "core/text.hpp"
#include "core/wait.hpp"
#include "model/codec.hpp"
#include "model/list_page.hpp"

namespace prevision::api {

namespace {

/// What can be got, listed, created and deleted, and under which path.
struct Resource {
    std::string_view noun;
    std::string_view path;
};

constexpr Resource project_resource{"project", "projects"};
constexpr Resource connector_resource{"connector", "connectors"};
constexpr Resource datasource_resource{"datasource", "data-sources"};
constexpr Resource dataset_resource{"dataset", "datasets"};

std::string object_path(Resource resource, const std::string& id, std::string_view below = {}) {
    return fmt::format("/{}/{}{}", resource.path, percent_encode(id), below);
}

std::string list_path(const std::string& project_id, Resource resource, std::string_view below = {}) {
    return fmt::format("/projects/{}/{}{}", percent_encode(project_id), resource.path, below);
}

std::string to_get(Resource resource, const std::string& id) {
    return fmt::format("cannot get the {} {}", resource.noun, id);
}

std::string to_create(Resource resource, const std::string& name) {
    return fmt::format("cannot create the {} '{}'", resource.noun, name);
}

/// "cannot delete the connector 'shop'".
std::string to_do(std::string_view verb, Resource resource, const ObjectReference& object) {
    return fmt::format("cannot {} the {} {}", verb, resource.noun, describe(object));
}

std::string to_test(Resource resource, const ObjectReference& object) {
    return fmt::format("the test of the {} {} failed", resource.noun, describe(object));
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
Object Client::fetch(const Call& request, Decode<Object> decode) {
    return decode_answer(request.what, call(request), decode);
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

// An id that was shown is passed over, and a page that brings nothing new is the last.
template <typename Object>
void Client::list(const std::string& what, const std::string& path, Decode<Object> decode,
                  const Each<Object>& each) {
    SeenItems seen;
    list_pages(what, path, [&](std::span<const std::string_view> items) {
        seen.begin_page();
        for (const auto item : items) {
            auto object = decode_answer(what, item, decode);
            if (seen.add(object.id, object.document) && !each(std::move(object))) return false;
        }
        return seen.anything_new();
    });
}

TestOutcome Client::test(const std::string& what, const std::string& path) {
    const auto response = send({what, "POST", path, "{}", Repeat::never});
    TestOutcome outcome;
    try {
        outcome.result = model::decode_test_result(response.body);
    } catch (const Error&) {
        // A platform may answer a test with anything: its status is the result.
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

void Client::list_projects(const Each<model::Project>& each) {
    list("cannot list the projects", "/projects", model::decode_project, each);
}

model::Project Client::get_project(const std::string& id) {
    return fetch({to_get(project_resource, id), "GET", object_path(project_resource, id)},
                 model::decode_project);
}

model::Project Client::create_project(const model::Project& project) {
    return fetch({to_create(project_resource, project.name), "POST", "/projects",
                  model::encode_request(project), Repeat::if_not_sent},
                 model::decode_project);
}

void Client::delete_project(const ObjectReference& project) {
    call({to_do("delete", project_resource, project), "DELETE", object_path(project_resource, project.id)});
}

void Client::list_connectors(const std::string& project_id, const Each<model::Connector>& each) {
    list("cannot list the connectors", list_path(project_id, connector_resource), model::decode_connector,
         each);
}

model::Connector Client::get_connector(const std::string& id) {
    return fetch({to_get(connector_resource, id), "GET", object_path(connector_resource, id)},
                 model::decode_connector);
}

model::Connector Client::create_connector(const std::string& project_id, const model::Connector& connector) {
    return fetch(
        {to_create(connector_resource, connector.name), "POST", list_path(project_id, connector_resource),
         model::encode_request(connector), Repeat::if_not_sent},
        model::decode_connector);
}

model::Connector Client::update_connector(const ObjectReference& connector, const std::string& changes) {
    const auto what = to_do("update", connector_resource, connector);
    return decode_answer(what,
                         call_added({what, "PATCH", object_path(connector_resource, connector.id), changes}),
                         model::decode_connector);
}

void Client::delete_connector(const ObjectReference& connector) {
    call({to_do("delete", connector_resource, connector), "DELETE",
          object_path(connector_resource, connector.id)});
}

TestOutcome Client::test_connector(const ObjectReference& connector) {
    return test(to_test(connector_resource, connector),
                object_path(connector_resource, connector.id, "/test"));
}

void Client::list_datasources(const std::string& project_id, const Each<model::Datasource>& each) {
    list("cannot list the datasources", list_path(project_id, datasource_resource), model::decode_datasource,
         each);
}

model::Datasource Client::get_datasource(const std::string& id) {
    return fetch({to_get(datasource_resource, id), "GET", object_path(datasource_resource, id)},
                 model::decode_datasource);
}

model::Datasource Client::create_datasource(const std::string& project_id,
                                            const model::Datasource& datasource) {
    return fetch(
        {to_create(datasource_resource, datasource.name), "POST", list_path(project_id, datasource_resource),
         model::encode_request(datasource), Repeat::if_not_sent},
        model::decode_datasource);
}

model::Datasource Client::update_datasource(const ObjectReference& datasource, const std::string& changes) {
    const auto what = to_do("update", datasource_resource, datasource);
    return decode_answer(
        what, call_added({what, "PATCH", object_path(datasource_resource, datasource.id), changes}),
        model::decode_datasource);
}

void Client::delete_datasource(const ObjectReference& datasource) {
    call({to_do("delete", datasource_resource, datasource), "DELETE",
          object_path(datasource_resource, datasource.id)});
}

TestOutcome Client::test_datasource(const ObjectReference& datasource) {
    return test(to_test(datasource_resource, datasource),
                object_path(datasource_resource, datasource.id, "/test"));
}

model::Sample Client::preview_datasource(const ObjectReference& datasource, int limit) {
    const auto what = to_do("preview", datasource_resource, datasource);
    const auto path = object_path(datasource_resource, datasource.id, fmt::format("/sample?limit={}", limit));
    return decode_answer(what, call_added({what, "GET", path}), model::decode_sample);
}

void Client::read_datasource(const ObjectReference& datasource, transport::BodySink& sink) {
    call_added({to_do("read", datasource_resource, datasource),
                "GET",
                object_path(datasource_resource, datasource.id, "/content"),
                {},
                Repeat::safe,
                &sink});
}

void Client::list_datasets(const std::string& project_id, const Each<model::Dataset>& each) {
    list("cannot list the datasets", list_path(project_id, dataset_resource), model::decode_dataset, each);
}

model::Dataset Client::get_dataset(const std::string& id) {
    return fetch({to_get(dataset_resource, id), "GET", object_path(dataset_resource, id)},
                 model::decode_dataset);
}

model::Dataset Client::create_dataset(const std::string& project_id, const std::string& name,
                                      const std::string& datasource_id) {
    return fetch(
        {to_create(dataset_resource, name), "POST", list_path(project_id, dataset_resource, "/data-source"),
         model::encode_snapshot_request(name, datasource_id), Repeat::if_not_sent},
        model::decode_dataset);
}

void Client::delete_dataset(const ObjectReference& dataset) {
    call({to_do("delete", dataset_resource, dataset), "DELETE", object_path(dataset_resource, dataset.id)});
}

model::Sample Client::sample_dataset(const ObjectReference& dataset, int limit) {
    const auto what = to_do("show the first rows of", dataset_resource, dataset);
    const auto path = object_path(dataset_resource, dataset.id, fmt::format("/sample?limit={}", limit));
    return decode_answer(what, call({what, "GET", path}), model::decode_sample);
}

void Client::download_dataset(const ObjectReference& dataset, const std::string& extension,
                              transport::BodySink& sink) {
    call({to_do("download", dataset_resource, dataset),
          "GET",
          object_path(dataset_resource, dataset.id, "/download?extension=" + percent_encode(extension)),
          {},
          Repeat::safe,
          &sink});
}

}  // namespace prevision::api
