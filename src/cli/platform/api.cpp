#include <algorithm>

#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/output_sink.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t input_limit = std::size_t{64} << 20U;

struct ApiOptions {
    std::string method;
    std::string path;
    std::vector<std::string> fields;
    std::optional<std::string> input;
    std::vector<std::string> headers;
    bool paginate = false;
};

std::string to_upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

/// "name=value" → both; only the first '=' counts.
std::pair<std::string, std::string> parse_field(const std::string& field) {
    const auto equals = field.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error(ErrorClass::usage, fmt::format("--field: '{}' is not of the form NAME=VALUE", field));
    return {field.substr(0, equals), field.substr(equals + 1)};
}

transport::Header parse_header(const std::string& line) {
    const auto colon = line.find(':');
    if (colon == std::string::npos || colon == 0)
        throw Error(ErrorClass::usage, "--http-header: a header is not of the form 'NAME: VALUE'");
    transport::Header header{.name = line.substr(0, colon),
                             .value = std::string(trim(std::string_view(line).substr(colon + 1)))};
    if (equal_ignoring_case(header.name, "Authorization")) {
        throw Error(ErrorClass::usage, "--http-header: Authorization is the platform's token",
                    "give it in PREVISION_MASTER_TOKEN or by 'prevision login'");
    }
    return header;
}

/// Below /ext/v1, with or without that; what no path may hold raw is encoded.
std::string parse_path(const std::string& text) {
    constexpr std::string_view root = "ext/v1";
    if (text.find("://") != std::string::npos) {
        throw Error(ErrorClass::usage, fmt::format("api: '{}' is a URL, not a path", text),
                    "give the path below /ext/v1, such as /version; --url names the platform");
    }
    std::string_view path = text;
    if (path.starts_with('/')) path.remove_prefix(1);
    if (path == root || path.starts_with("ext/v1/")) path.remove_prefix(root.size());
    if (path.starts_with('/')) path.remove_prefix(1);
    std::string result = "/";
    for (const char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool raw =
            byte > 0x20 && byte < 0x7f && std::string_view("\"<>\\^`{|}#").find(c) == std::string_view::npos;
        result += raw ? std::string(1, c) : percent_encode(std::string_view(&c, 1));
    }
    return result;
}

std::string fields_as_query(const std::vector<std::string>& fields, const std::string& path) {
    std::string query;
    for (const auto& field : fields) {
        const auto [name, value] = parse_field(field);
        const bool first = query.empty() && path.find('?') == std::string::npos;
        query += fmt::format("{}{}={}", first ? '?' : '&', percent_encode(name), percent_encode(value));
    }
    return query;
}

std::string fields_as_json(const std::vector<std::string>& fields) {
    model::JsonObject object;
    for (const auto& field : fields) {
        const auto [name, value] = parse_field(field);
        object.text(name, value);
    }
    return object.finish();
}

api::Client::AnyCall to_call(const ApiOptions& options, Services& services) {
    api::Client::AnyCall call{
        .method = to_upper(options.method), .path = parse_path(options.path), .headers = {}, .body = {}};
    const bool is_token =
        !call.method.empty() && std::ranges::all_of(call.method, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_token) throw Error(ErrorClass::usage, fmt::format("api: '{}' is no method", options.method));
    for (const auto& line : options.headers) call.headers.push_back(parse_header(line));
    if (options.input) {
        call.body = *options.input == "-" ? services.io().in.read_all(input_limit)
                                          : read_file(*options.input, input_limit);
    }
    const bool has_no_body = call.method == "GET" || call.method == "HEAD" || call.method == "DELETE";
    if (options.input || has_no_body) {
        call.path += fields_as_query(options.fields, call.path);
    } else if (!options.fields.empty()) {
        call.body = fields_as_json(options.fields);
    }
    return call;
}

/// Of an answer of any shape: a name is its own id.
std::string id_of(const rapidjson::Value& value) {
    return value.IsString() ? std::string(value.GetString(), value.GetStringLength())
                            : model::get_text(value, "_id");
}

