#include "snapshot/inspect/json_lines_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <unordered_map>

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include "core/text.hpp"
#include "snapshot/inspect/type_guess.hpp"

namespace prevision::snapshot {

namespace {

constexpr std::size_t line_limit = std::size_t{16} << 20U;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};

/// The keys of all objects, by order of appearance, and what their values look like.
class KeyTable {
  public:
    /// The column of a key, a new one if necessary; `expected` is its place if this object is like the ones
    /// before. `nowhere` when there are too many.
    std::size_t find(std::string_view key, std::size_t expected) {
        if (expected < keys_.size() && *keys_[expected].name == key) return expected;
        if (const auto found = index_.find(key); found != index_.end()) return found->second;
        if (keys_.size() >= column_limit || name_bytes_ + key.size() > row_bytes_limit) return nowhere;
        name_bytes_ += key.size();
        const auto added = index_.emplace(key, keys_.size()).first;
        keys_.push_back({.name = &added->first});
        return keys_.size() - 1;
    }

    TypeGuess& guess(std::size_t column) { return keys_[column].guess; }

    /// One more object has it, counted once each.
    void seen(std::size_t column, std::uint64_t object) {
        auto& key = keys_[column];
        if (key.last_object != object) ++key.objects;
        key.last_object = object;
    }

    [[nodiscard]] std::size_t size() const { return keys_.size(); }

    /// Forgets the keys that were added since there were that many.
    void shrink(std::size_t size) {
        while (keys_.size() > size) {
            index_.erase(index_.find(*keys_.back().name));
            keys_.pop_back();
        }
    }

    [[nodiscard]] std::vector<sources::Column> schema(std::uint64_t objects) const {
        std::vector<sources::Column> columns;
        for (const auto& key : keys_) {
            columns.push_back(key.guess.column(*key.name));
            if (key.objects < objects) columns.back().nullable = true;
        }
        return columns;
    }

  private:
    struct Key {
        const std::string* name = nullptr;  // in the index, whose nodes stay where they are
        TypeGuess guess{};
        std::uint64_t objects = 0;
        std::uint64_t last_object = 0;
    };

    std::unordered_map<std::string, std::size_t, TextHash, std::equal_to<>> index_;
    std::vector<Key> keys_;
    std::size_t name_bytes_ = 0;
};

/// What RapidJSON's reader calls. False ends the parsing.
class LineHandler : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, LineHandler> {
  public:
    /// `line` is what the file has in place of what the stream reads: `parse_line` says why they may differ.
    LineHandler(KeyTable& keys, std::string_view line, const rapidjson::MemoryStream& stream,
                std::uint64_t object, PreviewRow* row)
        : keys_(keys), line_(line), stream_(stream), object_(object), row_(row) {}

    [[nodiscard]] bool too_many_keys() const { return too_many_keys_; }

    bool Null() {
        if (depth_ == 1) keys_.guess(column_).missing();
        return depth_ > 0;
    }
    bool Bool(bool value) { return scalar(ValueForm::boolean, value ? "true" : "false"); }
    bool RawNumber(const char* /*text*/, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ != 1) return depth_ > 0;
        const auto number = line_.substr(stream_.Tell() - size, size);
        return scalar(form_of(number), number);
    }
    bool String(const char* text, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ != 1) return depth_ > 0;
        const std::string_view value(text, size);
        return scalar(text_form(value), value);
    }
    bool StartObject() { return start(); }
    bool StartArray() { return depth_ > 0 && start(); }
    bool EndObject(rapidjson::SizeType /*size*/) { return end(); }
    bool EndArray(rapidjson::SizeType /*size*/) { return end(); }

    bool Key(const char* text, rapidjson::SizeType size, bool /*copy*/) {
        if (depth_ != 1) return true;
        column_ = keys_.find({text, size}, expected_);
        if (column_ == nowhere) {
            too_many_keys_ = true;
            return false;
        }
        expected_ = column_ + 1;
        keys_.seen(column_, object_);
        return true;
    }

  private:
    /// A string is text, unless it is a date: JSON has no other form for those.
    [[nodiscard]] ValueForm text_form(std::string_view value) const {
        const bool may_be_date = value.size() >= 10 && value[0] >= '0' && value[0] <= '9';
        if (!may_be_date || keys_.guess(column_).form() == ValueForm::text) return ValueForm::text;
        const auto form = form_of(value);
        return form == ValueForm::date || form == ValueForm::timestamp ? form : ValueForm::text;
    }

    bool scalar(ValueForm form, std::string_view text) {
        if (depth_ != 1) return depth_ > 0;
        keys_.guess(column_).form(form);
        keep(text);
        return true;
    }

    bool start() {
        if (depth_ == 1) {
            keys_.guess(column_).form(ValueForm::json);
            begin_ = stream_.Tell();
        }
        ++depth_;
        return true;
    }

    bool end() {
        --depth_;
        if (depth_ == 1) keep(line_.substr(begin_, stream_.Tell() + 1 - begin_));
        return true;
    }

    void keep(std::string_view text) {
        if (row_ == nullptr) return;
        if (row_->size() <= column_) row_->resize(column_ + 1);
        (*row_)[column_] = text;
    }

    KeyTable& keys_;
    std::string_view line_;
    const rapidjson::MemoryStream& stream_;
    std::uint64_t object_;
    PreviewRow* row_;
    std::size_t depth_ = 0;
    std::size_t column_ = 0;
    std::size_t expected_ = 0;
    /// Of the object or array that is a value. The reader calls for a bracket before the stream moves past it.
    std::size_t begin_ = 0;
    bool too_many_keys_ = false;
};

