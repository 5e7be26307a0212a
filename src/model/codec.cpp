#include "model/codec.hpp"

#include <algorithm>
#include <array>

#include "core/error.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "model/json_parts.hpp"

namespace prevision::model {

namespace {

constexpr std::array<std::string_view, 6> secret_words{"password", "passphrase",  "secret",
                                                       "token",    "credentials", "private_key"};

void write_options(JsonObject& object, const Connector& connector) {
    for (const auto& [name, value] : connector.options) object.text_if_set(name, value);
}

/// The names of columns as the keys of an object. A name that occurs again gets a number, so that no column is lost.
std::vector<std::string> unique_keys(const std::vector<std::string>& columns) {
    std::vector<std::string> keys;
    for (const auto& column : columns) {
        auto key = column;
        const auto is_taken = [&](const std::string& name) {
            return std::ranges::find(keys, name) != keys.end() ||
                   (name != column && std::ranges::find(columns, name) != columns.end());
        };
        for (int number = 2; is_taken(key); ++number) key = column + "_" + std::to_string(number);
        keys.push_back(std::move(key));
    }
    return keys;
}

/// Adds a row, its numbers spelled as they were sent. A short row is filled with null.
void add_row(Sample& sample, const std::vector<std::string>& keys,
             const std::vector<std::string_view>& values) {
    auto& cells = sample.rows.emplace_back();
    JsonObject object;
    for (std::size_t i = 0; i < sample.columns.size(); ++i) {
        const auto value = i < values.size() ? values[i] : "null";
        cells.push_back(value.starts_with('"') ? scalar_text(parse_json(value))
                        : value == "null"      ? std::nullopt
                                               : std::optional(std::string(value)));
        object.json(keys[i], value);
    }
    sample.documents.push_back(object.finish());
}

constexpr std::array<std::pair<std::string_view, std::string Connector::*>, 7> connector_texts{
    {{"_id", &Connector::id},
     {"project_id", &Connector::project_id},
     {"type", &Connector::type},
     {"name", &Connector::name},
     {"host", &Connector::host},
     {"username", &Connector::username},
     {"created_at", &Connector::created_at}}};

const auto* find_connector_text(std::string_view name) {
    return std::ranges::find(connector_texts, name, [](const auto& each) { return each.first; });
}

/// The names of most fields are known, which is seen faster than that they have none of the words.
bool is_sent_secret(std::string_view name, bool is_null) {
    return !is_null && find_connector_text(name) == connector_texts.end() && name != "port" &&
           is_secret_field(name);
}

}  // namespace

Project decode_project(const JsonText& json) {
    const auto& object = json.value();
    return {.id = get_text(object, "_id"),
            .name = get_text(object, "name"),
            .description = get_text(object, "description"),
            .color = get_text(object, "color"),
            .created_at = get_text(object, "created_at"),
            .document = std::string(json.text())};
}

std::string without_secrets(std::string_view connector) {
    const auto is_secret = [](std::string_view name, std::string_view value) {
        return is_sent_secret(name, value == "null");
    };
    bool has_secret = false;
    for_each_member(connector, [&](std::string_view name, std::string_view value) {
        has_secret = is_secret(name, value);
        return !has_secret;
    });
    if (!has_secret) return std::string(connector);
    JsonObject object;
    for_each_member(connector, [&](std::string_view name, std::string_view value) {
        if (!is_secret(name, value)) object.json(name, value);
        return true;
    });
    return object.finish();
}

Connector decode_connector(const JsonText& json) {
    Connector connector;
    for (const auto& [key, member] : json.value().GetObject()) {
        const std::string_view name(key.GetString(), key.GetStringLength());
        if (name == "port" || member.IsObject() || member.IsArray()) continue;
        auto value = scalar_text(member);
        if (!value || value->empty()) continue;
        const auto* const text = find_connector_text(name);
        if (text != connector_texts.end()) {
            connector.*text->second = std::move(*value);
        } else if (is_sent_secret(name, false)) {
            connector.secrets.emplace(name, std::move(*value));
        } else {
            connector.options.emplace(name, std::move(*value));
        }
    }
    if (const auto port = get_integer(json.value(), "port")) {
        // A number out of range stays out of range, so that the check of the field refuses it.
        connector.port = static_cast<int>(std::clamp<std::int64_t>(*port, -1, 65536));
    }
    connector.document = without_secrets(json.text());
    return connector;
}

BrowsedItem decode_browsed_item(const JsonText& json) {
    const auto& object = json.value();
    return {.name = get_text(object, "name"),
            .path = get_text(object, "path"),
            .kind = get_text(object, "kind"),
            .size = get_count(object, "size"),
            .modified = get_text(object, "modified"),
            .detail = get_text(object, "detail"),
            .document = std::string(json.text())};
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

Sample decode_sample(const JsonText& json) {
    const auto& document = json.value();
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
    const auto* rows = find_member(document, "rows");
    if (rows == nullptr || !rows->IsArray()) return sample;
    const auto keys = unique_keys(sample.columns);
    const auto texts = elements_of(*find_value(members_of(json.text()), "rows"));
    for (rapidjson::SizeType i = 0; i < rows->Size(); ++i) {
        const bool is_row = (*rows)[i].IsArray();
        add_row(sample, keys, is_row ? elements_of(texts[i]) : std::vector<std::string_view>());
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
        // HTML from a proxy, or nothing: only the status is known.
        failure = {};
    }
    return failure;
}

bool is_secret_field(std::string_view name) {
    return std::ranges::any_of(secret_words, [&](std::string_view word) {
        const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
        return std::search(name.begin(), name.end(), word.begin(), word.end(), same) != name.end();
    });
}

std::string encode_request(const Project& project) {
    return JsonObject()
        .text("name", project.name)
        .text("description", project.description)
        .text("color", project.color)
        .finish();
}

std::string encode_request(const Connector& connector) {
    JsonObject object;
    object.text("type", connector.type).text("name", connector.name);
    // A service account's object names the system and the user by itself.
    if (connector.secret_objects.empty()) {
        object.text("host", connector.host)
            .value("port", connector.port)
            .text("username", connector.username);
    }
    for (const auto& [field, secret] : connector.secrets) object.text_if_set(field, secret.reveal());
    for (const auto& [field, secret] : connector.secret_objects)
        object.json(field, write_json(parse_json_object(secret.reveal())));
    write_options(object, connector);
    return object.finish();
}

std::string encode_answer(const Project& project) {
    return JsonObject()
        .text("_id", project.id)
        .text("name", project.name)
        .text("description", project.description)
        .text("color", project.color)
        .text("created_at", project.created_at)
        .finish();
}

std::string encode_answer(const Connector& connector) {
    JsonObject object;
    object.text("_id", connector.id)
        .text("project_id", connector.project_id)
        .text("type", connector.type)
        .text("name", connector.name)
        .text_or_null("host", connector.host)
        .value("port", connector.port)
        .text_or_null("username", connector.username);
    write_options(object, connector);
    return object.text("created_at", connector.created_at).finish();
}

std::string encode_answer(const BrowsedItem& entry) {
    return JsonObject()
        .text("name", entry.name)
        .text("path", entry.path)
        .text("kind", entry.kind)
        .value("size", entry.size)
        .text_or_null("modified", entry.modified)
        .text_or_null("detail", entry.detail)
        .finish();
}

std::string encode_stages(const std::vector<TestStage>& stages) {
    JsonArray array;
    for (const auto& stage : stages) {
        array.json(JsonObject()
                       .text("stage", stage.stage)
                       .value("ok", stage.ok)
                       .value("ms", stage.milliseconds)
                       .text("message", stage.message)
                       .finish());
    }
    return array.finish();
}

std::string encode_answer(const TestResult& result) {
    return JsonObject()
        .value("ok", result.ok)
        .text("message", result.message)
        .json("stages", encode_stages(result.stages))
        .finish();
}

std::string encode_answer(const Sample& sample) {
    const bool typed = sample.schema.size() == sample.columns.size();
    JsonArray columns;
    for (std::size_t i = 0; i < sample.columns.size(); ++i) {
        JsonObject column;
        column.text("name", sample.columns[i]);
        if (typed) column.text("type", sample.schema[i].type).value("nullable", sample.schema[i].nullable);
        columns.json(column.finish());
    }
    JsonArray rows;
    for (const auto& row : sample.rows) {
        JsonArray cells;
        for (const auto& cell : row) cells.json(cell ? json_text(*cell) : "null");
        rows.json(cells.finish());
    }
    return JsonObject().json("columns", columns.finish()).json("rows", rows.finish()).finish();
}

std::string encode_answer(const Failure& failure, int status) {
    return JsonObject()
        .value("status", status)
        .text("message", failure.message)
        .text_if_set("class", failure.error_class)
        .text_if_set("hint", failure.hint)
        .finish();
}

}  // namespace prevision::model
