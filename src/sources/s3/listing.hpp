#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sources/s3/client.hpp"

namespace prevision::sources::s3 {

/// What a listing names: a bucket, an object, or what several keys begin with.
struct Item {
    std::string name;  ///< the whole key, or the whole beginning, with its '/'
    bool is_prefix = false;
    std::optional<std::uint64_t> size;
    std::string modified;  ///< RFC 3339, or empty
};

/// A page of a listing of objects.
struct Page {
    std::vector<Item> items;
    std::string next;  ///< asks for the page that follows; empty on the last one
};

/// Error internal, beginning with `purpose`, when it is another kind of document.
Page parse_object_page(std::string_view xml, const std::string& purpose);
std::vector<Item> parse_buckets(std::string_view xml, const std::string& purpose);

std::vector<Item> list_buckets(Client& client);

/// Lists all keys that begin with `prefix`, page by page. With the delimiter "/" it lists only the keys directly below the
/// prefix, and once each folder of the others. Ends when `each` returns false. With `page_size` 0 the service chooses the size.
void list_objects(Client& client, const std::string& bucket, const std::string& prefix,
                  const std::string& delimiter, int page_size,
                  const std::function<bool(const Item& item)>& each);

}  // namespace prevision::sources::s3