/// Iterative, so that no depth of brackets overflows the stack. Python writes NaN and Infinity.
constexpr unsigned parse_flags =
    rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseNanAndInfFlag;

/// Whether the text begins with `\ud` and a digit in that range.
bool begins_half_pair(std::string_view text, char low, char high) {
    const auto start = to_lower(text.substr(0, 4));
    return start.size() == 4 && start.starts_with("\\ud") && start[3] >= low && start[3] <= high;
}

/// The size of the escape at that place; half of a surrogate pair becomes U+FFFD.
std::size_t repair_escape(std::string& text, std::size_t at) {
    constexpr std::size_t size = 6;
    const auto rest = std::string_view(text).substr(at);
    const bool is_high = begins_half_pair(rest, '8', 'b');
    if (rest.size() < size || (!is_high && !begins_half_pair(rest, 'c', 'f'))) return 2;
    if (is_high && begins_half_pair(rest.substr(size), 'c', 'f')) return 2 * size;
    text.replace(at, size, "\\ufffd");
    return size;
}

bool is_json_number(std::string_view text) {
    const auto digit = text.substr(text.starts_with('-') ? 1 : 0, 1);
    const auto form = form_of(text);
    return digit >= "0" && digit <= "9" &&
           (form == ValueForm::integer || form == ValueForm::decimal || form == ValueForm::real);
}

/// A line of the same size that RapidJSON can read: it refuses numbers beyond a double's range (1e400) and
/// escapes that are half of a surrogate pair, which JSON allows.
std::string repaired(std::string_view line) {
    constexpr std::string_view in_numbers = "0123456789+-.eE";
    std::string text(line);
    bool in_string = false;
    for (std::size_t at = 0; at < text.size();) {
        if (in_string && text[at] == '\\') {
            at += repair_escape(text, at);
            continue;
        }
        if (text[at] == '"') in_string = !in_string;
        const auto end = std::min(text.find_first_not_of(in_numbers, at), text.size());
        if (in_string || end < at + 3) {
            ++at;
            continue;
        }
        if (is_json_number(std::string_view(text).substr(at, end - at)))
            text.replace(at, end - at, "0." + std::string(end - at - 2, '0'));
        at = end;
    }
    return text;
}

class JsonLinesReader final : public RecordReader {
  public:
    explicit JsonLinesReader(RowPreview& preview) : preview_(preview) {}

    void write(std::string_view text) override {
        while (!text.empty() && problem().empty()) {
            const auto end = text.find('\n');
            const auto part = text.substr(0, end);
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
            if (line_.size() + part.size() > line_limit) {
                return fail(fmt::format("line {} is longer than {}", lines_ + 1, format_bytes(line_limit)));
            }
            if (end != std::string_view::npos && line_.empty()) {
                line(part);
                continue;
            }
            line_ += part;
            if (end == std::string_view::npos) return;
            line(line_);
            line_.clear();
        }
    }

    void flush() override {
        flushed_ = true;
        if (rows_ > 0) send_waiting();
    }

    void finish() override {
        if (problem().empty()) line(line_);
        line_.clear();
        if (problem().empty()) send_waiting();
    }

