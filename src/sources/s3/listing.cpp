#include "sources/s3/listing.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <pugixml.hpp>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::sources::s3 {

namespace {

[[noreturn]] void refuse(const std::string& purpose, std::string_view why) {
    throw Error(ErrorClass::internal, fmt::format("{}: {}", purpose, why),
                "check that --host is an S3 endpoint");
}

// The document's root. pugixml expands only XML's own entities and loads nothing.
pugi::xml_node parse(pugi::xml_document& document, std::string_view xml, const char* root,
                     const std::string& purpose) {
    // Without trimming: a key may be a space.
    constexpr unsigned flags = pugi::parse_default | pugi::parse_ws_pcdata_single;
    const auto result = document.load_buffer(xml.data(), xml.size(), flags, pugi::encoding_utf8);
    if (!result) refuse(purpose, "the answer is not whole XML");
    const auto found = document.child(root);
    if (!found) refuse(purpose, fmt::format("the answer is not a {}", root));
    return found;
}

// As `encoding-type=url` has it, where a space may be '+'.
std::string decode(std::string text, bool encoded) {
    if (!encoded) return text;
    std::ranges::replace(text, '+', ' ');
    return percent_decode(text);
}

std::optional<std::uint64_t> parse_size(const char* text) {
    const auto number = parse_integer(text);
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

}  // namespace

Page parse_object_page(std::string_view xml, const std::string& purpose) {
    pugi::xml_document document;
    const auto root = parse(document, xml, "ListBucketResult", purpose);
    const bool encoded = std::string_view(root.child("EncodingType").text().get()) == "url";
    Page page;
    for (const auto node : root.children()) {
        const std::string_view kind = node.name();
        if (kind == "Contents") {
            page.items.push_back({.name = decode(node.child("Key").text().get(), encoded),
                                  .size = parse_size(node.child("Size").text().get()),
                                  .modified = node.child("LastModified").text().get()});
        } else if (kind == "CommonPrefixes") {
            page.items.push_back({.name = decode(node.child("Prefix").text().get(), encoded),
                                  .is_prefix = true,
                                  .size = std::nullopt,
                                  .modified = {}});
        }
    }
    if (std::string_view(root.child("IsTruncated").text().get()) == "true") {
        page.next = root.child("NextContinuationToken").text().get();
        if (page.next.empty()) refuse(purpose, "the answer says that more follows and not where");
    }
    // Folders among files, as the keys themselves are sorted.
    std::ranges::stable_sort(page.items, {}, &Item::name);
    return page;
}

std::vector<Item> parse_buckets(std::string_view xml, const std::string& purpose) {
    pugi::xml_document document;
    const auto root = parse(document, xml, "ListAllMyBucketsResult", purpose);
    std::vector<Item> buckets;
    for (const auto node : root.child("Buckets").children("Bucket")) {
        buckets.push_back({.name = node.child("Name").text().get(),
                           .size = std::nullopt,
                           .modified = node.child("CreationDate").text().get()});
    }
    return buckets;
}

std::vector<Item> list_buckets(Client& client) {
    const std::string purpose = "cannot list the buckets";
    const auto text = client.get_document({.purpose = purpose, .bucket = {}});
    return parse_buckets(text, fmt::format("{} at {}", purpose, client.endpoint().address()));
}

void list_objects(Client& client, const std::string& bucket, const std::string& prefix,
                  const std::string& delimiter, int page_size,
                  const std::function<bool(const Item& item)>& each) {
    Request request{.purpose = fmt::format("cannot list the bucket '{}'", bucket), .bucket = bucket};
    request.query = {{"list-type", "2"}, {"encoding-type", "url"}};
    if (!prefix.empty()) request.query["prefix"] = prefix;
    if (!delimiter.empty()) request.query["delimiter"] = delimiter;
    if (page_size > 0) request.query["max-keys"] = std::to_string(page_size);
    for (;;) {
        const auto text = client.get_document(request);
        const auto purpose = fmt::format("{} at {}", request.purpose, client.endpoint().address());
        auto page = parse_object_page(text, purpose);
        for (const auto& item : page.items) {
            if (!each(item)) return;
        }
        if (page.next.empty()) return;
        auto& token = request.query["continuation-token"];
        if (token == page.next) refuse(purpose, "the listing goes round in circles");
        token = std::move(page.next);
    }
}

}  // namespace prevision::sources::s3
