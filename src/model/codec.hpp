#pragma once

#include <span>
#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "model/model.hpp"

/// Wire JSON ⇄ structs, for the API client and the embedded platform alike. The fields are those of the
/// platform's public clients. Decoding ignores a field that is absent, null, of another type or unknown.
/// Error invalid for a text that is not a JSON object.
namespace prevision::model {

Project decode_project(std::string_view text);
Connector decode_connector(std::string_view text);
Datasource decode_datasource(std::string_view text);
Dataset decode_dataset(std::string_view text);
BrowsedItem decode_browsed_item(std::string_view text);
TestResult decode_test_result(std::string_view text);
Sample decode_sample(std::string_view text);

/// What a failed answer says: `message` is a text or a list of texts; without one, `error` is read. The message
/// is empty when the answer is not a JSON object.
Failure decode_failure(std::string_view text);

/// The body that creates the object: what the client sends. A connector's holds its secrets.
std::string encode_request(const Project& project);
std::string encode_request(const Connector& connector);
std::string encode_request(const Datasource& datasource);
std::string encode_snapshot_request(const std::string& name, const std::string& datasource_id);

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

/// Parts of the above that stand in other documents too: JSON arrays.
std::string encode_stages(const std::vector<TestStage>& stages);
std::string encode_schema(const std::vector<SchemaColumn>& schema);
std::vector<SchemaColumn> decode_schema(const rapidjson::Value& schema);

}  // namespace prevision::model