    [[nodiscard]] std::uint64_t rows() const override { return rows_; }
    [[nodiscard]] std::uint64_t line() override { return lines_ + 1; }
    [[nodiscard]] std::vector<sources::Column> schema() const override { return keys_.schema(rows_); }
    [[nodiscard]] std::vector<std::string> notes() const override {
        std::vector<std::string> notes;
        if (rejected_ > 0) notes.push_back(first_rejected_);
        if (rejected_ > 1)
            notes.push_back(fmt::format("{} such lines are not counted", format_count(rejected_)));
        if (new_keys_) notes.emplace_back("some rows have keys that the first ones do not have");
        return notes;
    }
    [[nodiscard]] bool regular() const override { return !new_keys_ && rejected_ == 0; }

  private:
    void line(std::string_view text) {
        ++lines_;
        if (trim(text).empty()) return;
        PreviewRow row;
        const bool previewed = preview_.wants_rows();
        const auto keys_before = keys_.size();
        auto* const to = previewed ? &row : nullptr;
        const bool may_hold_halves =
            text.find("\\ud") != std::string_view::npos || text.find("\\uD") != std::string_view::npos;
        auto failure = may_hold_halves ? parse(text, repaired(text), to) : parse(text, text, to);
        if (failure == rapidjson::kParseErrorNumberTooBig) {
            row.clear();
            failure = parse(text, repaired(text), to);
        }
        if (!problem().empty()) return;
        if (failure != rapidjson::kParseErrorNone) {
            keys_.shrink(keys_before);
            return reject(failure);
        }
        ++rows_;
        if (!previewed) return;
        waiting_.push_back(std::move(row));
        waiting_bytes_ += text.size();
        if (flushed_ || waiting_bytes_ >= row_bytes_limit) send_waiting();
    }

    rapidjson::ParseErrorCode parse(std::string_view line, std::string_view readable, PreviewRow* row) {
        rapidjson::MemoryStream stream(readable.data(), readable.size());
        LineHandler handler(keys_, line, stream, rows_ + 1, row);
        const auto result = reader_.Parse<parse_flags>(stream, handler);
        if (handler.too_many_keys()) {
            fail(fmt::format("it has more than {} keys, or very long ones", format_count(column_limit)));
        }
        const bool stopped_early = !result.IsError() && stream.Tell() != readable.size();
        return stopped_early ? rapidjson::kParseErrorDocumentRootNotSingular : result.Code();
    }

    /// A file whose first line is no object is no jsonl; a later one is odd.
    void reject(rapidjson::ParseErrorCode code) {
        const bool other_value = code == rapidjson::kParseErrorTermination;
        auto why = fmt::format("line {} is not a JSON object", format_count(lines_));
        if (!other_value) why += fmt::format(": {}", rapidjson::GetParseError_En(code));
        if (rows_ == 0) return fail(why);
        if (rejected_++ == 0) first_rejected_ = std::move(why);
    }

    /// The columns of a preview come before its rows, so the first rows wait until all their keys are known.
    void send_waiting() {
        if (!preview_.columns_sent()) {
            const auto columns = keys_.schema(rows_);
            width_ = columns.size();
            preview_.columns(columns);
        }
        for (const auto& row : waiting_) {
            new_keys_ = new_keys_ || row.size() > width_;
            preview_.row(row);
        }
        waiting_.clear();
    }

    RowPreview& preview_;
    KeyTable keys_;
    rapidjson::Reader reader_;
    std::string line_;
    std::uint64_t lines_ = 0;
    std::uint64_t rows_ = 0;
    bool flushed_ = false;
    std::uint64_t rejected_ = 0;  ///< lines
    std::string first_rejected_;
    std::size_t width_ = 0;  ///< of the preview
    bool new_keys_ = false;  ///< came after the preview's columns
    std::vector<PreviewRow> waiting_;
    std::size_t waiting_bytes_ = 0;
};

}  // namespace

bool is_json_object(std::string_view line) {
    // By the reader itself, so that both are of one opinion.
    RowPreview nothing(nullptr, 0);
    JsonLinesReader reader(nothing);
    reader.write(line.find_first_of("\r\n") == std::string_view::npos ? line : "");
    reader.finish();
    return reader.problem().empty() && reader.rows() == 1;
}

std::unique_ptr<RecordReader> make_json_lines_reader(RowPreview& preview) {
    return std::make_unique<JsonLinesReader>(preview);
}

}  // namespace prevision::snapshot
