#include "sources/s3/s3.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "sources/field.hpp"
#include "sources/files/options.hpp"
#include "sources/s3/browse.hpp"
#include "sources/s3/reader.hpp"
#include "sources/s3/writer.hpp"
#include "sources/stages.hpp"

namespace prevision::sources::s3 {

namespace {

constexpr std::array<std::string_view, 2> curl_protocols{"http", "https"};

constexpr std::array<Option, 7> connector_options{{
    {.name = "host",
     .help = "the endpoint: a host, or http://HOST[:PORT]",
     .fallback = "AWS_ENDPOINT_URL, else AWS's of the region",
     .guards_secret = true,
     .label = "Endpoint"},
    {.name = "port", .help = "the endpoint's port", .fallback = "the scheme's own", .guards_secret = true},
    {.name = "username",
     .help = "the access key",
     .fallback = "AWS_ACCESS_KEY_ID, else none",
     .label = "Access key"},
    {.name = "password",
     .help = "the secret key",
     .fallback = "AWS_SECRET_ACCESS_KEY, else none",
     .secret = true,
     .label = "Secret key"},
    {.name = "region",
     .help = "the region that requests are signed for",
     .fallback = "AWS_REGION, AWS_DEFAULT_REGION, else us-east-1"},
    {.name = "addressing",
     .help = "where the bucket is named: in the path, or as a virtual host in the host's name",
     .fallback = "virtual for AWS, path where an endpoint is given",
     .choices = "path|virtual"},
    {.name = "request_payer",
     .help = "requester, to pay for requests to buckets of others that ask for it",
     .fallback = "the bucket's owner pays",
     .choices = "requester"},
}};

constexpr auto datasource_options = with_file_format(std::array<Option, 2>{{
    {.name = "bucket", .help = "the bucket", .required = true},
    {.name = "path", .help = "the object's key", .required = true},
}});

void check_object(const Location& location) {
    const std::array<std::pair<std::string_view, const std::string*>, 3> unused{
        {{"database", &location.database}, {"table", &location.table}, {"request", &location.request}}};
    for (const auto& [field, value] : unused) {
        if (!value->empty()) refuse_field(field, "S3 does not have it; give --bucket and --path");
    }
    const std::array<std::pair<std::string_view, const std::string*>, 2> used{
        {{"bucket", &location.bucket}, {"path", &location.path}}};
    for (const auto& [field, value] : used) {
        if (value->empty()) refuse_field(field, "it is empty");
        if (value->find('\0') != std::string::npos) refuse_field(field, "it holds a NUL byte");
    }
    if (location.bucket.find('/') != std::string::npos) refuse_field("bucket", "it holds a '/'");
    if (location.bucket == "." || location.bucket == "..")
        refuse_field("bucket", "it is not a bucket's name");
}

/// Ends the read of a test at the first bytes.
class FirstBytes final : public ContentSink, public ByteSink {
  public:
    RowSink& table() override { throw Error(ErrorClass::internal, "an object is not a table"); }
    ByteSink& file(const FileInfo& info) override {
        size_ = info.size;
        return *this;
    }
    void write(std::string_view /*bytes*/) override {}
    [[nodiscard]] bool wants_more() const override { return false; }

    [[nodiscard]] std::string summary() const {
        return size_ ? format_bytes(*size_) : "the first bytes read";
    }

  private:
    std::optional<std::uint64_t> size_;
};

class ObjectSource final : public Source {
  public:
    ObjectSource(Endpoint endpoint, Cancellation& cancellation)
        : client_(std::move(endpoint), cancellation), cancellation_(cancellation) {}

    void test(const std::optional<Location>& location, const StageObserver& observer) override;
    void browse(const std::string& path, bool recursive, const EntryObserver& each) override;
    using Source::read;
    void read(const Location& location, const ReadOptions& options, ContentSink& sink) override;

  private:
    void test_contact(const StageObserver& observer);

    Client client_;
    Cancellation& cancellation_;
};

void ObjectSource::test_contact(const StageObserver& observer) {
    const auto contact = client_.contact();
    const bool ok = contact.code == CURLE_OK;
    const auto fail = [&](Stage stage) {
        stage.ok = false;
        stage.message = fmt::format("cannot reach {}: {}", client_.endpoint().address(), contact.reason);
        observer(stage);
        throw Error(ErrorClass::unreachable, stage.message, contact.hint);
    };
    Stage resolve{.name = "resolve", .elapsed = contact.resolve_time, .message = client_.endpoint().host};
    if (!ok && !contact.resolved) fail(resolve);
    observer(resolve);
    Stage connect{.name = "connect", .elapsed = contact.connect_time, .message = contact.address};
    if (!ok && !contact.connected) fail(connect);
    observer(connect);
    Stage tls{.name = "tls", .elapsed = contact.tls_time, .message = contact.encrypted ? "used" : "not used"};
    if (!ok) fail(tls);
    observer(tls);
}

void ObjectSource::test(const std::optional<Location>& location, const StageObserver& observer) {
    if (location) check_object(*location);
    test_contact(observer);
    std::optional<std::size_t> buckets;
    std::optional<Failure> denied;
    run_stage(observer, "auth", [&]() -> std::string {
        try {
            buckets = list_buckets(client_).size();
        } catch (const Failure& failure) {
            // The service knows these credentials: for unknown ones it has other codes.
            if (failure.refusal().code != "AccessDenied") throw;
            denied = failure;
        }
        const auto& key = client_.endpoint().access_key;
        return key.empty() ? "no access key is given" : fmt::format("the access key {} is accepted", key);
    });
    run_stage(observer, "list", [&]() -> std::string {
        if (!location) {
            if (denied) throw Failure(*denied);
            return fmt::format("{} bucket{}", *buckets, *buckets == 1 ? "" : "s");
        }
        try {
            list_objects(client_, location->bucket, location->path, "", 1, [](const auto&) { return false; });
        } catch (const Failure& failure) {
            if (failure.refusal().code != "AccessDenied") throw;
            return "not allowed, and not needed to read";
        }
        return fmt::format("the bucket {}", location->bucket);
    });
    if (!location) return;
    run_stage(observer, "read", [&] {
        FirstBytes sink;
        read(*location, {}, sink);
        return sink.summary();
    });
}

void ObjectSource::browse(const std::string& path, bool recursive, const EntryObserver& each) {
    s3::browse(client_, path, recursive, each);
}

void ObjectSource::read(const Location& location, const ReadOptions& /*options*/, ContentSink& sink) {
    check_object(location);
    read_object(client_, location.bucket, location.path, sink, cancellation_);
}

std::unique_ptr<Source> open_source(const Connection& connection, Cancellation& cancellation) {
    return std::make_unique<ObjectSource>(endpoint_of(connection), cancellation);
}

}  // namespace

}  // namespace prevision::sources::s3

namespace prevision::sources {

const Engine& s3_engine() {
    static constexpr Engine engine{
        .name = "s3",
        .title = "S3",
        .type = "S3",
        .schemes = {},
        .default_port = std::nullopt,
        .connector_options = s3::connector_options,
        .datasource_options = s3::datasource_options,
        .curl_protocols = s3::curl_protocols,
        .open = s3::open_source,
        .check_location = s3::check_object,
        .open_file_writer = s3::open_writer,
    };
    return engine;
}

}  // namespace prevision::sources
