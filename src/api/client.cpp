#include "api/client.hpp"

#include <tuple>
#include <type_traits>

#include <fmt/format.h>

#include "api/decode_answer.hpp"
#include "api/form_upload.hpp"
#include "api/seen_items.hpp"
#include "core/id.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "model/json_parts.hpp"
#include "model/list_page.hpp"

namespace prevision::api {

namespace {

/// How the platform names a kind of object in its paths, and we in messages.
template <typename Object>
struct Resource {
    std::string_view noun;
    std::string_view path;
    Object (*decode)(const model::JsonText& json);
};
template <typename Object>
constexpr Resource<Object> resource;
template <>
constexpr Resource<model::Project> resource<model::Project>{"project", "projects", model::decode_project};
template <>
constexpr Resource<model::Connector> resource<model::Connector>{"connector", "connectors",
                                                                model::decode_connector};
template <>
constexpr Resource<model::Datasource> resource<model::Datasource>{"datasource", "data-sources",
                                                                  model::decode_datasource};
template <>
constexpr Resource<model::Dataset> resource<model::Dataset>{"dataset", "datasets", model::decode_dataset};
template <>
constexpr Resource<model::Exporter> resource<model::Exporter>{"exporter", "exporters",
                                                              model::decode_exporter};
template <>
constexpr Resource<model::Export> resource<model::Export>{"export", "exports", model::decode_export};

template <typename Object>
std::string object_path(const std::string& id, std::string_view below = {}) {
    return fmt::format("/{}/{}{}", resource<Object>.path, percent_encode(id), below);
}

template <typename Object>
std::string list_path(const std::string& project_id) {
    if constexpr (std::is_same_v<Object, model::Project>) return "/projects";
    return fmt::format("/projects/{}/{}", percent_encode(project_id), resource<Object>.path);
}

/// "cannot delete the connector 'shop'".
template <typename Object>
std::string to_do(std::string_view verb, const ObjectReference& object) {
    return fmt::format("cannot {} the {} {}", verb, resource<Object>.noun, describe(object));
}

/// The id of an object by its text.
std::string id_of(std::string_view text) {
    if (!text.starts_with('{')) throw Error(ErrorClass::invalid, "invalid JSON: an object is expected");
    std::string id;
    model::for_each_member(text, [&](std::string_view name, std::string_view value) {
        if (name != "_id") return true;
        id = model::text_of(value);
        return false;
    });
    return id;
}

/// Whether the platform has made sure that the name is unique.
bool has_checked_name(const transport::Response& response) {
    return transport::find_header(response.headers, "Prevision-Unique-Name") == "true";
}

Error taken(const std::string& what, const std::string& id) {
    return Error(ErrorClass::conflict, fmt::format("{}: that name is taken by {}", what, id),
                 "choose another name");
}

}  // namespace

template <typename Object>
std::string_view noun_of() {
    return resource<Object>.noun;
}

std::string describe(const ObjectReference& object) {
    const bool by_id = object.name.empty() && !object.id.empty();
    return by_id ? object.id : fmt::format("'{}'", object.name);
}

template <typename Object>
Object Client::fetch(const Call& request) {
    return decode_answer(request.what, call(request), resource<Object>.decode);
}

template <typename Object>
void Client::list_at(const std::string& path, const Each<Object>& each) {
    const auto what = fmt::format("cannot list the {}s", resource<Object>.noun);
    list_pages(what, path, [&](std::string_view item, SeenItems& seen) {
        auto object =
            decode_answer(what, item, [](std::string_view text) { return resource<Object>.decode(text); });
        return !seen.add(object.id, object.document) || each(std::move(object));
    });
}

template <typename Object>
void Client::list(const std::string& project_id, const Each<Object>& each) {
    list_at(list_path<Object>(project_id), each);
}

template <typename Object>
void Client::list_ids(const std::string& project_id, const Each<std::string>& each) {
    const auto what = fmt::format("cannot list the {}s", resource<Object>.noun);
    list_pages(what, list_path<Object>(project_id) + "?fields=_id",
               [&](std::string_view item, SeenItems& seen) {
                   auto id = decode_answer(what, item, id_of);
                   return !seen.add(id, item) || each(std::move(id));
               });
}

template <typename Object>
void Client::list_documents(const std::string& project_id, const Each<Document>& each) {
    const auto what = fmt::format("cannot list the {}s", resource<Object>.noun);
    list_pages(what, list_path<Object>(project_id), [&](std::string_view item, SeenItems& seen) {
        auto document = decode_answer(what, item, [](std::string_view text) {
            return Document{id_of(text), std::is_same_v<Object, model::Connector>
                                             ? model::without_secrets(text)
                                             : std::string(text)};
        });
        return !seen.add(document.id, document.text) || each(std::move(document));
    });
}

template <typename Object>
void Client::list_named(const std::string& project_id, const std::string& name, const Each<Object>& each) {
    // A platform that does not know the query sends all.
    list_at<Object>(fmt::format("{}?name={}", list_path<Object>(project_id), percent_encode(name)),
                    [&](Object object) { return object.name != name || each(std::move(object)); });
}

template <typename Object>
Object Client::get(const std::string& id) {
    return fetch<Object>({to_do<Object>("get", {id}), "GET", object_path<Object>(id)});
}

/// Sends a call whose path is given below the list's. `call.what` says what failed.
template <typename Object>
Object Client::create_in(const std::string& project_id, Call call, Names names) {
    const bool unique = names == Names::unique;
    call.method = "POST";
    call.path = list_path<Object>(project_id) + call.path + (unique ? "?unique_name=true" : "");
    call.repeat = Repeat::if_not_sent;
    const auto response = send(call);
    if (!is_success(response.status)) throw to_error(call.what, response, transport_.description());
    auto created = decode_answer(call.what, response.body, resource<Object>.decode);
    if (!unique || has_checked_name(response)) return created;
    // Of objects of one name that were created at the same time, the first one stays: each client decides the same.
    const auto key = std::tie(created.created_at, created.id);
    const auto first = find_other<Object>(
        project_id, created, [&](const Object& other) { return std::tie(other.created_at, other.id) < key; });
    if (first.empty()) return created;
    remove<Object>(refer_to(created));
    throw taken(call.what, first);
}

template <typename Object>
std::string Client::find_other(const std::string& project_id, const Object& named,
                               const std::function<bool(const Object&)>& counts) {
    std::string found;
    list_named<Object>(project_id, named.name, [&](const Object& other) {
        bool reserves_name = other.id != named.id;
        if constexpr (std::is_same_v<Object, model::Dataset>)
            reserves_name = reserves_name && !other.failed();
        if (reserves_name && counts(other)) found = other.id;
        return found.empty();
    });
    return found;
}

template <typename Object>
Object Client::create(const std::string& project_id, const Object& object, Names names) {
    return create_in<Object>(project_id,
                             {.what = to_do<Object>("create", {{}, object.name}),
                              .method = {},
                              .path = {},
                              .body = model::encode_request(object)},
                             names);
}

model::Project Client::create_project(const model::Project& project, Names names) {
    return create({}, project, names);
}

template <typename Object>
std::optional<Object> Client::update_if_known(const ObjectReference& object, const std::string& changes) {
    const auto what = to_do<Object>("update", object);
    const auto body = call_if_known({what, "PATCH", object_path<Object>(object.id), changes});
    if (!body) return std::nullopt;
    return decode_answer(what, *body, resource<Object>.decode);
}

template <typename Object>
Object Client::update(const ObjectReference& object, const std::string& changes) {
    auto updated = update_if_known<Object>(object, changes);
    if (!updated) throw lacks_call(to_do<Object>("update", object));
    return std::move(*updated);
}

template <typename Object>
Object Client::rename(const std::string& project_id, const Object& object, const std::string& changes) {
    const auto what = to_do<Object>("update", refer_to(object));
    const auto response =
        send_if_known({what, "PATCH", object_path<Object>(object.id, "?unique_name=true"), changes});
    if (!response) throw lacks_call(what);
    auto renamed = decode_answer(what, response->body, resource<Object>.decode);
    if (has_checked_name(*response)) return renamed;
    const auto other = find_other<Object>(project_id, renamed, [](const Object&) { return true; });
    if (other.empty()) return renamed;
    update<Object>(refer_to(object), model::JsonObject().text("name", object.name).finish());
    throw taken(what, other);
}

template <typename Object>
void Client::remove(const ObjectReference& object) {
    call({to_do<Object>("delete", object), "DELETE", object_path<Object>(object.id)});
}

template <typename Object>
TestOutcome Client::test(const ObjectReference& object) {
    const auto what = fmt::format("the test of the {} {} failed", resource<Object>.noun, describe(object));
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

model::Dataset Client::create_dataset(const std::string& project_id, const std::string& name,
                                      const std::string& datasource_id, Names names, bool if_changed) {
    return create_in<model::Dataset>(
        project_id,
        {.what = to_do<model::Dataset>("create", {{}, name}),
         .method = {},
         .path = "/data-source",
         .body = model::encode_snapshot_request(name, datasource_id, if_changed)},
        names);
}

model::Dataset Client::upload_dataset(const std::string& project_id, const std::string& name,
                                      FormUpload& form, Names names) {
    return create_in<model::Dataset>(project_id,
                                     {.what = to_do<model::Dataset>("create", {{}, name}),
                                      .method = {},
                                      .path = "/file",
                                      .headers = {{"Content-Type", form.content_type()}},
                                      .upload = &form},
                                     names);
}

model::Export Client::export_file(const ObjectReference& exporter, FormUpload& form) {
    return fetch<model::Export>({.what = to_do<model::Exporter>("write a file through", exporter),
                                 .method = "POST",
                                 .path = object_path<model::Exporter>(exporter.id, "/file"),
                                 .repeat = Repeat::if_not_sent,
                                 .headers = {{"Content-Type", form.content_type()}},
                                 .upload = &form});
}

model::Export Client::stop_export(const std::string& id) {
    const auto what = fmt::format("cannot stop the export {}", id);
    return decode_answer(
        what, call_added({what, "PATCH", object_path<model::Export>(id), R"({"status":"failed"})"}),
        [](std::string_view body) { return model::decode_export(body); });
}

void Client::list_exports(const ObjectReference& exporter, const Each<model::Export>& each) {
    list_at<model::Export>(object_path<model::Exporter>(exporter.id, "/exports"), each);
}

std::map<std::string, std::string> Client::compare_secrets(const ObjectReference& connector,
                                                           const std::string& secrets) {
    const auto what = to_do<model::Connector>("compare the secrets of", connector);
    std::optional<std::string> body;
    try {
        body = call_if_known({what, "POST", object_path<model::Connector>(connector.id, "/compare-secrets"),
                              secrets, Repeat::if_not_sent});
    } catch (const Error& error) {
        // Platforms may lack the call, and those that have it allow it to some, and not often.
        const auto error_class = error.error_class();
        if (error_class != ErrorClass::auth && error_class != ErrorClass::not_found && error.status() != 429)
            throw;
    }
    std::map<std::string, std::string> compared;
    if (!body) return compared;
    decode_answer(what, *body, [&](std::string_view text) {
        const auto answer = model::parse_json_object(text);
        for (const auto& member : answer.GetObject())
            compared[member.name.GetString()] = model::scalar_text(member.value).value_or("");
        return 0;
    });
    return compared;
}

model::Sample Client::sample_dataset(const ObjectReference& dataset, int limit) {
    const auto what = to_do<model::Dataset>("show the first rows of", dataset);
    const auto path = object_path<model::Dataset>(dataset.id, fmt::format("/sample?limit={}", limit));
    return decode_answer(what, call({what, "GET", path}), model::decode_sample);
}

model::Export Client::run_exporter(const ObjectReference& exporter, const ObjectReference& dataset) {
    return fetch<model::Export>(
        {to_do<model::Dataset>("export", dataset),
         "POST",
         object_path<model::Exporter>(exporter.id, "/dataset/" + percent_encode(dataset.id)),
         {},
         Repeat::if_not_sent});
}

template std::string_view noun_of<model::Project>();
template std::string_view noun_of<model::Connector>();
template std::string_view noun_of<model::Datasource>();
template std::string_view noun_of<model::Dataset>();
template std::string_view noun_of<model::Exporter>();

template void Client::list<model::Project>(const std::string&, const Each<model::Project>&);
template void Client::list<model::Connector>(const std::string&, const Each<model::Connector>&);
template void Client::list<model::Datasource>(const std::string&, const Each<model::Datasource>&);
template void Client::list<model::Dataset>(const std::string&, const Each<model::Dataset>&);
template void Client::list<model::Exporter>(const std::string&, const Each<model::Exporter>&);

template void Client::list_ids<model::Project>(const std::string&, const Each<std::string>&);
template void Client::list_ids<model::Connector>(const std::string&, const Each<std::string>&);
template void Client::list_ids<model::Datasource>(const std::string&, const Each<std::string>&);
template void Client::list_ids<model::Dataset>(const std::string&, const Each<std::string>&);
template void Client::list_ids<model::Exporter>(const std::string&, const Each<std::string>&);

template void Client::list_documents<model::Project>(const std::string&, const Each<Document>&);
template void Client::list_documents<model::Connector>(const std::string&, const Each<Document>&);
template void Client::list_documents<model::Datasource>(const std::string&, const Each<Document>&);
template void Client::list_documents<model::Dataset>(const std::string&, const Each<Document>&);
template void Client::list_documents<model::Exporter>(const std::string&, const Each<Document>&);

template void Client::list_named<model::Project>(const std::string&, const std::string&,
                                                 const Each<model::Project>&);
template void Client::list_named<model::Connector>(const std::string&, const std::string&,
                                                   const Each<model::Connector>&);
template void Client::list_named<model::Datasource>(const std::string&, const std::string&,
                                                    const Each<model::Datasource>&);
template void Client::list_named<model::Dataset>(const std::string&, const std::string&,
                                                 const Each<model::Dataset>&);
template void Client::list_named<model::Exporter>(const std::string&, const std::string&,
                                                  const Each<model::Exporter>&);

template model::Project Client::get(const std::string&);
template model::Connector Client::get(const std::string&);
template model::Datasource Client::get(const std::string&);
template model::Dataset Client::get(const std::string&);
template model::Exporter Client::get(const std::string&);
template model::Export Client::get(const std::string&);

template model::Connector Client::create(const std::string&, const model::Connector&, Names);
template model::Datasource Client::create(const std::string&, const model::Datasource&, Names);
template model::Exporter Client::create(const std::string&, const model::Exporter&, Names);

template model::Project Client::update(const ObjectReference&, const std::string&);
template model::Connector Client::update(const ObjectReference&, const std::string&);
template model::Datasource Client::update(const ObjectReference&, const std::string&);
template model::Dataset Client::update(const ObjectReference&, const std::string&);
template model::Exporter Client::update(const ObjectReference&, const std::string&);
template std::optional<model::Exporter> Client::update_if_known(const ObjectReference&, const std::string&);

template model::Project Client::rename(const std::string&, const model::Project&, const std::string&);
template model::Connector Client::rename(const std::string&, const model::Connector&, const std::string&);
template model::Datasource Client::rename(const std::string&, const model::Datasource&, const std::string&);
template model::Dataset Client::rename(const std::string&, const model::Dataset&, const std::string&);
template model::Exporter Client::rename(const std::string&, const model::Exporter&, const std::string&);

template void Client::remove<model::Project>(const ObjectReference&);
template void Client::remove<model::Connector>(const ObjectReference&);
template void Client::remove<model::Datasource>(const ObjectReference&);
template void Client::remove<model::Dataset>(const ObjectReference&);
template void Client::remove<model::Exporter>(const ObjectReference&);

template TestOutcome Client::test<model::Connector>(const ObjectReference&);
template TestOutcome Client::test<model::Datasource>(const ObjectReference&);

}  // namespace prevision::api
