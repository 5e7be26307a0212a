#include "render/progress.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "render/json_reader.hpp"
#include "render/renderer.hpp"
#include "render/unicode.hpp"

namespace prevision::render {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Time = std::chrono::steady_clock::time_point;

constexpr milliseconds between_bars{100};
constexpr milliseconds between_lines{1000};  // of JSON, which ends up in logs
constexpr seconds rate_window{5};            // long enough not to flicker, short enough to show a stall
constexpr int narrowest_bar = 10;
constexpr int widest_bar = 30;
constexpr int bar_frame = 4;  // "  [" and "]"
constexpr int gap = 2;

double in_seconds(Time::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// How much comes in a second, over the last few seconds.
class Rate {
  public:
    void add(Time time, std::uint64_t amount) {
        samples_.push_back({.time = time, .amount = amount});
        while (samples_.size() > 2 && time - samples_[1].time >= rate_window) samples_.pop_front();
    }

    [[nodiscard]] std::uint64_t per_second() const {
        if (samples_.empty()) return 0;
        const double elapsed = in_seconds(samples_.back().time - samples_.front().time);
        if (elapsed <= 0 || samples_.back().amount < samples_.front().amount) return 0;
        return static_cast<std::uint64_t>(
            static_cast<double>(samples_.back().amount - samples_.front().amount) / elapsed);
    }

  private:
    struct Sample {
        Time time;
        std::uint64_t amount;
    };
    std::deque<Sample> samples_;
};

std::string format_duration(seconds duration) {
    const auto all = duration.count();
    if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
    return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

/// "45 ms", "1.5 s", "2:05".
std::string format_elapsed(milliseconds elapsed) {
    if (elapsed < seconds(1)) return fmt::format("{} ms", elapsed.count());
    if (elapsed < std::chrono::minutes(1)) return fmt::format("{:.1f} s", in_seconds(elapsed));
    return format_duration(std::chrono::duration_cast<seconds>(elapsed));
}

/// The state at one moment.
struct Moment {
    ProgressState state;
    milliseconds elapsed{};
    std::uint64_t bytes_per_second = 0;
    std::uint64_t rows_per_second = 0;
};

/// How much of something is done, where that is known or estimated.
struct Share {
    std::uint64_t done = 0;
    std::uint64_t total = 0;
    std::uint64_t per_second = 0;
    std::string about;  ///< "about " before an estimate

    [[nodiscard]] double value() const { return static_cast<double>(done) / static_cast<double>(total); }
    [[nodiscard]] std::string percent() const {
        return fmt::format("{}{:{}}%", about, static_cast<int>(value() * 100), about.empty() ? 3 : 0);
    }
    [[nodiscard]] std::string time_left() const {
        if (per_second == 0) return {};
        return fmt::format("{}{} left", about,
                           format_duration(seconds(static_cast<std::int64_t>((total - done) / per_second))));
    }
};

/// Nothing where the total is not known, or an estimate has proved too low.
std::optional<Share> share_of(const Moment& moment) {
    const auto& state = moment.state;
    if (state.total_bytes.value_or(0) > 0) {
        return Share{.done = std::min(state.bytes.value_or(0), *state.total_bytes),
                     .total = *state.total_bytes,
                     .per_second = moment.bytes_per_second,
                     .about = {}};
    }
    const auto rows = state.rows.value_or(0);
    if (state.total_rows.value_or(0) > 0) {
        return Share{.done = std::min(rows, *state.total_rows),
                     .total = *state.total_rows,
                     .per_second = moment.rows_per_second,
                     .about = {}};
    }
    if (state.about_rows.value_or(0) <= rows) return std::nullopt;
    return Share{
        .done = rows, .total = *state.about_rows, .per_second = moment.rows_per_second, .about = "about "};
}

/// Limits how often the state is shown. A failure to write ends the display, and nothing else.
class TimedProgress : public Progress {
  public:
    TimedProgress(const Io& io, milliseconds between)
        : err_(io.err), clock_(io.clock), between_(between), start_(clock_.steady()) {
        bytes_.add(start_, 0);
        rows_.add(start_, 0);
    }

    void update(const ProgressState& state) final {
        state_ = state;
        const Time now = clock_.steady();
        if (shown_ && now - last_shown_ < between_) return;
        shown_ = true;
        last_shown_ = now;
        bytes_.add(now, state.bytes.value_or(0));
        rows_.add(now, state.rows.value_or(0));
        write(text(moment(now)));
    }

    void finish(const std::string& what, const ProgressState& done) final {
        if (std::exchange(finished_, true)) return;
        state_ = done;
        write(last_text(what, moment(clock_.steady())));
        shown_ = false;
    }

  protected:
    /// What to write at this moment, and at the end.
    [[nodiscard]] virtual std::string text(const Moment& moment) const = 0;
    [[nodiscard]] virtual std::string last_text(const std::string& what, const Moment& moment) const = 0;

    [[nodiscard]] bool shown() const { return shown_; }

    void write(std::string_view text) {
        if (failed_) return;
        try {
            err_.write(text);
            err_.flush();
        } catch (const Error&) {
            failed_ = true;
        } catch (const OutputClosed&) {
            failed_ = true;
        }
    }

  private:
    [[nodiscard]] Moment moment(Time now) const {
        return {.state = state_,
                .elapsed = std::chrono::duration_cast<milliseconds>(now - start_),
                .bytes_per_second = bytes_.per_second(),
                .rows_per_second = rows_.per_second()};
    }

    Output& err_;
    const Clock& clock_;
    milliseconds between_;
    Time start_;
    Time last_shown_;
    Rate bytes_;
    Rate rows_;
    ProgressState state_;
    bool shown_ = false;
    bool finished_ = false;
    bool failed_ = false;
};

/// As much of the text as fits, with a mark where it is cut.
std::string shortened(const std::string& text, int width) {
    const auto part = fitting_part(text, std::max(width, 1));
    return part.size() == text.size() ? text : std::string(part) + "…";
}

constexpr std::string_view clear_line = "\r\x1b[K";

class Bar final : public TimedProgress {
  public:
    Bar(const std::string& label, const Io& io)
        : TimedProgress(io, between_bars), label_(printable(label)), width_(std::max(1, io.width - 1)) {}
    Bar(const Bar&) = delete;
    Bar& operator=(const Bar&) = delete;
    ~Bar() override {
        if (shown()) write(clear_line);
    }

  private:
    // One cell less than the terminal has: in the last one, some wrap.
    [[nodiscard]] std::string text(const Moment& moment) const override {
        return "\r" + shortened(line(moment), width_) + "\x1b[K";
    }

    [[nodiscard]] std::string last_text(const std::string& what, const Moment& moment) const override {
        const auto& state = moment.state;
        std::vector<std::string> amounts;
        if (state.rows)
            amounts.push_back(
                fmt::format("{} {}", format_count(*state.rows), *state.rows == 1 ? "row" : "rows"));
        if (state.bytes) amounts.push_back(format_bytes(*state.bytes));
        std::string line = amounts.empty() ? "" : ": " + join(amounts, ", ");
        line += " in " + format_elapsed(moment.elapsed);
        const auto name = printable(what);
        // Of a moment, a speed says nothing.
        if (state.bytes && moment.elapsed >= milliseconds(100)) {
            const auto elapsed = static_cast<std::uint64_t>(moment.elapsed.count());
            const auto speed = fmt::format(", {}/s", format_bytes(*state.bytes * 1000 / elapsed));
            if (display_width(name + line + speed) <= width_) line += speed;
        }
        line.insert(0, shortened(name, width_ - display_width(line)));
        return (shown() ? std::string(clear_line) : std::string()) + line + "\n";
    }

    /// What stands to the right of the label, in the order of the line; `rank` is what a narrow terminal keeps longest.
    struct Part {
        std::string text;
        int rank;
    };

    [[nodiscard]] static std::vector<Part> parts(const Moment& moment, const std::optional<Share>& share) {
        const auto& state = moment.state;
        std::vector<Part> parts;
        if (share) parts.push_back({share->percent(), 5});
        if (state.bytes) parts.push_back({format_bytes(*state.bytes), state.rows ? 2 : 3});
        if (state.rows) parts.push_back({fmt::format("{} rows", format_count(*state.rows)), 3});
        if (state.bytes) parts.push_back({fmt::format("{}/s", format_bytes(moment.bytes_per_second)), 1});
        if (!share)
            parts.push_back({format_duration(std::chrono::duration_cast<seconds>(moment.elapsed)), 4});
        else if (auto left = share->time_left(); !left.empty())
            parts.push_back({std::move(left), 4});
        return parts;
    }

    [[nodiscard]] std::string line(const Moment& moment) const {
        const auto share = share_of(moment);
        auto all = parts(moment, share);
        const auto room = [&] {
            int left = width_ - display_width(label_);
            for (const auto& part : all) left -= gap + display_width(part.text);
            return left - (share && all.size() > 2 ? narrowest_bar + bar_frame : 0);
        };
        while (all.size() > 1 && room() < 0) all.erase(std::ranges::min_element(all, {}, &Part::rank));
        std::string line = label_;
        int left = width_ - display_width(label_);
        for (const auto& part : all) left -= gap + display_width(part.text);
        if (share) line += bar(share->value(), left - bar_frame);
        for (const auto& part : all) line += std::string(gap, ' ') + part.text;
        return line;
    }

    /// "  [====>    ]", or nothing where there is too little room.
    static std::string bar(double share, int room) {
        if (room < narrowest_bar) return {};
        const auto cells = static_cast<std::size_t>(std::min(room, widest_bar));
        const auto full = static_cast<std::size_t>(share * static_cast<double>(cells));
        std::string result(full, '=');
        if (full < cells) result += '>';
        result.resize(cells, ' ');
        return "  [" + result + "]";
    }

    std::string label_;
    int width_;
};

class JsonProgress final : public TimedProgress {
  public:
    JsonProgress(const std::string& label, const Io& io)
        : TimedProgress(io, between_lines), label_(quote_json(label)) {}

  private:
    [[nodiscard]] std::string text(const Moment& moment) const override { return line(moment, false); }
    [[nodiscard]] std::string last_text(const std::string& /*what*/, const Moment& moment) const override {
        return shown() ? line(moment, true) : std::string();
    }

    [[nodiscard]] std::string line(const Moment& moment, bool done) const {
        const auto or_null = [](std::optional<std::uint64_t> number) {
            return number ? fmt::format("{}", *number) : std::string("null");
        };
        // In the end the rate is that of the whole.
        const auto elapsed = static_cast<std::uint64_t>(std::max<std::int64_t>(moment.elapsed.count(), 1));
        const auto rate = done ? moment.state.bytes.value_or(0) * 1000 / elapsed : moment.bytes_per_second;
        return fmt::format(
            R"({{"label":{},"bytes":{},"total_bytes":{},"rows":{},"total_rows":{},"about_rows":{},"bytes_per_second":{},"elapsed_ms":{},"done":{}}})"
            "\n",
            label_, or_null(moment.state.bytes), or_null(moment.state.total_bytes),
            or_null(moment.state.rows), or_null(moment.state.total_rows), or_null(moment.state.about_rows),
            rate, moment.elapsed.count(), done);
    }

    std::string label_;
};

class NoProgress final : public Progress {
  public:
    void update(const ProgressState& /*state*/) override {}
    void finish(const std::string& /*what*/, const ProgressState& /*done*/) override {}
};

bool can_redraw(const Io& io) {
    return io.err_is_terminal && !io.environment.get("CI") && io.environment.get("TERM") != "dumb";
}

}  // namespace

const std::vector<std::string>& progress_mode_names() {
    static const std::vector<std::string> names{"auto", "none", "bar", "json"};
    return names;
}

std::optional<ProgressMode> parse_progress_mode(std::string_view name) {
    const auto& names = progress_mode_names();  // in the order of the enumeration
    const auto found = std::ranges::find(names, name);
    if (found == names.end()) return std::nullopt;
    return static_cast<ProgressMode>(found - names.begin());
}

std::unique_ptr<Progress> make_progress(const std::string& label, const Io& io, ProgressMode mode) {
    if (mode == ProgressMode::json) return std::make_unique<JsonProgress>(label, io);
    if (mode == ProgressMode::bar || (mode == ProgressMode::automatic && can_redraw(io))) {
        return std::make_unique<Bar>(label, io);
    }
    return std::make_unique<NoProgress>();
}

}  // namespace prevision::render
