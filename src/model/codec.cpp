#include "model/codec.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json.hpp"

namespace prevision::model {

namespace {

constexpr std::array<std::string_view, 6> connector_options{"engine", "region",   "addressing",
                                                            "tls",    "host_key", "mode"};

/// Builds one JSON object and hands out its text.
class ObjectText {
  public:
    ObjectText() : writer_(buffer_) { writer_.StartObject(); }

    ObjectText& text(std::string_view name, std::string_view value) {
        write_text(writer_, name, value);
        return *this;
    }
    ObjectText& text_or_null(std::string_view name, std::string_view value) {
        write_text_or_null(writer_, name, value);
        return *this;
    }
    ObjectText& text_if_set(std::string_view name, std::string_view value) {
        if (!value.empty()) write_text(writer_, name, value);
        return *this;
    }
    JsonWriter& member(std::string_view name) {
        writer_.Key(name.data(), static_cast<rapidjson::SizeType>(name.size()));
        return writer_;
    }
    template <typename Number>
    ObjectText& number_or_null(std::string_view name, const std::optional<Number>& value) {
        auto& writer = member(name);
        if (!value) {
            writer.Null();
        } else if constexpr (std::is_signed_v<Number>) {
            writer.Int64(*value);
        } else {
            writer.Uint64(*value);
        }
        return *this;
    }
    std::string finish() {
        writer_.EndObject();
        return {buffer_.GetString(), buffer_.GetSize()};
    }

  private:
    rapidjson::StringBuffer buffer_;
    JsonWriter writer_;
};

std::optional<std::uint64_t> get_count(const rapidjson::Value& object, std::string_view name) {
    const auto value = get_integer(object, name);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*value);
}

void write_options(ObjectText& object, const Connector& connector) {
    for (const auto& [name, value] : connector.options) object.text_if_set(name, value);
}

void write_location(ObjectText& object, const Datasource& datasource) {
    object.text_or_null("path", datasource.path)
        .text_or_null("database", datasource.database)
        .text_or_null("table", datasource.table)
        .text_or_null("bucket", datasource.bucket)
        .text_or_null("request", datasource.request)
        .text_or_null("g_cloud", datasource.g_cloud);
}

}  // namespace

bool Dataset::failed() const {
    return copy_state == "failed" || describe_state == "failed" || drift_state == "failed";
}

bool Dataset::done() const {
    return copy_state == "done" && describe_state == "done" && drift_state == "done";
}

bool is_connector_option(std::string_view name) {
    return std::ranges::find(connector_options, name) != connector_options.end();
}

Project decode_project(const rapidjson::Value& object) {
    return {.id = get_text(object, "_id"),
            .name = get_text(object, "name"),
            .description = get_text(object, "description"),
            .color = get_text(object, "color"),
            .created_at = get_text(object, "created_at"),
            .document = write_json(object)};
}

Connector decode_connector(const rapidjson::Value& object) {
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
                        .document = write_json(object)};
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

Datasource decode_datasource(const rapidjson::Value& object) {
    return {.id = get_text(object, "_id"),
            .project_id = get_text(object, "project_id"),
            .connector_id = get_text(object, "connector_id"),
            .name = get_text(object, "name"),
            .path = get_text(object, "path"),
            .database = get_text(object, "database"),
            .table = get_text(object, "table"),
            .bucket = get_text(object, "bucket"),
            .request = get_text(object, "request"),
            .g_cloud = get_text(object, "g_cloud"),
            .created_at = get_text(object, "created_at"),
            .document = write_json(object)};
}

