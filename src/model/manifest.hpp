#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"
#include "model/model.hpp"

/// The manifest of a dataset: what was taken, of what, and when. It is written with the dataset and never changes.
/// prevision-dataset(5) describes its JSON. What is empty or missing is not known, or does not apply.
namespace prevision::model {

/// Readers accept members that they do not know, so a member may be added without a new number. A member that changes
/// its meaning needs one.
inline constexpr std::uint64_t manifest_version = 1;

/// An object as it was then.
struct ManifestReference {
    std::string id;
    std::string name;
};

/// The place that was read. As a datasource has it.
struct ManifestLocation {
    std::string path;
    std::string database;
    std::string table;
    std::string bucket;
    std::string request;
    std::string g_cloud;
};

/// A parameter of the request or the path, and its value.
struct ManifestParameter {
    std::string name;
    std::string type;
    std::optional<std::string> value;  ///< nothing for NULL
};

/// A file that was read.
struct ManifestFile {
    std::string path;
    std::string etag;
    std::optional<std::uint64_t> size;
    std::string modified;  ///< RFC 3339

    bool operator==(const ManifestFile&) const = default;
};

/// The column by which increments are taken.
struct ManifestCursor {
    std::string column;
    std::string type;  ///< in the source's words
};

/// The values of the cursor's column that were taken: low <= value < high.
struct ManifestWindow {
    std::optional<std::string> low;  ///< nothing: from the first on
    std::string high;
};

/// A mark of the content that the source computes itself: while it is the same, the content is.
struct ManifestState {
    std::string method;  ///< "transactions", "checksum"
    std::string value;

    bool operator==(const ManifestState&) const = default;
};

struct Manifest {
    std::uint64_t version = manifest_version;
    ManifestReference dataset;
    ManifestReference datasource;  ///< empty for a file that was uploaded
    ManifestReference connector;
    std::string connector_type;
    std::string engine;
    std::string host;
    std::optional<int> port;
    std::string server_version;
    ManifestLocation location;
    std::string definition_sha256;  ///< of all that decides what is read, secrets left out
    std::vector<ManifestParameter> parameters;
    std::vector<ManifestFile> files;
    std::optional<ManifestCursor> cursor;
    std::optional<ManifestWindow> window;
    std::vector<ManifestState> states;  ///< of the content as it was read
    std::vector<std::string> parents;   ///< ids of the datasets that it was made from
    std::string begun_at;               ///< RFC 3339
    std::string ended_at;
    std::string program_version;
    DatasetFile file;
    std::optional<std::uint64_t> rows;
    std::optional<std::uint64_t> bytes;
    std::string sha256;
    std::vector<SchemaColumn> columns;
    std::string columns_sha256;  ///< of `canonical_columns`
    std::string document;        ///< the JSON text that it was read from
};

/// Sets what a dataset's record says of its content: its file, rows, bytes, SHA-256 and columns.
void set_content(Manifest& manifest, const Dataset& dataset);

std::string encode_manifest(const Manifest& manifest);

/// Error invalid when the object is not a manifest, or of a later version than this program knows.
Manifest decode_manifest(const JsonText& json);

/// The text whose SHA-256 is `columns_sha256`: [[name, type, nullable], …] as canonical JSON (RFC 8785). It does not
/// depend on how the rows are stored.
std::string canonical_columns(const std::vector<SchemaColumn>& columns);

}  // namespace prevision::model
