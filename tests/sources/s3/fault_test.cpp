// S3 against services that fail, lie or send rubbish.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <malloc.h>

#include "contract/source_contract.hpp"
#include "core/text.hpp"
#include "core/wait.hpp"
#include "sources/s3/fixture.hpp"
#include "support/http_server.hpp"
#include "support/raw_server.hpp"

using namespace prevision;
using namespace prevision::testing;

namespace {

HttpAnswer xml(int status, const std::string& body) {
    return {.status = status, .body = body, .content_type = "application/xml"};
}

HttpAnswer s3_error(int status, const std::string& code, const std::string& more = {}) {
    return xml(status,
               fmt::format("<Error><Code>{}</Code><Message>in words</Message>{}</Error>", code, more));
}

}  // namespace

TEST_CASE("a service that asks to slow down is asked again, and not for ever") {
    std::atomic<int> refusals = 2;
    const HttpServer recovers([&](const HttpRequest&) -> HttpAnswer {
        if (refusals-- > 0) return s3_error(503, "SlowDown");
        return {.status = 200, .body = "whole", .content_type = "text/plain", .headers = {{"ETag", "\"x\""}}};
    });
    CHECK(read_object(to(recovers.url()), "b", "k") == "whole");
    CHECK(recovers.requests().size() == 3);

    const HttpServer never([&](const HttpRequest&) { return s3_error(503, "SlowDown"); });
    CHECK(reading_error(never.url()).error_class() == ErrorClass::unreachable);
    CHECK(never.requests().size() == 5);
}

TEST_CASE("each code of S3 has its class, and is not tried again where that cannot help") {
    const std::vector<std::tuple<int, std::string, ErrorClass>> cases{
        {403, "SignatureDoesNotMatch", ErrorClass::auth},
        {403, "InvalidAccessKeyId", ErrorClass::auth},
        {403, "AccessDenied", ErrorClass::auth},
        {400, "ExpiredToken", ErrorClass::auth},
        {400, "InvalidToken", ErrorClass::auth},
        {403, "RequestTimeTooSkewed", ErrorClass::auth},
        {403, "SomethingNew", ErrorClass::auth},
        {404, "NoSuchBucket", ErrorClass::not_found},
        {404, "NoSuchKey", ErrorClass::not_found},
        {403, "InvalidObjectState", ErrorClass::invalid},
        {400, "InvalidBucketName", ErrorClass::invalid},
        {400, "SomethingNew", ErrorClass::internal},
        {400, "IllegalLocationConstraintException", ErrorClass::invalid},
        {400, "KMS.DisabledException", ErrorClass::invalid},
        {400, "KMS.NotFoundException", ErrorClass::invalid},
        {400, "KMS.AccessDeniedException", ErrorClass::auth},
    };
    for (const auto& [status, code, error_class] : cases) {
        CAPTURE(code, status);
        const HttpServer server([&, s = status, c = code](const HttpRequest&) { return s3_error(s, c); });
        const auto error = reading_error(server.url());
        CHECK(error.error_class() == error_class);
        CHECK_THAT(error.what(), Catch::Contains(code));
        CHECK(server.requests().size() == 1);
        if (code.starts_with("KMS.") || code == "SomethingNew") CHECK_FALSE(error.hint().empty());
        if (code == "RequestTimeTooSkewed") CHECK_THAT(error.hint(), Catch::Contains("clock"));
    }
}

TEST_CASE("a key of KMS that may not be used is named in the hint, and one that is busy is tried again") {
    const HttpServer denied([](const HttpRequest&) {
        return xml(
            403,
            "<Error><Code>AccessDenied</Code><Message>not authorized to perform: kms:Decrypt</Message></Error>");
    });
    const auto error = reading_error(denied.url());
    CHECK(error.error_class() == ErrorClass::auth);
    CHECK_THAT(error.hint(), Catch::Contains("kms:Decrypt"));
    std::atomic<int> refusals = 1;
    const HttpServer busy([&](const HttpRequest&) -> HttpAnswer {
        if (refusals-- > 0) return s3_error(400, "KMS.ThrottlingException");
        return {.status = 200, .body = "whole", .content_type = "text/plain"};
    });
    CHECK(read_object(to(busy.url()), "b", "k") == "whole");
}