Dataset decode_dataset(const rapidjson::Value& object) {
    Dataset dataset{.id = get_text(object, "_id"),
                    .project_id = get_text(object, "project_id"),
                    .name = get_text(object, "name"),
                    .datasource_id = get_text(object, "datasource_id"),
                    .copy_state = get_text(object, "copy_state"),
                    .describe_state = get_text(object, "describe_state"),
                    .drift_state = get_text(object, "drift_state"),
                    .embeddings_state = get_text(object, "embeddings_state"),
                    .separator = get_text(object, "separator"),
                    .file_type = get_text(object, "file_type"),
                    .rows = get_count(object, "rows"),
                    .bytes = get_count(object, "bytes"),
                    .sha256 = get_text(object, "sha256"),
                    .schema = {},
                    .message = get_text(object, "message"),
                    .error_class = get_text(object, "error_class"),
                    .created_at = get_text(object, "created_at"),
                    .document = write_json(object)};
    if (const auto* schema = find_member(object, "schema"); schema != nullptr && schema->IsArray()) {
        for (const auto& column : schema->GetArray()) {
            dataset.schema.push_back({.name = get_text(column, "name"),
                                      .type = get_text(column, "type"),
                                      .nullable = get_boolean(column, "nullable").value_or(true)});
        }
    }
    return dataset;
}

Entry decode_entry(const rapidjson::Value& object) {
    return {.name = get_text(object, "name"),
            .path = get_text(object, "path"),
            .kind = get_text(object, "kind"),
            .size = get_count(object, "size"),
            .modified = get_text(object, "modified"),
            .detail = get_text(object, "detail"),
            .document = write_json(object)};
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
    sample.document = write_json(document);
    if (const auto* columns = find_member(document, "columns"); columns != nullptr && columns->IsArray()) {
        for (const auto& column : columns->GetArray()) {
            sample.columns.push_back(column.IsObject() ? get_text(column, "name")
                                                       : scalar_text(column).value_or(""));
        }
    }
    if (const auto* rows = find_member(document, "rows"); rows != nullptr && rows->IsArray()) {
        for (const auto& row : rows->GetArray()) {
            auto& cells = sample.rows.emplace_back();
            if (!row.IsArray()) continue;
            for (const auto& cell : row.GetArray()) cells.push_back(scalar_text(cell));
        }
    }
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

std::string encode_request(const Datasource& datasource) {
    ObjectText object;
    object.text("connector_id", datasource.connector_id).text("name", datasource.name);
    write_location(object, datasource);
    return object.finish();
}

std::string encode_snapshot_request(const std::string& name, const std::string& datasource_id) {
    return ObjectText().text("name", name).text("datasource_id", datasource_id).finish();
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

std::string encode_answer(const Datasource& datasource) {
    ObjectText object;
    object.text("_id", datasource.id)
        .text("project_id", datasource.project_id)
        .text("connector_id", datasource.connector_id)
        .text("name", datasource.name);
    write_location(object, datasource);
    return object.text("created_at", datasource.created_at).finish();
}

std::string encode_answer(const Dataset& dataset) {
    ObjectText object;
    object.text("_id", dataset.id)
        .text("project_id", dataset.project_id)
        .text("name", dataset.name)
        .text_or_null("datasource_id", dataset.datasource_id)
        .text("copy_state", dataset.copy_state)
        .text("describe_state", dataset.describe_state)
        .text("drift_state", dataset.drift_state)
        .text("embeddings_state", dataset.embeddings_state)
        .text_or_null("separator", dataset.separator)
        .text_or_null("file_type", dataset.file_type)
        .number_or_null("rows", dataset.rows)
        .number_or_null("bytes", dataset.bytes)
        .text_or_null("sha256", dataset.sha256);
    auto& schema = object.member("schema");
    schema.StartArray();
    for (const auto& column : dataset.schema) {
        schema.StartObject();
        write_text(schema, "name", column.name);
        write_text(schema, "type", column.type);
        schema.Key("nullable");
        schema.Bool(column.nullable);
        schema.EndObject();
    }
    schema.EndArray();
    return object.text_if_set("message", dataset.message)
        .text_if_set("error_class", dataset.error_class)
        .text("created_at", dataset.created_at)
        .finish();
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
    for (const auto& column : sample.columns) {
        writer.StartObject();
        write_text(writer, "name", column);
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
