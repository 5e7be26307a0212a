#include "sources/sql/text_converter.hpp"

#include <cerrno>

#include <fmt/format.h>
#include <iconv.h>

#include "core/utf8.hpp"

namespace prevision::sources {

TextConverter::TextConverter(const std::string& from, const std::string& to) {
    iconv_t descriptor = ::iconv_open(to.c_str(), from.c_str());
    if (descriptor == reinterpret_cast<iconv_t>(-1)) {  // iconv_open(3) returns that for an error
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid encoding: '{}' is not known", from == "UTF-8" ? to : from),
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

RowDecoder::RowDecoder(const std::string& encoding, std::span<const Column> columns)
    : encoding_(encoding), columns_(columns), values_(columns.size()), texts_(columns.size()) {
    if (!encoding.empty()) converter_.emplace(encoding, "UTF-8");
}

std::span<const Value> RowDecoder::decode(std::span<const Value> row) {
    ++row_;
    for (std::size_t at = 0; at < row.size(); ++at) {
        values_[at] = row[at];
        if (row[at].is_null() || columns_[at].kind != ValueKind::text) continue;
        const auto text = row[at].text();
        auto converted = converter_ ? converter_->convert(text) : std::nullopt;
        if (converted) {
            texts_[at] = std::move(*converted);
            values_[at] = {texts_[at].data(), texts_[at].size()};
        } else if (converter_ || !is_utf8(text)) {
            throw Error(ErrorClass::integrity,
                        fmt::format("the text of the column '{}' in row {} is not {}", columns_[at].name,
                                    row_, converter_ ? encoding_ : "UTF-8"),
                        "name its encoding by the connector's --encoding");
        }
    }
    return values_;
}

}  // namespace prevision::sources