TEST_CASE("a request is signed with its session token, and without keys not at all") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "x"}; });
    auto connection = to(server.url());
    connection.environment =
        Environment(std::map<std::string, std::string>{{"AWS_SESSION_TOKEN", "the/token+="}});
    read_object(connection, "b", "a key");
    auto anonymous = s3_connection(server.url(), "", "");
    read_object(anonymous, "b", "k");
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].target == "/b/a%20key");
    CHECK(requests[0].header("x-amz-security-token") == "the/token+=");
    CHECK_THAT(requests[0].header("Authorization"), Catch::Contains("Credential=key/") &&
                                                        Catch::Contains("/us-east-1/s3/aws4_request") &&
                                                        Catch::Contains("x-amz-security-token"));
    CHECK(requests[1].header("Authorization").empty());
}

TEST_CASE("a redirect to another region is followed once") {
    const HttpServer server([](const HttpRequest& request) -> HttpAnswer {
        if (request.header("Authorization").find("/eu-west-3/") != std::string::npos)
            return {.body = "there"};
        auto answer = s3_error(301, "PermanentRedirect");
        answer.headers.emplace_back("x-amz-bucket-region", "eu-west-3");
        return answer;
    });
    CHECK(read_object(to(server.url()), "b", "k") == "there");
    CHECK(server.requests().size() == 2);

    std::atomic<int> number = 0;
    const HttpServer circles([&](const HttpRequest&) {
        return s3_error(301, "PermanentRedirect", fmt::format("<Region>region-{}</Region>", ++number));
    });
    CHECK(reading_error(circles.url()).error_class() == ErrorClass::invalid);
    CHECK(circles.requests().size() == 2);
}

TEST_CASE("a temporary redirect is followed and signed anew, but not away from encryption or in circles") {
    const HttpServer there([](const HttpRequest& request) -> HttpAnswer {
        const bool signed_here = !request.header("Authorization").empty();
        return signed_here ? HttpAnswer{.body = "there " + request.target} : s3_error(403, "AccessDenied");
    });
    const HttpServer here([&](const HttpRequest&) {
        auto answer = s3_error(307, "TemporaryRedirect");
        answer.headers.emplace_back("Location", there.url() + "/b/a%20key");
        return answer;
    });
    CHECK(read_object(to(here.url()), "b", "a key") == "there /b/a%20key");
    CHECK(here.requests().size() == 1);

    const HttpServer circles([&](const HttpRequest& request) {
        auto answer = s3_error(307, "TemporaryRedirect");
        answer.headers.emplace_back("Location", "http://" + request.header("Host") + "/b/k");
        return answer;
    });
    CHECK(reading_error(circles.url()).error_class() == ErrorClass::unreachable);
    const HttpServer nowhere([](const HttpRequest&) {
        auto answer = s3_error(307, "TemporaryRedirect");
        answer.headers.emplace_back("Location", "ftp://example.com/k");
        return answer;
    });
    const auto error = reading_error(nowhere.url());
    CHECK(error.error_class() == ErrorClass::unreachable);
    CHECK_THAT(error.hint(), Catch::Contains("--host"));
}

