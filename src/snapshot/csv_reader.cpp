#include "snapshot/csv_reader.hpp"

#include <utility>

#include <fcntl.h>
#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t chunk_size = std::size_t{64} << 10U;
constexpr int end_of_file = -1;

Error too_large(const std::filesystem::path& path, std::string_view what, std::size_t limit) {
    return {ErrorClass::invalid,
            fmt::format("cannot read {}: {} larger than {}", path.string(), what, format_bytes(limit)),
            "download the dataset instead"};
}

}  // namespace

CsvReader::CsvReader(std::filesystem::path path, std::size_t record_limit)
    : path_(std::move(path)), file_(open_file(path_, O_RDONLY)), record_limit_(record_limit) {
    buffer_.resize(chunk_size);
    auto record = read_record();
    if (!record)
        throw Error(ErrorClass::integrity, fmt::format("cannot read {}: it is empty", path_.string()));
    // The name of an only column is written in quotes when it is empty: an empty line names no columns.
    if (record->size() == 1 && !record->front()) return;
    for (auto& name : *record) header_.push_back(std::move(name).value_or(""));
}

std::optional<CsvRow> CsvReader::next() {
    auto record = read_record();
    if (!record) return record;
    if (header_.empty() && record->size() == 1 && !record->front()) record->clear();
    if (record->size() != header_.size()) {
        reject(fmt::format("it has {} values, not {}", record->size(), header_.size()));
    }
    return record;
}

std::optional<CsvRow> CsvReader::read_record() {
    if (peek() == end_of_file) return std::nullopt;
    ++record_;
    record_bytes_ = 0;
    CsvRow record;
    quoted_.clear();
    for (;;) {
        quoted_.push_back(peek() == '"');
        record.push_back(read_field());
        count(sizeof(CsvRow::value_type));
        const int separator = peek();
        ++position_;
        if (separator == ',') continue;
        if (separator == end_of_file) reject("the file ends in it");
        if (separator == '\r' && peek() == '\n') break;
        reject("a value is not followed by a comma or a line end");
    }
    ++position_;
    return record;
}

std::optional<std::string> CsvReader::read_field() {
    if (peek() == '"') return read_quoted();
    auto text = read_plain();
    if (text.empty()) return std::nullopt;
    return text;
}

std::string CsvReader::read_quoted() {
    std::string text;
    ++position_;
    for (;;) {
        if (peek() == end_of_file) reject("the file ends in a quoted value");
        const std::string_view rest(buffer_.data() + position_, end_ - position_);
        const auto quote = rest.find('"');
        const auto part = rest.substr(0, quote);
        count(part.size());
        text += part;
        position_ += part.size();
        if (quote == std::string_view::npos) continue;
        ++position_;
        if (peek() != '"') return text;
        count(1);
        text += '"';
        ++position_;
    }
}

std::string CsvReader::read_plain() {
    std::string text;
    while (peek() != end_of_file) {
        const std::string_view rest(buffer_.data() + position_, end_ - position_);
        const auto stop = rest.find_first_of(",\r\n\"");
        const auto part = rest.substr(0, stop);
        count(part.size());
        text += part;
        position_ += part.size();
        if (stop != std::string_view::npos) break;
    }
    return text;
}

void CsvReader::count(std::size_t bytes) {
    record_bytes_ += bytes;
    if (record_bytes_ > record_limit_) {
        throw too_large(path_, fmt::format("record {} is", record_), record_limit_);
    }
}

int CsvReader::peek() {
    if (position_ >= end_) {
        end_ = read_some(file_, buffer_, path_);
        position_ = 0;
        if (end_ == 0) return end_of_file;
    }
    return static_cast<unsigned char>(buffer_[position_]);
}

void CsvReader::reject(const std::string& reason) const {
    throw Error(ErrorClass::integrity,
                fmt::format("cannot read {}: record {}: {}", path_.string(), record_, reason));
}

}  // namespace prevision::snapshot
