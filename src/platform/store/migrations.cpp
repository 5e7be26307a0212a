#include "platform/store/migrations.hpp"

#include <array>
#include <string>

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::platform {

namespace {

/// Marks a database as a store of this program: "prvs".
constexpr std::int64_t application_id = 0x70727673;

// `seq` is the order of creation; ids made in one second do not have it. A dataset keeps the id of its datasource
// after the datasource is deleted. `removed_datasets` names the datasets whose files must still be removed.
constexpr auto first_layout = R"sql(
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE projects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    color TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE connectors (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects(id),
    type TEXT NOT NULL,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port INTEGER,
    username TEXT NOT NULL,
    options TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE INDEX connectors_of_project ON connectors(project_id, seq);
CREATE TABLE secrets (
    connector_id TEXT NOT NULL REFERENCES connectors(id) ON DELETE CASCADE,
    field TEXT NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (connector_id, field)) WITHOUT ROWID;
CREATE TABLE datasources (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects(id),
    connector_id TEXT NOT NULL REFERENCES connectors(id),
    name TEXT NOT NULL,
    path TEXT NOT NULL,
    "database" TEXT NOT NULL,
    "table" TEXT NOT NULL,
    bucket TEXT NOT NULL,
    request TEXT NOT NULL,
    g_cloud TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE INDEX datasources_of_project ON datasources(project_id, seq);
CREATE INDEX datasources_of_connector ON datasources(connector_id);
CREATE TABLE datasets (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects(id),
    name TEXT NOT NULL,
    datasource_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'running', 'done', 'failed')),
    rows INTEGER,
    bytes INTEGER,
    sha256 TEXT NOT NULL DEFAULT '',
    "schema" TEXT NOT NULL DEFAULT '[]',
    message TEXT NOT NULL DEFAULT '',
    error_class TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL);
CREATE INDEX datasets_of_project ON datasets(project_id, seq);
CREATE INDEX unfinished_datasets ON datasets(id) WHERE state IN ('pending', 'running');
CREATE TABLE removed_datasets (id TEXT PRIMARY KEY) WITHOUT ROWID;
)sql";

// Tokens for a served platform. Only their hashes are stored.
constexpr auto served_platform = R"sql(
CREATE TABLE tokens (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'viewer')),
    hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    revoked_at TEXT NOT NULL DEFAULT '');
CREATE UNIQUE INDEX good_tokens ON tokens(name) WHERE revoked_at = '';
ALTER TABLE datasets ADD COLUMN separator TEXT NOT NULL DEFAULT ',';
CREATE TABLE exporters (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    project_id TEXT NOT NULL REFERENCES projects(id),
    connector_id TEXT NOT NULL REFERENCES connectors(id),
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    filepath TEXT NOT NULL,
    bucket TEXT NOT NULL,
    "database" TEXT NOT NULL,
    "table" TEXT NOT NULL,
    g_cloud TEXT NOT NULL,
    file_write_mode TEXT NOT NULL,
    database_write_mode TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE INDEX exporters_of_project ON exporters(project_id, seq);
CREATE INDEX exporters_of_connector ON exporters(connector_id);
CREATE TABLE exports (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    exporter_id TEXT NOT NULL REFERENCES exporters(id) ON DELETE CASCADE,
    dataset_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    rows INTEGER,
    logs TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL);
CREATE INDEX exports_of_exporter ON exports(exporter_id, seq);
)sql";

// The format of a file: what a datasource demands, and what the inspection of a dataset found. Earlier uploads
// had no file name, and were read as tables with a header.
constexpr auto file_formats = R"sql(
ALTER TABLE datasources ADD COLUMN separator TEXT NOT NULL DEFAULT '';
ALTER TABLE datasources ADD COLUMN quote TEXT NOT NULL DEFAULT '';
ALTER TABLE datasources ADD COLUMN header INTEGER;
ALTER TABLE datasources ADD COLUMN encoding TEXT NOT NULL DEFAULT '';
ALTER TABLE datasets ADD COLUMN file_name TEXT NOT NULL DEFAULT '';
ALTER TABLE datasets ADD COLUMN file_type TEXT NOT NULL DEFAULT 'csv';
ALTER TABLE datasets ADD COLUMN compression TEXT NOT NULL DEFAULT '';
ALTER TABLE datasets ADD COLUMN quote TEXT NOT NULL DEFAULT '"';
ALTER TABLE datasets ADD COLUMN header INTEGER DEFAULT 1;
ALTER TABLE datasets ADD COLUMN encoding TEXT NOT NULL DEFAULT 'utf-8';
ALTER TABLE datasets ADD COLUMN note TEXT NOT NULL DEFAULT '';
UPDATE datasets SET file_name = name || '.csv' WHERE datasource_id = '';
)sql";

constexpr auto export_failures = R"sql(
ALTER TABLE exports ADD COLUMN error_class TEXT NOT NULL DEFAULT '';
)sql";

// The constraint of a column can be changed only in a new table. `committing` is set while it is unknown whether the
// rows of an export are written. The indexes find names.
constexpr auto limits_and_names = R"sql(
CREATE TABLE limited_tokens (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'editor', 'viewer')),
    project_id TEXT NOT NULL DEFAULT '',
    hash BLOB NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL DEFAULT '',
    revoked_at TEXT NOT NULL DEFAULT '');