TEST_CASE("each status without a document has its class and a hint") {
    for (const auto& [status, error_class] : {std::pair(500, ErrorClass::unreachable),
                                              {502, ErrorClass::unreachable},
                                              {504, ErrorClass::unreachable},
                                              {599, ErrorClass::unreachable},
                                              {401, ErrorClass::auth},
                                              {305, ErrorClass::invalid},
                                              {418, ErrorClass::internal}}) {
        CAPTURE(status);
        const RawServer server([&, s = status](RawConnection& connection) {
            connection.read_head();
            connection.send(
                fmt::format("HTTP/1.1 {} x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", s));
        });
        const auto error = reading_error(server.url());
        CHECK(error.error_class() == error_class);
        CHECK_FALSE(error.hint().empty());
    }
    const RawServer unfinished([&](RawConnection& connection) {
        connection.read_head();
        connection.send("HTTP/1.1 103 Early Hints\r\nLink: <a>\r\n\r\n");
    });
    CHECK(reading_error(unfinished.url()).error_class() == ErrorClass::unreachable);
    const HttpServer encrypted([](const HttpRequest&) {
        return xml(
            400,
            "<Error><Code>InvalidRequest</Code><Message>The object was stored using a form of Server Side "
            "Encryption. The correct parameters must be provided to retrieve the object.</Message></Error>");
    });
    const auto error = reading_error(encrypted.url());
    CHECK(error.error_class() == ErrorClass::invalid);
    CHECK_THAT(error.hint(), Catch::Contains("SSE-C"));
}

TEST_CASE("who pays for the requests says so in each, under the signature") {
    const HttpServer server([](const HttpRequest&) { return HttpAnswer{.body = "x"}; });
    auto connection = to(server.url());
    read_object(connection, "b", "k");
    connection.options["request_payer"] = "requester";
    read_object(connection, "b", "k");
    const auto requests = server.requests();
    REQUIRE(requests.size() == 2);
    CHECK(requests[0].header("x-amz-request-payer").empty());
    CHECK(requests[1].header("x-amz-request-payer") == "requester");
    CHECK_THAT(requests[1].header("Authorization"), Catch::Contains("x-amz-request-payer"));
}

TEST_CASE("rubbish instead of a listing is an error, soon") {
    const std::string endless(std::size_t{1} << 20U, 'x');
    const std::vector<std::pair<std::string, HttpServer::Handler>> services{
        {"not XML", [](const HttpRequest&) { return xml(200, "Welcome to nginx!"); }},
        {"HTML", [](const HttpRequest&) { return xml(200, "<html><body>hello</body></html>"); }},
        {"nothing", [](const HttpRequest&) { return xml(200, ""); }},
        {"truncated XML",
         [](const HttpRequest&) { return xml(200, "<ListBucketResult><Contents><Key>a</K"); }},
        {"an endless answer",
         [&](const HttpRequest&) {
             return HttpAnswer{.content_type = "application/xml",
                               .stream = [&](const auto& send) { return send(endless); }};
         }},
        {"an endless error",
         [&](const HttpRequest&) {
             return HttpAnswer{.status = 400,
                               .content_type = "application/xml",
                               .stream = [&](const auto& send) { return send(endless); }};
         }},
        {"the same page again and again",
         [](const HttpRequest&) {
             return xml(200,
                        "<ListBucketResult><IsTruncated>true</IsTruncated><NextContinuationToken>same"
                        "</NextContinuationToken></ListBucketResult>");
         }},
    };
    for (const auto& [name, handler] : services) {
        CAPTURE(name);
        const HttpServer server(handler);
        const auto error = error_of([&] { browse(to(server.url()), "b", true); });
        CAPTURE(error.what());
        CHECK(error.error_class() == ErrorClass::internal);
        CHECK(error_of([&] { browse(to(server.url()), ""); }).error_class() == ErrorClass::internal);
    }
}

TEST_CASE("what does not speak HTTP, or stops within a head, is unreachable") {
    for (const std::string answer : {"SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nContent-Le", ""}) {
        CAPTURE(answer);
        const RawServer server([&](RawConnection& connection) {
            connection.read_head();
            connection.send(answer);
        });
        CHECK(reading_error(server.url()).error_class() == ErrorClass::unreachable);
    }
}

