#pragma once

#include <span>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "model/json.hpp"
#include "model/json_builder.hpp"
#include "model/model.hpp"

/// Wire JSON ⇄ structs, for the API client and the embedded platform. The fields are those of the platform's public
/// clients. Decoding ignores a field that is absent, null, of another type or unknown.
/// Error invalid for a text that is not a JSON object.
namespace prevision::model {

Project decode_project(const JsonText& json);
Connector decode_connector(const JsonText& json);
Datasource decode_datasource(const JsonText& json);
Dataset decode_dataset(const JsonText& json);
BrowsedItem decode_browsed_item(const JsonText& json);
TestResult decode_test_result(std::string_view text);
Sample decode_sample(const JsonText& json);
Freshness decode_freshness(const JsonText& json);

/// A connector's text as it was sent, without the secrets that a platform should not have answered.
std::string without_secrets(std::string_view connector);

/// Reads a failed answer: `message`, a text or a list of texts, else `error`. The message
/// is empty when the answer is not a JSON object.
Failure decode_failure(std::string_view text);

/// The body that creates the object: what the client sends. A connector's holds its secrets.
std::string encode_request(const Project& project);
std::string encode_request(const Connector& connector);
std::string encode_request(const Datasource& datasource);
std::string encode_snapshot_request(const std::string& name, const std::string& datasource_id,
                                    bool if_changed = false);

/// Whether a connector's field of that name is a secret, whatever engine takes it: by the words in its name.
bool is_secret_field(std::string_view name);

/// The object as the platform answers it: with its id, and never with a secret.
std::string encode_answer(const Project& project);
std::string encode_answer(const Connector& connector);
std::string encode_answer(const Datasource& datasource);
std::string encode_answer(const Dataset& dataset);

std::string encode_answer(const BrowsedItem& entry);
std::string encode_answer(const TestResult& result);
std::string encode_answer(const Sample& sample);
std::string encode_answer(const Failure& failure, int status);

/// JSON arrays, for parts of other documents.
std::string encode_stages(const std::vector<TestStage>& stages);
/// The members of a file's format: those that are set.
void write_format(JsonObject& object, const FileFormat& format);
FileFormat decode_format(const rapidjson::Value& object);
std::string encode_schema(const std::vector<SchemaColumn>& schema);
std::vector<SchemaColumn> decode_schema(const rapidjson::Value& schema);

}  // namespace prevision::model
