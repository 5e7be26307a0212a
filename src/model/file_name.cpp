#include "model/file_name.hpp"

#include <algorithm>
#include <string_view>

namespace prevision::model {

namespace {

constexpr std::size_t longest_suffix = 12;

bool is_plain(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

std::string_view suffix_of(std::string_view name) {
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0 || name.size() - dot > longest_suffix) return {};
    const auto suffix = name.substr(dot);
    return std::ranges::all_of(suffix.substr(1), is_plain) ? suffix : std::string_view();
}

}  // namespace

std::string file_suffix(const DatasetFile& file) {
    const std::string_view name = file.name;
    const auto last = suffix_of(name);
    // "a.csv.gz" has two suffixes, and the first names the content; "a.zip" has one.
    if (!file.compression.empty() && !last.empty()) {
        return std::string(suffix_of(name.substr(0, name.size() - last.size()))) + std::string(last);
    }
    if (!last.empty()) return std::string(last);
    if (file.type == "other") return "";
    return file.type.empty() ? ".csv" : '.' + file.type;
}

std::string file_name(const Dataset& dataset) {
    const auto suffix = file_suffix(dataset.file);
    return dataset.name.ends_with(suffix) ? dataset.name : dataset.name + suffix;
}

}  // namespace prevision::model