TEST_CASE("a service that is silent, or never ends an answer, is given up in time by every verb") {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    const std::string chunked = ok + "Transfer-Encoding: chunked\r\n\r\n";
    struct Case {
        std::string what;
        std::string begin;
        std::string repeated;
        bool reads_end = true;  ///< else the bytes come slowly, as an object's may
    };
    const std::vector<Case> cases{{"no byte", "", ""},
                                  {"a head that stops", "HTTP/1.1 200 OK\r\nETag: ", ""},
                                  {"a head without an end", ok, "X: y\r\n"},
                                  {"answers before the answer", "", "HTTP/1.1 100 Continue\r\n\r\n"},
                                  {"a body that stops", ok + "Content-Length: 100\r\n\r\n<List", ""},
                                  {"a body without an end", chunked, "1\r\n<\r\n", false}};
    for (const auto& [what, begin, repeated, reads_end] : cases) {
        CAPTURE(what);
        Cancellation closing;
        const RawServer server([&, &first = begin, &again = repeated](RawConnection& connection) {
            connection.read_request();
            if (!connection.send(first)) return;
            if (again.empty()) return connection.wait_until_closed();
            while (connection.send(again)) wait_for(std::chrono::milliseconds(5), closing);
        });
        auto connection = to(server.url());
        connection.wait_limit = std::chrono::milliseconds(200);
        const auto begun = std::chrono::steady_clock::now();
        std::vector<Error> errors{error_of([&] { browse(connection, ""); }),
                                  error_of([&] { browse(connection, "b/", true); })};
        if (reads_end) errors.push_back(error_of([&] { read_object(connection, "b", "k"); }));
        std::string_view left = "a,b\r\n";
        const sources::OutgoingFile file{.size = 5,
                                         .read =
                                             [&](std::span<char> buffer) {
                                                 const auto count = left.copy(buffer.data(), buffer.size());
                                                 left.remove_prefix(count);
                                                 return count;
                                             },
                                         .rewind = [&] { left = "a,b\r\n"; }};
        errors.push_back(error_of([&] {
            Cancellation none;
            sources::detect_engine(connection, none)
                .open_file_writer(connection, none)
                ->write({.bucket = "b", .path = "k"}, file);
        }));
        for (const auto& error : errors) {
            CAPTURE(error.what());
            CHECK(error.error_class() == ErrorClass::unreachable);
        }
        CHECK(std::chrono::steady_clock::now() - begun < std::chrono::seconds(10));
    }
}

TEST_CASE("a listing of 100,000 entries is told page by page, in constant memory") {
    constexpr int pages = 100;
    const HttpServer server([](const HttpRequest& request) {
        const auto at = request.target.find("continuation-token=");
        const int page = at == std::string::npos ? 0 : std::stoi(request.target.substr(at + 19));
        std::string body = "<ListBucketResult><EncodingType>url</EncodingType>";
        for (int i = 0; i < 1000; ++i) {
            body += fmt::format(
                "<Contents><Key>folder/file-{:06}.csv</Key><Size>{}</Size><LastModified>"
                "2026-01-02T03:04:05.000Z</LastModified><StorageClass>STANDARD</StorageClass>"
                "</Contents>",
                page * 1000 + i, i);
        }
        if (page + 1 < pages) {
            body += fmt::format(
                "<IsTruncated>true</IsTruncated><NextContinuationToken>{}"
                "</NextContinuationToken>",
                page + 1);
        }
        return xml(200, body + "</ListBucketResult>");
    });
    const auto in_use = [] { return ::mallinfo2().uordblks + ::mallinfo2().hblkhd; };
    Cancellation cancellation;
    const auto source = sources::open_source(to(server.url()), cancellation);
    std::size_t after_one_page = 0;
    std::size_t most = 0;
    int count = 0;
    std::string last;
    source->browse("b", true, [&](const sources::Entry& entry) {
        if (++count == 1500) after_one_page = in_use();
        if (count > 1500 && count % 500 == 0) most = std::max(most, in_use());
        last = entry.path;
    });
    CHECK(count == 100'000);
    CHECK(last == "folder/file-099999.csv");
    CHECK(most < after_one_page + 4'000'000);  // a page and its document, at most, beyond the first's
    CHECK(server.requests().size() == pages);
}
