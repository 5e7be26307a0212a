#include "snapshot/inspect/text_stream.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "snapshot/inspect/encoding_guess.hpp"

namespace prevision::snapshot {

std::string TextStream::begin(std::string_view beginning, bool whole) {
    const auto marked = marked_encoding(beginning);
    // "utf-16" leaves the order of the bytes to the mark.
    const bool same_width = encoding_ && marked && encoding_->substr(0, 6) == marked->substr(0, 6);
    if (marked && (!encoding_ || same_width)) encoding_ = marked;
    if (encoding_ && *encoding_ != "utf-8") decoder_.emplace(*encoding_);
    std::string text(write(beginning));
    text += decide(whole);
    if (whole) text += finish();
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    return text;
}

std::string_view TextStream::write(std::string_view bytes) {
    if (decoder_) return decoder_->write(bytes);
    if (encoding_) {
        utf8_.write(bytes);
        return bytes;
    }
    const auto ascii = undecided_.empty() ? ascii_size(bytes) : 0;
    if (ascii == bytes.size()) return bytes;
    text_ = bytes.substr(0, ascii);
    undecided_ += bytes.substr(ascii);
    constexpr std::size_t deciding_size = std::size_t{64} << 10U;
    if (undecided_.size() >= deciding_size) text_ += decide(false);
    return text_;
}

std::string_view TextStream::finish() {
    text_ = decide(true);
    if (decoder_) text_ += decoder_->finish();
    utf8_.finish();
    return text_;
}

std::string TextStream::decide(bool last) {
    if (undecided_.empty()) return {};
    const auto bytes = std::exchange(undecided_, {});
    Utf8Check check;
    check.write(bytes);
    if (last) check.finish();
    encoding_ = "utf-8";
    if (check.wrong() > check.right()) {
        encoding_ = likely_encoding(bytes);
        guessed_from_ = static_cast<std::size_t>(
            std::ranges::count_if(bytes, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }));
        decoder_.emplace(*encoding_);
    }
    return std::string(write(bytes));
}

bool TextStream::has_wide_units() const {
    return encoding_ && (encoding_->starts_with("utf-16") || encoding_->starts_with("utf-32"));
}

std::vector<std::string> TextStream::notes() const {
    std::vector<std::string> notes;
    if (guessed_from_ > 0) {
        constexpr std::size_t enough = 100;
        notes.push_back(fmt::format("its encoding is {} {}, judged by {} bytes beyond ASCII",
                                    guessed_from_ < enough ? "perhaps" : "probably", *encoding_,
                                    format_count(guessed_from_)));
    }
    if (const auto wrong = decoder_ ? decoder_->wrong() : utf8_.wrong(); wrong > 0) {
        notes.push_back(fmt::format("{} bytes are not {}", format_count(wrong),
                                    encoding() == "utf-8" ? "UTF-8" : encoding()));
    }
    return notes;
}

}  // namespace prevision::snapshot
