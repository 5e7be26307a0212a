#include "model/codec.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "model/json_parts.hpp"
#include "model/object_text.hpp"

namespace prevision::model {

namespace {

constexpr std::array<std::string_view, 6> connector_options{"engine", "region",   "addressing",
                                                            "tls",    "host_key", "mode"};

void write_options(ObjectText& object, const Connector& connector) {
    for (const auto& [name, value] : connector.options) object.text_if_set(name, value);
}

/// A row of a sample from its values' spellings: numbers keep theirs. A row that is too short is filled with
/// null.
void add_row(Sample& sample, const std::vector<std::string_view>& values) {
    auto& cells = sample.rows.emplace_back();
    ObjectText object;
    for (std::size_t i = 0; i < sample.columns.size(); ++i) {
        const auto value = i < values.size() ? values[i] : "null";
        cells.push_back(value.starts_with('"') ? scalar_text(parse_json(value))
                        : value == "null"      ? std::nullopt
                                               : std::optional(std::string(value)));
        object.json(sample.columns[i], value);
    }
    sample.documents.push_back(object.finish());
}

/// A connector as it was sent, but for secrets: no answer should hold one, and none is shown.
std::string without_secrets(std::string_view text) {
    constexpr std::array<std::string_view, 3> secrets{"password", "googleCredentials", "private_key"};
    const auto members = split_object(text).value();
    const auto is_secret = [&](const JsonMember& member) {
        return std::ranges::find(secrets, member.name) != secrets.end() && member.value != "null";
    };
    if (std::ranges::none_of(members, is_secret)) return std::string(text);
    ObjectText object;
    for (const auto& member : members) {
        if (!is_secret(member)) object.json(member.name, member.value);
    }
    return object.finish();
}

}  // namespace

bool is_connector_option(std::string_view name) {
    return std::ranges::find(connector_options, name) != connector_options.end();
}

Project decode_project(std::string_view text) {
    const auto object = parse_json_object(text);
    return {.id = get_text(object, "_id"),
            .name = get_text(object, "name"),
            .description = get_text(object, "description"),
            .color = get_text(object, "color"),
            .created_at = get_text(object, "created_at"),
            .document = std::string(text)};
}

Connector decode_connector(std::string_view text) {
    const auto object = parse_json_object(text);
    Connector connector{.id = get_text(object, "_id"),
                        .project_id = get_text(object, "project_id"),
                        .type = get_text(object, "type"),
                        .name = get_text(object, "name"),
                        .host = get_text(object, "host"),
                        .port = std::nullopt,
                        .username = get_text(object, "username"),
                        .password = Secret(get_text(object, "password")),
                        .google_credentials = {},
                        .private_key = Secret(get_text(object, "private_key")),
                        .options = {},
                        .created_at = get_text(object, "created_at"),
                        .document = without_secrets(text)};
    if (const auto port = get_integer(object, "port")) {
        // What no port can be stays out of range, for the check that names the field.
        connector.port = static_cast<int>(std::clamp<std::int64_t>(*port, -1, 65536));
    }
    if (const auto* credentials = find_member(object, "googleCredentials")) {
        connector.google_credentials = Secret(scalar_text(*credentials).value_or(""));
    }
    for (const auto name : connector_options) {
        if (auto value = get_text(object, name); !value.empty())
            connector.options.emplace(name, std::move(value));
    }
    return connector;
}

Entry decode_entry(std::string_view text) {
    const auto object = parse_json_object(text);
    return {.name = get_text(object, "name"),
            .path = get_text(object, "path"),
            .kind = get_text(object, "kind"),
            .size = get_count(object, "size"),
            .modified = get_text(object, "modified"),
            .detail = get_text(object, "detail"),
            .document = std::string(text)};
}

TestResult decode_test_result(std::string_view text) {
    TestResult result;
    if (trim(text).empty()) return result;
    const auto document = parse_json(text);
    result.ok = get_boolean(document, "ok").value_or(true);
    result.message = get_text(document, "message");
    const auto* stages = find_member(document, "stages");
    if (stages == nullptr || !stages->IsArray()) return result;
    for (const auto& stage : stages->GetArray()) {
        const auto* milliseconds = find_member(stage, "ms");
        result.stages.push_back({.stage = get_text(stage, "stage"),
                                 .ok = get_boolean(stage, "ok").value_or(true),
                                 .milliseconds = milliseconds != nullptr && milliseconds->IsNumber()
                                                     ? milliseconds->GetDouble()
                                                     : 0,
                                 .message = get_text(stage, "message")});
    }
    return result;
}

Sample decode_sample(std::string_view text) {
    const auto document = parse_json_object(text);
    Sample sample;
    if (const auto* columns = find_member(document, "columns"); columns != nullptr && columns->IsArray()) {
        for (const auto& column : columns->GetArray()) {
            sample.columns.push_back(column.IsObject() ? get_text(column, "name")
                                                       : scalar_text(column).value_or(""));
            if (!column.IsObject() || get_text(column, "type").empty()) continue;
            sample.schema.push_back({.name = sample.columns.back(),
                                     .type = get_text(column, "type"),
                                     .nullable = get_boolean(column, "nullable").value_or(true)});
        }
    }
    const auto rows = find_value(split_object(text).value(), "rows");
    for (const auto row : split_array(rows.value_or("[]")).value_or(std::vector<std::string_view>()))
        add_row(sample, split_array(row).value_or(std::vector<std::string_view>()));
    return sample;
}

Failure decode_failure(std::string_view text) {
    Failure failure;
    try {
        const auto document = parse_json_object(text);
        failure.error_class = get_text(document, "class");
        failure.hint = get_text(document, "hint");
        const auto* message = find_member(document, "message");
        if (message != nullptr && message->IsArray()) {
            std::vector<std::string> parts;
            for (const auto& part : message->GetArray()) parts.push_back(scalar_text(part).value_or(""));
            failure.message = join(parts, "; ");
        } else {
            failure.message = get_text(document, "message");
        }
        if (failure.message.empty()) failure.message = get_text(document, "error");
    } catch (const Error&) {
        // HTML from a proxy, or nothing: the status alone has to tell.
        failure = {};
    }
    return failure;
}

std::string encode_request(const Project& project) {
    return ObjectText()
        .text("name", project.name)
        .text("description", project.description)
        .text("color", project.color)
        .finish();
}

std::string encode_request(const Connector& connector) {
    ObjectText object;
    object.text("type", connector.type).text("name", connector.name);
    if (connector.type == "GCP") {
        if (!connector.google_credentials.empty()) {
            const auto credentials = parse_json_object(connector.google_credentials.reveal());
            credentials.Accept(object.member("googleCredentials"));
        }
    } else {
        object.text("host", connector.host)
            .number_or_null("port", connector.port)
            .text("username", connector.username);
        if (!connector.password.empty()) object.text("password", connector.password.reveal());
        if (!connector.private_key.empty()) object.text("private_key", connector.private_key.reveal());
    }
    write_options(object, connector);
    return object.finish();
}

std::string encode_answer(const Project& project) {
    return ObjectText()
        .text("_id", project.id)
        .text("name", project.name)
        .text("description", project.description)
        .text("color", project.color)
        .text("created_at", project.created_at)
        .finish();
}

std::string encode_answer(const Connector& connector) {
    ObjectText object;
    object.text("_id", connector.id)
        .text("project_id", connector.project_id)
        .text("type", connector.type)
        .text("name", connector.name)
        .text_or_null("host", connector.host)
        .number_or_null("port", connector.port)
        .text_or_null("username", connector.username);
    write_options(object, connector);
    return object.text("created_at", connector.created_at).finish();
}

std::string encode_answer(const Entry& entry) {
    return ObjectText()
        .text("name", entry.name)
        .text("path", entry.path)
        .text("kind", entry.kind)
        .number_or_null("size", entry.size)
        .text_or_null("modified", entry.modified)
        .text_or_null("detail", entry.detail)
        .finish();
}

std::string encode_answer(const TestResult& result) {
    ObjectText object;
    object.member("ok").Bool(result.ok);
    object.text("message", result.message);
    auto& stages = object.member("stages");
    stages.StartArray();
    for (const auto& stage : result.stages) {
        stages.StartObject();
        write_text(stages, "stage", stage.stage);
        stages.Key("ok");
        stages.Bool(stage.ok);
        stages.Key("ms");
        stages.Double(stage.milliseconds);
        write_text(stages, "message", stage.message);
        stages.EndObject();
    }
    stages.EndArray();
    return object.finish();
}

std::string encode_answer(const Sample& sample) {
    ObjectText object;
    auto& writer = object.member("columns");
    writer.StartArray();
    const bool typed = sample.schema.size() == sample.columns.size();
    for (std::size_t i = 0; i < sample.columns.size(); ++i) {
        writer.StartObject();
        write_text(writer, "name", sample.columns[i]);
        if (typed) {
            write_text(writer, "type", sample.schema[i].type);
            writer.Key("nullable");
            writer.Bool(sample.schema[i].nullable);
        }
        writer.EndObject();
    }
    writer.EndArray();
    writer.Key("rows");
    writer.StartArray();
    for (const auto& row : sample.rows) {
        writer.StartArray();
        for (const auto& cell : row) {
            if (cell) {
                writer.String(*cell);
            } else {
                writer.Null();
            }
        }
        writer.EndArray();
    }
    writer.EndArray();
    return object.finish();
}

std::string encode_answer(const Failure& failure, int status) {
    ObjectText object;
    object.member("status").Int(status);
    return object.text("message", failure.message)
        .text_if_set("class", failure.error_class)
        .text_if_set("hint", failure.hint)
        .finish();
}

}  // namespace prevision::model
