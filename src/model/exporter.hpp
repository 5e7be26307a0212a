#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "model/json.hpp"

namespace prevision::model {

/// A place behind a connector that datasets can be written to.
struct Exporter {
    std::string id;
    std::string project_id;
    std::string connector_id;
    std::string name;
    std::string description;
    std::string filepath;
    std::string bucket;
    std::string database;
    std::string table;
    std::string g_cloud;
    std::string file_write_mode;      ///< timestamp, safe or replace
    std::string database_write_mode;  ///< append or replace
    std::string created_at;
    std::string document;
};

/// One run of an exporter, for a dataset or a file.
struct Export {
    std::string id;
    std::string exporter_id;
    std::string dataset_id;
    std::string status;  ///< running, done, failed
    std::optional<std::uint64_t> rows;
    std::string logs;         ///< what was written, or why it failed
    std::string error_class;  ///< of that failure: "auth"; only the embedded platform sends it
    std::string hint;         ///< what to do about it; likewise
    std::string created_at;
    std::string document;
};

/// As codec.hpp's.
Exporter decode_exporter(const JsonText& json);
Export decode_export(const JsonText& json);
std::string encode_request(const Exporter& exporter);
std::string encode_answer(const Exporter& exporter);
std::string encode_answer(const Export& done);

}  // namespace prevision::model
