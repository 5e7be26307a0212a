#include "sources/s3/browse.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::sources::s3 {

namespace {

// `path` is the item's name below the browsed place. A folder's ends with '/', as in the keys below it.
Entry entry_of(const Item& item, std::string path) {
    const bool folder = path.ends_with('/') && (item.is_prefix || item.size.value_or(0) == 0);
    std::string_view name = path;
    if (folder && name.size() > 1) name.remove_suffix(1);
    name.remove_prefix(name.rfind('/') + 1);  // npos + 1 is 0
    return {.name = std::string(name.empty() ? path : name),
            .path = std::move(path),
            .kind = folder ? "folder" : "file",
            .size = folder ? std::nullopt : item.size,
            .modified = item.modified,
            .detail = {}};
}

// Lists names below `prefix`, each with `before` in front. Returns whether there were any.
bool list_below(Client& client, const std::string& bucket, const std::string& prefix, bool recursive,
                const std::string& before, const EntryObserver& each) {
    bool any = false;
    list_objects(client, bucket, prefix, recursive ? "" : "/", 0, [&](const Item& item) {
        any = true;
        // A key that equals the prefix is a marker of the folder itself.
        if (item.name.size() > prefix.size() && item.name.starts_with(prefix))
            each(entry_of(item, before + item.name.substr(prefix.size())));
        return true;
    });
    return any;
}

// Lists the object with exactly that key: the first of those that begin with it.
bool list_object(Client& client, const std::string& bucket, const std::string& key,
                 const EntryObserver& each) {
    bool found = false;
    list_objects(client, bucket, key, "", 1, [&](const Item& item) {
        found = item.name == key;
        if (found) each(entry_of(item, key.substr(key.rfind('/') + 1)));
        return false;
    });
    return found;
}

void browse_buckets(Client& client, bool recursive, const EntryObserver& each) {
    for (const auto& bucket : list_buckets(client)) {
        each({.name = bucket.name,
              .path = bucket.name,
              .kind = "bucket",
              .size = std::nullopt,
              .modified = bucket.modified,
              .detail = {}});
        if (recursive) list_below(client, bucket.name, "", true, bucket.name + "/", each);
    }
}

}  // namespace

void browse(Client& client, const std::string& path, bool recursive, const EntryObserver& each) {
    if (path.empty() || path == "/") {
        browse_buckets(client, recursive, each);
        return;
    }
    const auto slash = path.find('/');
    const auto bucket = path.substr(0, slash);
    const auto prefix = slash == std::string::npos ? "" : path.substr(slash + 1);
    if (bucket.empty()) {
        throw Error(ErrorClass::invalid, "invalid path: it begins with '/', and a bucket comes first",
                    "write BUCKET or BUCKET/PATH");
    }
    const bool is_folder = prefix.empty() || prefix.ends_with('/');
    if (list_below(client, bucket, is_folder ? prefix : prefix + "/", recursive, "", each)) return;
    if (prefix.empty() || (!is_folder && list_object(client, bucket, prefix, each))) return;
    throw Error(ErrorClass::not_found, fmt::format("cannot find '{}' in the bucket '{}'", prefix, bucket),
                fmt::format("list what there is with 'prevision connector browse CONNECTOR {}'", bucket));
}

}  // namespace prevision::sources::s3
