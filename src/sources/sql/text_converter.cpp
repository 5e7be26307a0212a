#include "sources/sql/text_converter.hpp"

#include <algorithm>
#include <cerrno>
#include <utility>

#include <fmt/format.h>
#include <iconv.h>

#include "core/utf8.hpp"
#include "sources/field.hpp"

namespace prevision::sources {

TextConverter::TextConverter(const std::string& from, const std::string& to) : from_(from) {
    iconv_t descriptor = ::iconv_open(to.c_str(), from.c_str());
    if (descriptor == reinterpret_cast<iconv_t>(-1)) {  // iconv_open(3) returns that for an error
        refuse_field("encoding", fmt::format("'{}' is not known", from == "UTF-8" ? to : from),
                     "'iconv -l' lists those that are known");
    }
    descriptor_.reset(descriptor);
}

void TextConverter::Close::operator()(void* descriptor) const { ::iconv_close(descriptor); }

std::optional<std::string> TextConverter::convert(std::string_view text) {
    constexpr auto failed = static_cast<std::size_t>(-1);
    std::string converted(text.size() * 2 + 16, '\0');
    std::size_t written = 0;
    char* in = const_cast<char*>(text.data());  // NOLINT: iconv(3) does not write to it
    std::size_t in_left = text.size();
    ::iconv(descriptor_.get(), nullptr, nullptr, nullptr, nullptr);
    for (;;) {
        char* out = converted.data() + written;
        std::size_t out_left = converted.size() - written;
        const auto result = ::iconv(descriptor_.get(), &in, &in_left, &out, &out_left);
        written = converted.size() - out_left;
        if (result != failed) {
            // What it could only write approximately counts as a failure.
            if (result > 0) return std::nullopt;
            converted.resize(written);
            return converted;
        }
        if (errno != E2BIG) return std::nullopt;
        converted.resize(converted.size() * 2);
    }
}

std::string parse_encoding(const Connection& connection) {
    auto encoding = option_of(connection, "encoding");
    if (!encoding.empty()) TextConverter(encoding, "UTF-8");
    return encoding;
}

std::vector<Column> decode_names(std::vector<Column> columns, const std::string& encoding) {
    std::unique_ptr<TextDecoder> decoder;
    if (!encoding.empty()) decoder = std::make_unique<TextConverter>(encoding, "UTF-8");
    for (std::size_t at = 0; at < columns.size(); ++at) {
        auto& name = columns[at].name;
        auto converted = decoder ? decoder->convert(name) : std::optional(name);
        if (!converted || !is_utf8(*converted)) {
            throw Error(
                ErrorClass::integrity,
                fmt::format("the name of the column {} is not {}", at + 1, decoder ? encoding : "UTF-8"),
                "name its encoding by the connector's --encoding, or give the column another name by a "
                "request with AS");
        }
        name = std::move(*converted);
    }
    return columns;
}

RowDecoder::RowDecoder(std::span<const Column> columns, std::vector<TextDecoder*> decoders)
    : columns_(columns), decoders_(std::move(decoders)), values_(columns.size()), texts_(columns.size()) {}

RowDecoder::RowDecoder(std::span<const Column> columns, const std::string& encoding)
    : RowDecoder(columns, std::vector<TextDecoder*>(columns.size())) {
    if (encoding.empty()) return;
    own_ = std::make_unique<TextConverter>(encoding, "UTF-8");
    std::ranges::fill(decoders_, own_.get());
}

std::span<const Value> RowDecoder::decode(std::span<const Value> row) {
    ++row_;
    for (std::size_t at = 0; at < row.size(); ++at) {
        values_[at] = row[at];
        const bool is_text = columns_[at].kind == ValueKind::text || columns_[at].kind == ValueKind::any;
        if (row[at].is_null() || !is_text) continue;
        auto* const decoder = decoders_[at];
        const auto text = row[at].text();
        if (decoder == nullptr && is_utf8(text)) continue;
        auto converted = decoder != nullptr ? decoder->convert(text) : std::nullopt;
        if (!converted) {
            throw Error(
                ErrorClass::integrity,
                fmt::format("the text of the column '{}' in row {} is not {}", columns_[at].name, row_,
                            decoder == nullptr ? "UTF-8" : decoder->name() + " with a Unicode form"),
                "name its encoding by the connector's --encoding, or read the column as bytes by a "
                "request with a CAST");
        }
        texts_[at] = std::move(*converted);
        values_[at].data = texts_[at].data();
        values_[at].size = texts_[at].size();
    }
    return values_;
}

}  // namespace prevision::sources
