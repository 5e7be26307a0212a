#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/byte_sink.hpp"
#include "core/cancellation.hpp"
#include "core/environment.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "sources/reach.hpp"

namespace prevision::sources {

/// Where the remote system is, and who logs in. From a connector.
struct Connection {
    std::string type;    ///< "SQL", "S3", …
    std::string engine;  ///< "mysql", …; empty: see `detect_engine`
    std::string host;    ///< as the user wrote it: a name, an address, or a URL
    std::optional<int> port;
    std::string username;
    Secret password;
    std::map<std::string, Secret, std::less<>> secrets;  ///< beside the password, by option name
    std::map<std::string, std::string> options;          ///< the engine's own, by option name ("tls")
    std::chrono::milliseconds connect_timeout{10'000};
    /// For a lock that others hold, for the answer to a short statement or request, and for the next bytes of a file;
    /// 0 is without a limit.
    std::chrono::milliseconds wait_limit{60'000};
    /// For the next bytes while a statement works, which may be long before its first row; 0 is without a limit.
    std::chrono::milliseconds silence_limit{3'600'000};
    Environment environment;  ///< of the process: proxies, certificates, what AWS's tools look for
    Reach reach{};            ///< what it may use of this machine

    /// The secret of that name, empty when it is not set.
    [[nodiscard]] Secret secret(std::string_view name) const;
};

/// Which resource of the system. From a datasource; fields that an engine does not use are empty.
struct Location {
    std::string database;
    std::string table;
    std::string request;
    std::string bucket;
    std::string path;
};

/// What a value is, so that an encoder knows how to write it. The text of a value is already in the form
/// named here.
enum class ValueKind {
    integer,    ///< digits with an optional '-', any size
    decimal,    ///< digits, '-', '.', exact
    real,       ///< a binary floating-point number in its shortest exact form
    boolean,    ///< true or false
    text,       ///< UTF-8
    date,       ///< YYYY-MM-DD
    time,       ///< hh:mm:ss[.ffffff]
    timestamp,  ///< YYYY-MM-DDThh:mm:ss[.ffffff], with Z where it is a point in time; zero dates stay
    binary,     ///< raw bytes
    any,        ///< UTF-8, of any of the kinds above; bytes are `\x` and hex digits
};

/// "integer", "timestamp": the name as above.
std::string_view to_string(ValueKind kind);

struct Column {
    std::string name;
    std::string type;  ///< in the system's own words: "bigint unsigned", "decimal(65,30)"
    ValueKind kind = ValueKind::text;
    bool nullable = true;
};

/// One value of a row. It points into the source's buffers and lives until the call of `row` returns.
struct Value {
    const char* data = nullptr;  ///< nullptr is NULL; an empty text is not
    std::size_t size = 0;
    bool is_text = false;  ///< of kind any: text, though it looks like a number, a boolean or bytes

    [[nodiscard]] bool is_null() const { return data == nullptr; }
    [[nodiscard]] std::string_view text() const { return {data, size}; }
};

/// Receives a table as it streams. May throw: reading then ends, and the source can only be destroyed.
class RowSink {
  public:
    virtual ~RowSink() = default;
    /// How many rows the system estimates that there are, where it does: at most once, before `columns`.
    virtual void expect(std::uint64_t /*about_rows*/) {}
    virtual void columns(std::span<const Column> columns) = 0;  ///< once, before any row
    virtual void row(std::span<const Value> values) = 0;        ///< as many values as columns
};

/// What is known about a file before its bytes arrive.
struct FileInfo {
    std::string name;                   ///< the last part of its path
    std::optional<std::uint64_t> size;  ///< in bytes
    std::string modified;               ///< RFC 3339, or empty
    std::string path = {};              ///< all of it, as the server knows it
    std::string etag = {};              ///< the mark of its version that the service gives; or empty
};

/// A mark of a content that its system computes: while the mark is the same, so is the content.
struct Mark {
    std::string method;  ///< "transactions", "checksum"
    std::string value;

    bool operator==(const Mark&) const = default;
};

/// Receives the content of a location. The source calls exactly one of the two, once, and fills the sink that it
/// gets. It ends the transfer of a file when the sink wants no more.
class ContentSink {
  public:
    virtual ~ContentSink() = default;

    /// A mark of the rows that follow, as the view has them that is read. Returns whether they are wanted: if not, the
    /// source reads nothing, and calls neither of the two.
    virtual bool mark(const Mark& /*mark*/) { return true; }
    virtual RowSink& table() = 0;
    virtual ByteSink& file(const FileInfo& info) = 0;
};

/// For a location that holds rows. Error invalid when it holds a file.
class RowsOnly final : public ContentSink {
  public:
    /// `rows` must outlive it.
    explicit RowsOnly(RowSink& rows) : rows_(rows) {}

    RowSink& table() override { return rows_; }
    ByteSink& file(const FileInfo& info) override;

  private:
    RowSink& rows_;
};

/// One step of a test. `ok` is false on the last one of a test that failed.
struct Stage {
    std::string name;  ///< resolve, connect, tls, auth, list, read
    bool ok = true;
    std::chrono::microseconds elapsed{0};
    std::string message;
};

using StageObserver = std::function<void(const Stage&)>;

/// An entry of a place of a system, for browsing.
struct Entry {
    std::string name;  ///< unchanged
    std::string path;  ///< relative to the place that is browsed, in the form that `browse` takes
    std::string kind;  ///< database, schema, table, view, column, folder, file, link, bucket
    std::optional<std::uint64_t> size;  ///< of a file, in bytes
    std::string modified;               ///< of a file: RFC 3339, or empty
    std::string detail;                 ///< of a column: its type
};

using EntryObserver = std::function<void(const Entry&)>;

struct ReadOptions {
    std::optional<std::uint64_t> limit =
        {};  ///< at most that many rows; the source asks the system for no more
    bool marks =
        false;  ///< the source tells the marks of rows, cheap ones first; for the last the system reads all rows
};

/// A client of a remote system.
class Caller {
  public:
    virtual ~Caller() = default;

    /// The fingerprint of the server's key, after connecting, where the protocol has such keys: the connector
    /// keeps it for the next time.
    [[nodiscard]] virtual std::optional<std::string> host_key() const { return std::nullopt; }
};

/// A remote system, opened for one connection. Made by `open_source`. One thread at a time; a Cancellation
/// raised on another thread ends a call that waits.
///
/// Errors: unreachable (resolve, connect, TLS, time-out, connection lost), auth (credentials refused,
/// permission denied), not_found (no such database, table, path), invalid (a location or option that cannot
/// be right; the message names the field), integrity (a damaged file). Messages never hold the password.
class Source : public Caller {
  public:
    /// Goes through the stages in order, up to `read` when a location is given; `observer` gets each as it ends.
    /// Throws the Error of the stage that failed, after `observer` got it.
    virtual void test(const std::optional<Location>& location, const StageObserver& observer) = 0;

    /// Calls `each` with the entries of a place as they arrive, and with `recursive` with those below them. An
    /// empty path is the top: databases, buckets, or the folder in which a log-in ends. In SQL systems a path
    /// is `database/schema/table` as far as the system has them, a part that holds '/' or '"' in double quotes;
    /// a table's entries are its columns.
    virtual void browse(const std::string& path, bool recursive, const EntryObserver& each) = 0;

    /// The server's version in its own words, after a read; empty where it does not say.
    [[nodiscard]] virtual std::string server_version() const { return {}; }

    /// What is to be said about what was browsed, for people: lines of a server's listing that are not understood.
    [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }

    /// The entries of one place, held at once.
    std::vector<Entry> list(const std::string& path);

    /// Streams what the location holds, rows from one consistent view, holding no more than a few of them in
    /// memory.
    virtual void read(const Location& location, const ReadOptions& options, ContentSink& sink) = 0;

    /// As above, for a location that holds rows. Error invalid when it holds a file.
    void read(const Location& location, const ReadOptions& options, RowSink& sink);
};

}  // namespace prevision::sources
