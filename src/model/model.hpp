#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/secret.hpp"

/// The platform's objects. An object that was read from a platform has in `document` the JSON text of the whole object
/// as it was sent, with the fields that this program does not know.
namespace prevision::model {

struct Project {
    std::string id;
    std::string name;
    std::string description;
    std::string color;
    std::string created_at;
    std::string document;
};

/// The link to a remote system. Its secrets are sent and never answered.
struct Connector {
    std::string id;
    std::string project_id;
    std::string type;  ///< SQL, FTP, SFTP, S3, GCP, or one that this program does not know
    std::string name;
    std::string host;
    std::optional<int> port;
    std::string username;
    std::map<std::string, Secret> secrets;  ///< by field: "password"
    std::map<std::string, Secret>
        secret_objects;  ///< those that are sent as JSON objects: "googleCredentials"
    /// Fields of the embedded platform: engine, region, tls.
    std::map<std::string, std::string> options;
    std::string created_at;
    std::string document;
};

/// The format of a text file. What is empty is found out from the file.
struct FileFormat {
    std::string separator;              ///< one character
    std::string quote;                  ///< one character, or "none"
    std::string escape;                 ///< one character, or "none"
    std::string comment;                ///< one character, or "none"
    std::optional<bool> header;         ///< whether the first line has the names of the columns
    std::optional<std::uint64_t> skip;  ///< lines before the table
    std::string encoding;               ///< as iconv(3) names it
};

/// The exact resource behind a connector.
struct Datasource {
    std::string id;
    std::string project_id;
    std::string connector_id;
    std::string name;
    std::string path;
    std::string database;
    std::string table;
    std::string bucket;
    std::string request;
    std::string g_cloud;  ///< BigQuery or Storage
    FileFormat format{};  ///< of a file; only the embedded platform has it
    std::string created_at;
    std::string document;
};

struct SchemaColumn {
    std::string name;
    std::string type;
    bool nullable = true;
    std::string kind =
        {};  ///< what its values are, where it is known: "integer", "timestamp"; only in manifests
};

/// The file of a dataset.
struct DatasetFile {
    std::string name;         ///< of the original file; empty for a table
    std::string type;         ///< csv, tsv, jsonl or other
    std::string compression;  ///< gzip, zip, zstd or empty
    FileFormat format;        ///< of a csv or tsv file
    std::string note;         ///< what is unusual about it, for people
};

/// A snapshot of a datasource.
struct Dataset {
    std::string id;
    std::string project_id;
    std::string name;
    std::string datasource_id;
    std::string copy_state;  ///< pending, running, done, failed
    std::string describe_state;
    std::string drift_state;
    std::string embeddings_state;
    DatasetFile file;
    std::optional<std::uint64_t> rows;
    std::optional<std::uint64_t> bytes;
    std::optional<std::uint64_t> total_bytes;  ///< while it runs: how many there will be, of a file
    std::optional<std::uint64_t> about_rows;  ///< while it runs: what the remote system estimates, of a table
    std::string sha256;
    std::vector<SchemaColumn> schema;
    std::string message;      ///< why it failed
    std::string error_class;  ///< the class of that failure: "auth"
    std::string hint;         ///< what to do about it; may be empty
    bool pinned = false;      ///< neither prune nor delete removes it
    bool if_changed = false;  ///< the snapshot is taken only if the source is not as in the newest one
    std::string
        unchanged_by;  ///< of a snapshot that was not taken: by what the source was seen to be as in this one
    std::string created_at;
    std::string manifest;  ///< JSON, of a dataset that was asked for by its id and is done; see manifest.hpp
    std::string document;

    // A dataset that is neither is still in work.
    [[nodiscard]] bool failed() const;
    [[nodiscard]] bool done() const;
};

/// One step of a connector's or a datasource's test.
struct TestStage {
    std::string stage;
    bool ok = true;
    double milliseconds = 0;
    std::string message;
};

/// The result of a test. `stages` is empty when the platform sends none.
struct TestResult {
    bool ok = true;
    std::string message;
    std::vector<TestStage> stages;
};

/// An item at a location of a remote system: what browsing shows.
struct BrowsedItem {
    std::string name;
    std::string path;
    std::string kind;  ///< database, schema, table, view, column, folder, file, bucket
    std::optional<std::uint64_t> size;
    std::string modified;
    std::string detail;
    std::string document;
};

/// When the data of a datasource last changed.
struct Freshness {
    std::string modified;  ///< empty when it holds no time
    std::string by;        ///< "file", or the column
};

/// The first rows of a dataset or a datasource.
struct Sample {
    std::vector<std::string> columns;
    std::vector<SchemaColumn> schema;  ///< the same columns with their types; may be empty
    std::vector<std::vector<std::optional<std::string>>> rows;
    std::vector<std::string> documents;  ///< each row that was read from a platform, as a JSON object
};

/// The answer of a call that failed.
struct Failure {
    std::string message;
    std::string error_class;  ///< only the embedded platform sends it
    std::string hint;         ///< likewise
};

}  // namespace prevision::model
