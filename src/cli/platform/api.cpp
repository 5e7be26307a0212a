#include <algorithm>

#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/output_sink.hpp"
#include "cli/platform/api_call.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

/// The id in an answer of any shape; of a text the text itself.
std::string id_of(const rapidjson::Value& value) {
    return value.IsString() ? std::string(value.GetString(), value.GetStringLength())
                            : model::get_text(value, "_id");
}

void check_format(render::Format format) {
    if (format == render::Format::table || !render::traits(format).cells) return;
    throw Error(ErrorClass::usage, "api: an answer has no columns, which csv and tsv need",
                "--output is json, jsonl, yaml or id");
}

/// On a terminal: indented when it is JSON.
void show_to_people(const std::string& body, Services& services) {
    std::string text;
    try {
        text = render::pretty_json(body);
    } catch (const Error&) {
        text = render::printable(body);
    }
    if (!body.empty()) services.io().out.write(text + "\n");
}

/// In the format that was asked for.
void show_document(const api::Client::AnyCall& call, const std::string& document, Services& services) {
    const auto fail = [&](const std::string& why) {
        return Error(ErrorClass::invalid,
                     fmt::format("{} {}: {}", call.method, call.path.substr(0, call.path.find('?')), why),
                     "without --output the answer is written as it came");
    };
    render::Row row{.id = {}, .cells = {}, .document = document};
    try {
        row.id = id_of(model::parse_json(row.document));
    } catch (const Error&) {
        throw fail("the answer is not JSON");
    }
    const auto settings = services.render_settings();
    if (settings.format == render::Format::id && row.id.empty()) throw fail("the answer has no _id");
    render::render_object({}, row, settings, services.io().out);
}

/// The status and the headers, as curl -i shows them.
std::string head_of(const transport::Response& response) {
    auto text = fmt::format("HTTP {}\n", response.status);
    for (const auto& header : response.headers) text += fmt::format("{}: {}\n", header.name, header.value);
    return text + "\n";
}

/// A header that occurs several times has a list.
std::string head_document(const transport::Response& response) {
    model::JsonObject headers;
    const auto& all = response.headers;
    for (auto header = all.begin(); header != all.end(); ++header) {
        const auto is_same = [&](const transport::Header& other) {
            return equal_ignoring_case(other.name, header->name);
        };
        if (std::any_of(all.begin(), header, is_same)) continue;
        model::JsonArray values;
        for (const auto& other : all) {
            if (is_same(other)) values.text(other.value);
        }
        if (std::ranges::count_if(all, is_same) > 1)
            headers.json(header->name, values.finish());
        else
            headers.text(header->name, header->value);
    }
    return model::JsonObject().value("status", response.status).json("headers", headers.finish()).finish();
}

/// An answer that was held, of any status. One without a body is `null` as a document; of HEAD it is the head.
void show_answer(const api::Client::AnyCall& call, const transport::Response& response, bool with_head,
                 Services& services) {
    const auto settings = services.render_settings();
    auto& out = services.io().out;
    if (settings.format != render::Format::table) {
        const auto body = response.body.empty() ? "null" : response.body;
        show_document(call, call.method == "HEAD" ? head_document(response) : body, services);
        return;
    }
    if (with_head) {
        OutputSink sink(services.io());
        sink.write(head_of(response));
        sink.finish();
    }
    if (settings.terminal) {
        show_to_people(response.body, services);
    } else {
        out.write(response.body);
    }
}

/// The body of an answer that is not a success says what the API has against the call. Where a document was asked for,
/// only a document is shown.
void show_failure(const api::Client::AnyCall& call, const transport::Response& response, bool with_head,
                  Services& services) {
    if (services.options().format() == render::Format::id) return;
    try {
        show_answer(call, response, with_head, services);
    } catch (const Error&) {
        return;  // not JSON
    }
    services.io().out.flush();
}

void show_pages(const api::Client::AnyCall& call, Services& services) {
    auto settings = services.render_settings();
    if (settings.format == render::Format::table) settings.format = render::Format::json;
    const auto renderer = render::make_list_renderer({}, settings, services.io().out);
    const auto take = [&](const std::string& item) {
        renderer->add({.id = id_of(model::parse_json(item)), .cells = {}, .document = item});
        return true;
    };
    bool is_begun = false;
    render::show_all(*renderer, [&] {
        services.client().list_any(
            call.path,
            [&](const std::string& item) {
                is_begun = true;
                return take(item);
            },
            [&](const transport::Response& response) {
                // In the middle of a document there is no room for another one.
                if (!is_begun) show_failure(call, response, false, services);
            });
    });
}

void run_api(const ApiOptions& options, Services& services) {
    const auto settings = services.render_settings();
    check_format(settings.format);
    auto call = to_call(options, services);
    if (options.include && (options.paginate || settings.format != render::Format::table))
        throw Error(ErrorClass::usage,
                    "--include shows one answer as it came: not with --paginate or --output");
    if (options.paginate) {
        if (call.method != "GET" || !call.body.empty())
            throw Error(ErrorClass::usage, "--paginate: only a GET has pages");
        show_pages(call, services);
        return;
    }
    const bool with_head = options.include || call.method == "HEAD";
    const bool streams = settings.format == render::Format::table && !settings.terminal && !with_head;
    OutputSink sink(services.io());
    if (streams) call.sink = &sink;
    const auto response = services.client().call_any(call);
    if (!api::is_success(response.status)) {
        show_failure(call, response, with_head, services);
        throw services.client().error_of(call, response);
    }
    if (streams) {
        sink.finish();
    } else {
        show_answer(call, response, with_head, services);
    }
}

}  // namespace

void add_api(Command& root, Services& services) {
    auto command = root.subcommand("api", "Make any call of the platform's API");
    auto& options = command.keep<ApiOptions>();
    command.argument("METHOD", options.method, "GET, POST, PATCH, DELETE, ...", true,
                     {.suggestions = {"GET", "POST", "PATCH", "DELETE"}});
    command.argument("PATH", options.path, "The path below /ext/v1, such as /projects", true,
                     {.suggestions = {"/version", "/profile", "/projects", "/events"}});
    command.option(
        "-f,--field", options.fields,
        "A field of the body, as a text; of the query where there is no body or --input. A name that is "
        "given again makes a list",
        {.value = "NAME=VALUE"});
    command.option(
        "-F,--typed-field", options.typed_fields,
        "The same; a number, true, false and null are sent as such, @FILE is the file's text, @- stdin",
        {.value = "NAME=VALUE"});
    command.option("--input", options.input, "A file to send as the body; - is stdin",
                   {.value = "FILE", .completes = Completes::file});
    command.option("-H,--http-header", options.headers, "A header to send", {.value = "'NAME: VALUE'"});
    command.flag("-i,--include", options.include, "Show the answer's status and headers before its body");
    command.flag("--paginate", options.paginate, "Get all pages of a list, as one array of its items");
    command.detail(
        "In a pipe the answer is written as it came; with --output json, jsonl, yaml or id it is read "
        "first. The body of an error is written too, and the exit code is the error's.");
    command.example("prevision api GET /version");
    command.example("prevision api GET /projects --paginate -o jsonl");
    command.example("prevision api GET /projects -F rowsPerPage=5");
    command.example("prevision api POST /projects --field name=churn --field 'color=#3C6DF0'");
    command.action([&options, &services] { run_api(options, services); });
}

}  // namespace prevision::cli
