#include "snapshot/inspect/text_encoding.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <iconv.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "core/utf8.hpp"

namespace prevision::snapshot {

namespace {

using namespace std::string_view_literals;

using Names = std::pair<std::string_view, std::string_view>;

/// Other names of encodings that are kept under one.
constexpr std::array kept_names{
    Names{"utf8", "utf-8"},         Names{"ascii", "utf-8"},        Names{"us-ascii", "utf-8"},
    Names{"latin1", "iso-8859-1"},  Names{"latin-1", "iso-8859-1"}, Names{"cp1252", "windows-1252"},
    Names{"utf-16", "utf-16le"},    Names{"utf16", "utf-16le"},     Names{"utf-32", "utf-32le"},
    Names{"utf32", "utf-32le"},     Names{"sjis", "shift_jis"},     Names{"uhc", "euc-kr"},
    Names{"shift-jis", "shift_jis"}};

/// What iconv(3) calls the encoding that files of that name are in: the larger one that Windows uses.
constexpr std::array iconv_names{Names{"shift_jis", "CP932"}, Names{"gb2312", "GB18030"},
                                 Names{"gbk", "GB18030"}, Names{"euc-kr", "CP949"}};

template <std::size_t count>
std::string_view renamed(const std::array<Names, count>& table, std::string_view name) {
    const auto* found = std::ranges::find(table, name, &Names::first);
    return found == table.end() ? name : found->second;
}

iconv_t open_converter(std::string_view encoding) {
    return ::iconv_open("UTF-8", std::string(renamed(iconv_names, encoding)).c_str());
}

bool is_open(iconv_t converter) { return converter != reinterpret_cast<iconv_t>(-1); }  // iconv_open(3)

std::size_t unit_of(std::string_view encoding) {
    if (encoding.starts_with("utf-16") || encoding.starts_with("ucs-2")) return 2;
    return encoding.starts_with("utf-32") || encoding.starts_with("ucs-4") ? 4 : 1;
}

}  // namespace

std::optional<std::string> encoding_name(std::string_view name) {
    // `iconv -l` writes "CP932//". Other slashes, and an empty name, have a meaning of their own for iconv_open(3).
    if (name.ends_with("//")) name.remove_suffix(2);
    if (name.empty() || name.find('/') != std::string_view::npos) return std::nullopt;
    const auto lower = to_lower(name);
    auto kept = std::string(renamed(kept_names, lower));
    const auto converter = open_converter(kept);
    if (!is_open(converter)) return std::nullopt;
    ::iconv_close(converter);
    return kept;
}

std::size_t ascii_size(std::string_view text) {
    constexpr std::size_t step = 32;
    std::size_t size = 0;
    for (; size + step <= text.size(); size += step) {
        std::array<std::uint64_t, 4> words{};
        std::memcpy(words.data(), text.data() + size, step);
        if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080U) != 0) break;
    }
    while (size < text.size() && static_cast<unsigned char>(text[size]) < 0x80) ++size;
    return size;
}

TextDecoder::TextDecoder(const std::string& encoding) : unit_(unit_of(encoding)) {
    const auto converter = open_converter(encoding);
    if (!is_open(converter)) {
        throw Error(ErrorClass::invalid, fmt::format("invalid encoding: '{}' is not known", encoding),
                    "'iconv -l' lists those that are known");
    }
    descriptor_.reset(converter);
}

void TextDecoder::Close::operator()(void* descriptor) const { ::iconv_close(descriptor); }

std::string_view TextDecoder::write(std::string_view bytes) {
    text_.clear();
    if (tail_.empty()) {
        convert(bytes);
    } else {
        const auto joined = std::exchange(tail_, {}).append(bytes);
        convert(joined);
    }
    return text_;
}

std::string_view TextDecoder::finish() {
    text_.clear();
    // Some encodings hold a letter back, since an accent may follow.
    std::array<char, 64> buffer{};
    char* out = buffer.data();
    std::size_t room = buffer.size();
    ::iconv(descriptor_.get(), nullptr, nullptr, &out, &room);
    text_.append(buffer.data(), buffer.size() - room);
    if (!std::exchange(tail_, {}).empty()) replace();
    return text_;
}

void TextDecoder::convert(std::string_view bytes) {
    std::array<char, std::size_t{16} << 10U> buffer;  // NOLINT: filled by iconv
    char* in = const_cast<char*>(bytes.data());       // NOLINT: iconv(3) does not write to it
    std::size_t left = bytes.size();
    while (left > 0) {
        char* out = buffer.data();
        std::size_t room = buffer.size();
        const bool failed =
            ::iconv(descriptor_.get(), &in, &left, &out, &room) == static_cast<std::size_t>(-1);
        const int reason = errno;
        text_.append(buffer.data(), buffer.size() - room);
        if (!failed || reason == E2BIG) continue;
        if (reason == EINVAL) {
            tail_.assign(in, left);
            return;
        }
        replace();
        const auto skipped = std::min(unit_, left);
        in += skipped;
        left -= skipped;
    }
}

void TextDecoder::replace() {
    text_ += "\xef\xbf\xbd"sv;
    ++wrong_;
}

void Utf8Check::write(std::string_view bytes) {
    constexpr std::size_t longest = 4;
    while (!tail_.empty()) {
        auto joined = tail_;
        joined += bytes.substr(0, longest - tail_.size());
        const auto size = utf8_character_size(joined);
        if (size == 0 && joined.size() < longest) {
            tail_ = std::move(joined);
            return;
        }
        count(size);
        const auto taken = std::max<std::size_t>(size, 1);
        if (taken >= tail_.size()) bytes.remove_prefix(taken - tail_.size());
        tail_.erase(0, taken);
    }
    check(bytes, false);
}

void Utf8Check::count(std::size_t character_size) {
    if (character_size == 0) ++wrong_;
    if (character_size > 1) ++right_;
}

void Utf8Check::finish() { check(std::exchange(tail_, {}), true); }

void Utf8Check::check(std::string_view bytes, bool last) {
    constexpr std::size_t longest = 4;
    for (;;) {
        bytes.remove_prefix(ascii_size(bytes));
        if (bytes.empty()) return;
        const auto size = utf8_character_size(bytes);
        if (size == 0 && !last && bytes.size() < longest) {
            tail_ = bytes;
            return;
        }
        count(size);
        bytes.remove_prefix(std::max<std::size_t>(size, 1));
    }
}

}  // namespace prevision::snapshot