void check_format(render::Format format) {
    if (format == render::Format::table || !render::traits(format).cells) return;
    throw Error(ErrorClass::usage, "api: an answer has no columns, which csv and tsv need",
                "--output is json, jsonl, yaml or id");
}

/// On a terminal: indented where it is JSON.
void show_to_people(const std::string& body, Services& services) {
    std::string text;
    try {
        text = render::pretty_json(body);
    } catch (const Error&) {
        text = render::printable(body);
    }
    if (!body.empty()) services.io().out.write(text + "\n");
}

/// In the format that was asked for. An answer without a body is `null`.
void show_document(const api::Client::AnyCall& call, const std::string& body, Services& services) {
    const auto fail = [&](const std::string& why) {
        return Error(ErrorClass::invalid,
                     fmt::format("{} {}: {}", call.method, call.path.substr(0, call.path.find('?')), why),
                     "without --output it is written as it came");
    };
    render::Row row{.id = {}, .cells = {}, .document = body.empty() ? "null" : body};
    try {
        row.id = id_of(model::parse_json(row.document));
    } catch (const Error&) {
        throw fail("the answer is no JSON");
    }
    const auto settings = services.render_settings();
    if (settings.format == render::Format::id && row.id.empty()) throw fail("the answer has no _id");
    render::render_object({}, row, settings, services.io().out);
}

void show_pages(const std::string& path, Services& services) {
    auto settings = services.render_settings();
    if (settings.format == render::Format::table) settings.format = render::Format::json;
    const auto renderer = render::make_list_renderer({}, settings, services.io().out);
    render::show_all(*renderer, [&] {
        services.client().list_any(path, [&](const std::string& item) {
            renderer->add({.id = id_of(model::parse_json(item)), .cells = {}, .document = item});
            return true;
        });
    });
}

void run_api(const ApiOptions& options, Services& services) {
    check_format(services.options().format());
    auto call = to_call(options, services);
    if (options.paginate) {
        if (call.method != "GET" || !call.body.empty())
            throw Error(ErrorClass::usage, "--paginate: only a GET has pages");
        show_pages(call.path, services);
        return;
    }
    const auto settings = services.render_settings();
    if (settings.format != render::Format::table) {
        show_document(call, services.client().call_any(call), services);
        return;
    }
    if (settings.terminal) {
        show_to_people(services.client().call_any(call), services);
        return;
    }
    OutputSink sink(services.io());
    call.sink = &sink;
    services.client().call_any(call);
    sink.finish();
}

}  // namespace

void add_api(Command& root, Services& services) {
    auto command = root.subcommand("api", "Make any call of the platform's API");
    auto& options = command.keep<ApiOptions>();
    command.argument("METHOD", options.method, "GET, POST, PATCH, DELETE, ...", true,
                     {.suggestions = {"GET", "POST", "PATCH", "DELETE"}});
    command.argument("PATH", options.path, "The path below /ext/v1, such as /projects", true,
                     {.suggestions = {"/version", "/profile", "/projects", "/events"}});
    command.option("-f,--field", options.fields,
                   "A field of the body, as a text; of the query where there is no body or --input",
                   {.value = "NAME=VALUE"});
    command.option("--input", options.input, "A file to send as the body; - is stdin",
                   {.value = "FILE", .completes = Completes::file});
    command.option("-H,--http-header", options.headers, "A header to send", {.value = "'NAME: VALUE'"});
    command.flag("--paginate", options.paginate, "Get all pages of a list, as one array of its items");
    command.detail(
        "In a pipe the answer is written as it came; with --output json, jsonl, yaml or id it is read "
        "first.");
    command.example("prevision api GET /version");
    command.example("prevision api GET /projects --paginate -o jsonl");
    command.example("prevision api POST /projects --field name=churn --field 'color=#3C6DF0'");
    command.action([&options, &services] { run_api(options, services); });
}

}  // namespace prevision::cli
