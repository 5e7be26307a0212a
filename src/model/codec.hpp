#pragma once

#include <string>
#include <string_view>

#include <rapidjson/document.h>

#include "model/model.hpp"

/// Wire JSON ⇄ structs, for both parties: what the client sends is what the embedded platform reads, and
/// back. The fields are those of the platform's public clients. Decoding takes what is there and never fails
/// on a field that is absent, null, of another type or unknown; Error invalid for a text that is no JSON
/// object.
namespace prevision::model {

Project decode_project(std::string_view text);
Connector decode_connector(std::string_view text);
Datasource decode_datasource(std::string_view text);
Dataset decode_dataset(std::string_view text);
Entry decode_entry(std::string_view text);
TestResult decode_test_result(std::string_view text);
Sample decode_sample(std::string_view text);

/// What an answer other than 2xx says: `message` is a text or a list of texts, and `error` may stand for it;
/// for HTML or nothing the message is empty.
Failure decode_failure(std::string_view text);

/// The body that creates the object: what the client sends. A connector's holds its secrets.
std::string encode_request(const Project& project);
std::string encode_request(const Connector& connector);
std::string encode_request(const Datasource& datasource);
std::string encode_snapshot_request(const std::string& name, const std::string& datasource_id);

/// The object as the platform answers it: with its id, and never with a secret.
std::string encode_answer(const Project& project);
std::string encode_answer(const Connector& connector);
std::string encode_answer(const Datasource& datasource);
std::string encode_answer(const Dataset& dataset);

std::string encode_answer(const Entry& entry);
std::string encode_answer(const TestResult& result);
std::string encode_answer(const Sample& sample);
std::string encode_answer(const Failure& failure, int status);

/// The names under which a connector's own options travel: "engine", "region",
/// "addressing", "tls", "host_key", "mode".
bool is_connector_option(std::string_view name);

}  // namespace prevision::model
