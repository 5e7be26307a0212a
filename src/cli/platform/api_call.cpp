#include "cli/platform/api_call.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "core/file.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t input_limit = std::size_t{64} << 20U;

std::string to_upper(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return text;
}

/// "name=value" → both; only the first '=' counts.
std::pair<std::string, std::string> parse_field(std::string_view flag, const std::string& field) {
    const auto equals = field.find('=');
    if (equals == std::string::npos || equals == 0)
        throw Error(ErrorClass::usage, fmt::format("{}: '{}' is not of the form NAME=VALUE", flag, field));
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

/// The fields of a call, each name once, in the order in which they were given: their values as JSON texts.
using Values = std::vector<std::pair<std::string, std::vector<std::string>>>;

bool is_json_number(const std::string& text) {
    if (text.empty() || text != trim(text)) return false;
    try {
        return model::parse_json(text).IsNumber();
    } catch (const Error&) {
        return false;
    }
}

/// A typed value as JSON: a number, a boolean, null, the text of @FILE, or else a text.
std::string typed_value(const std::string& text, Services& services) {
    if (text == "true" || text == "false" || text == "null" || is_json_number(text)) return text;
    if (!text.starts_with('@')) return model::json_text(text);
    const auto content =
        text == "@-" ? services.io().in.read_all(input_limit) : read_file(text.substr(1), input_limit);
    if (!is_utf8(content)) {
        throw Error(ErrorClass::usage, fmt::format("--typed-field: {} is not UTF-8 text", text.substr(1)),
                    "JSON holds text only; --input sends a file's bytes as the body");
    }
    return model::json_text(content);
}

void check_sources(const ApiOptions& options) {
    int from_stdin = options.input == "-" ? 1 : 0;
    for (const auto& field : options.typed_fields) {
        const auto value = parse_field("--typed-field", field).second;
        if (value == "@")
            throw Error(ErrorClass::usage,
                        fmt::format("--typed-field: '{}': a file's name is missing", field));
        if (value == "@-") ++from_stdin;
    }
    if (from_stdin > 1)
        throw Error(ErrorClass::usage, "api: stdin is named twice, and can be read only once");
}

Values read_fields(const ApiOptions& options, Services& services) {
    Values values;
    const auto add = [&](const std::string& name, std::string value) {
        auto found = std::ranges::find(values, name, &Values::value_type::first);
        if (found == values.end()) found = values.insert(found, {name, {}});
        found->second.push_back(std::move(value));
    };
    for (const auto& field : options.fields) {
        const auto [name, value] = parse_field("--field", field);
        add(name, model::json_text(value));
    }
    for (const auto& field : options.typed_fields) {
        const auto [name, value] = parse_field("--typed-field", field);
        add(name, typed_value(value, services));
    }
    return values;
}

std::string as_query(const Values& values, const std::string& path) {
    std::string query;
    for (const auto& [name, list] : values) {
        for (const auto& value : list) {
            const bool first = query.empty() && path.find('?') == std::string::npos;
            const auto text = value.starts_with('"') ? *model::scalar_text(model::parse_json(value)) : value;
            query += fmt::format("{}{}={}", first ? '?' : '&', percent_encode(name), percent_encode(text));
        }
    }
    return query;
}

/// A name that was given several times has a list.
std::string as_json(const Values& values) {
    model::JsonObject object;
    for (const auto& [name, list] : values) {
        model::JsonArray array;
        for (const auto& value : list) array.json(value);
        object.json(name, list.size() == 1 ? list.front() : array.finish());
    }
    return object.finish();
}

}  // namespace

api::Client::AnyCall to_call(const ApiOptions& options, Services& services) {
    api::Client::AnyCall call{
        .method = to_upper(options.method), .path = parse_path(options.path), .headers = {}, .body = {}};
    const bool is_token =
        !call.method.empty() && std::ranges::all_of(call.method, [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!is_token) throw Error(ErrorClass::usage, fmt::format("api: '{}' is not a method", options.method));
    check_sources(options);
    for (const auto& line : options.headers) call.headers.push_back(parse_header(line));
    if (options.input) {
        call.body = *options.input == "-" ? services.io().in.read_all(input_limit)
                                          : read_file(*options.input, input_limit);
    }
    const auto values = read_fields(options, services);
    const bool has_no_body = call.method == "GET" || call.method == "HEAD" || call.method == "DELETE";
    if (options.input || has_no_body) {
        call.path += as_query(values, call.path);
    } else if (!values.empty()) {
        call.body = as_json(values);
    }
    return call;
}

}  // namespace prevision::cli