INSERT INTO limited_tokens (seq, id, name, role, hash, created_at, revoked_at)
    SELECT seq, id, name, role, hash, created_at, revoked_at FROM tokens;
DROP TABLE tokens;
ALTER TABLE limited_tokens RENAME TO tokens;
CREATE UNIQUE INDEX good_tokens ON tokens(name) WHERE revoked_at = '';
ALTER TABLE exports ADD COLUMN committing INTEGER NOT NULL DEFAULT 0;
CREATE INDEX project_names ON projects(name);
CREATE INDEX connector_names ON connectors(project_id, name);
CREATE INDEX datasource_names ON datasources(project_id, name);
CREATE INDEX dataset_names ON datasets(project_id, name);
CREATE INDEX exporter_names ON exporters(project_id, name);
)sql";

// What was snapshotted before had neither escapes nor comments, and began in its first line.
constexpr auto more_of_file_formats = R"sql(
ALTER TABLE datasources ADD COLUMN "escape" TEXT NOT NULL DEFAULT '';
ALTER TABLE datasources ADD COLUMN comment TEXT NOT NULL DEFAULT '';
ALTER TABLE datasources ADD COLUMN skip INTEGER;
ALTER TABLE datasets ADD COLUMN "escape" TEXT NOT NULL DEFAULT 'none';
ALTER TABLE datasets ADD COLUMN comment TEXT NOT NULL DEFAULT 'none';
ALTER TABLE datasets ADD COLUMN skip INTEGER DEFAULT 0;
)sql";

constexpr auto hints_of_failures = R"sql(
ALTER TABLE datasets ADD COLUMN hint TEXT NOT NULL DEFAULT '';
ALTER TABLE exports ADD COLUMN hint TEXT NOT NULL DEFAULT '';
)sql";

// With the id in the index, a list of ids reads no object.
constexpr auto ids_of_lists = R"sql(
DROP INDEX connectors_of_project;
DROP INDEX datasources_of_project;
DROP INDEX datasets_of_project;
DROP INDEX exporters_of_project;
CREATE INDEX connectors_of_project ON connectors(project_id, seq, id);
CREATE INDEX datasources_of_project ON datasources(project_id, seq, id);
CREATE INDEX datasets_of_project ON datasets(project_id, seq, id);
CREATE INDEX exporters_of_project ON exporters(project_id, seq, id);
)sql";

constexpr auto totals_of_snapshots = R"sql(
ALTER TABLE datasets ADD COLUMN total_bytes INTEGER;
ALTER TABLE datasets ADD COLUMN about_rows INTEGER;
)sql";

// What a snapshot was taken of, which lists do not need. `unchanged_datasets` has the ids of snapshots that were not
// taken, because the source was as in another dataset, and the marks that were seen then. The indexes find a
// datasource's datasets, those of the same bytes, and what an export is running from.
constexpr auto manifests = R"sql(
CREATE TABLE manifests (
    dataset_id TEXT PRIMARY KEY REFERENCES datasets(id) ON DELETE CASCADE,
    manifest TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE unchanged_datasets (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    dataset_id TEXT NOT NULL REFERENCES datasets(id) ON DELETE CASCADE,
    method TEXT NOT NULL,
    states TEXT NOT NULL);
CREATE INDEX unchanged_as ON unchanged_datasets(dataset_id, seq);
ALTER TABLE datasets ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE datasets ADD COLUMN if_changed INTEGER NOT NULL DEFAULT 0;
CREATE INDEX datasets_of_datasource ON datasets(datasource_id, seq);
CREATE INDEX dataset_contents ON datasets(sha256, bytes) WHERE state = 'done';
CREATE INDEX running_exports ON exports(dataset_id) WHERE status = 'running';
)sql";

/// The step at index N brings a store from version N to N + 1. A step that was released is never changed.
constexpr std::array steps{
    first_layout,         served_platform,   file_formats, export_failures,     limits_and_names,
    more_of_file_formats, hints_of_failures, ids_of_lists, totals_of_snapshots, manifests};

std::int64_t read_number(sqlite::Database& database, std::string_view sql) {
    auto statement = database.prepare(sql);
    return statement.step() ? statement.integer(0) : 0;
}

}  // namespace

std::int64_t newest_version() { return static_cast<std::int64_t>(steps.size()); }

std::int64_t read_version(sqlite::Database& database) {
    const auto version = read_number(database, "PRAGMA user_version");
    const auto owner = read_number(database, "PRAGMA application_id");
    if (owner == application_id) return version;
    if (owner == 0 && version == 0 && read_number(database, "SELECT COUNT(*) FROM sqlite_schema") == 0)
        return 0;
    throw Error(ErrorClass::integrity, "it is a database of another program");
}

void migrate(sqlite::Database& database) {
    sqlite::Transaction transaction(database);
    const auto version = read_version(database);
    if (version > newest_version()) {
        throw Error(ErrorClass::invalid,
                    fmt::format("its layout has version {}, and this program knows versions up to {}",
                                version, newest_version()),
                    "a newer prevision made it: update this one, or set PREVISION_HOME to another folder");
    }
    for (auto i = static_cast<std::size_t>(version); i < steps.size(); ++i) database.execute(steps[i]);
    database.execute(fmt::format("PRAGMA user_version = {}; PRAGMA application_id = {}", newest_version(),
                                 application_id));
    transaction.commit();
}

}  // namespace prevision::platform
