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

double in_seconds(Time::duration duration) { return std::chrono::duration<double>(duration).count(); }

/// Bytes a second over the last few seconds.
class Rate {
  public:
    void add(Time time, std::uint64_t bytes) {
        samples_.push_back({.time = time, .bytes = bytes});
        while (samples_.size() > 2 && time - samples_[1].time >= rate_window) samples_.pop_front();
    }

    [[nodiscard]] std::uint64_t per_second() const {
        if (samples_.empty()) return 0;
        const double elapsed = in_seconds(samples_.back().time - samples_.front().time);
        if (elapsed <= 0 || samples_.back().bytes < samples_.front().bytes) return 0;
        return static_cast<std::uint64_t>(
            static_cast<double>(samples_.back().bytes - samples_.front().bytes) / elapsed);
    }

  private:
    struct Sample {
        Time time;
        std::uint64_t bytes;
    };
    std::deque<Sample> samples_;
};

std::string format_duration(seconds duration) {
    const auto all = duration.count();
    if (all < 3600) return fmt::format("{}:{:02}", all / 60, all % 60);
    return fmt::format("{}:{:02}:{:02}", all / 3600, all / 60 % 60, all % 60);
}

/// The state at one moment.
struct Moment {
    ProgressState state;
    milliseconds elapsed{};
    std::uint64_t rate = 0;
};

/// Limits how often the state is shown. A failure to write ends the display, and nothing else.
class TimedProgress : public Progress {
  public:
    TimedProgress(const Io& io, milliseconds between)
        : err_(io.err), clock_(io.clock), between_(between), start_(clock_.steady()) {
        rate_.add(start_, 0);
    }

    void update(const ProgressState& state) final {
        state_ = state;
        const Time now = clock_.steady();
        if (shown_ && now - last_shown_ < between_) return;
        shown_ = true;
        last_shown_ = now;
        rate_.add(now, state.bytes);
        write(text(moment(now)));
    }

    void finish() final {
        if (std::exchange(shown_, false)) write(last_text(moment(clock_.steady())));
    }

  protected:
    /// What to write at this moment, and at the end.
    [[nodiscard]] virtual std::string text(const Moment& moment) const = 0;
    [[nodiscard]] virtual std::string last_text(const Moment& moment) const = 0;

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
                .rate = rate_.per_second()};
    }

    Output& err_;
    const Clock& clock_;
    milliseconds between_;
    Time start_;
    Time last_shown_;
    Rate rate_;
    ProgressState state_;
    bool shown_ = false;
    bool failed_ = false;
};

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
        std::string line = this->line(moment);
        const auto part = fitting_part(line, width_);
        if (part.size() < line.size()) line = std::string(part) + "…";
        return "\r" + line + "\x1b[K";
    }

    [[nodiscard]] std::string last_text(const Moment& /*moment*/) const override {
        return std::string(clear_line);
    }

    [[nodiscard]] std::string line(const Moment& moment) const {
        const ProgressState& state = moment.state;
        std::string numbers = format_bytes(state.bytes);
        if (state.rows) numbers += fmt::format("  {} rows", format_count(*state.rows));
        numbers += fmt::format("  {}/s", format_bytes(moment.rate));
        if (!state.total_bytes || *state.total_bytes == 0) {
            const auto elapsed = std::chrono::duration_cast<seconds>(moment.elapsed);
            return fmt::format("{}  {}  {}", label_, numbers, format_duration(elapsed));
        }
        const std::uint64_t total = *state.total_bytes;
        const std::uint64_t done = std::min(state.bytes, total);
        if (moment.rate > 0) {
            const auto left = static_cast<std::int64_t>((total - done) / moment.rate);
            numbers += fmt::format("  {} left", format_duration(seconds(left)));
        }
        const double share = static_cast<double>(done) / static_cast<double>(total);
        const std::string percent = fmt::format("{:3}%", static_cast<int>(share * 100));
        const int room = width_ - display_width(label_) - display_width(percent) - display_width(numbers) - 8;
        return fmt::format("{}{}  {}  {}", label_, bar(share, room), percent, numbers);
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
    [[nodiscard]] std::string last_text(const Moment& moment) const override { return line(moment, true); }

    [[nodiscard]] std::string line(const Moment& moment, bool done) const {
        const auto or_null = [](std::optional<std::uint64_t> number) {
            return number ? fmt::format("{}", *number) : std::string("null");
        };
        // In the end the rate is that of the whole.
        const auto elapsed = static_cast<std::uint64_t>(std::max<std::int64_t>(moment.elapsed.count(), 1));
        const auto rate = done ? moment.state.bytes * 1000 / elapsed : moment.rate;
        return fmt::format(
            R"({{"label":{},"bytes":{},"total_bytes":{},"rows":{},"bytes_per_second":{},"elapsed_ms":{},"done":{}}})"
            "\n",
            label_, moment.state.bytes, or_null(moment.state.total_bytes), or_null(moment.state.rows), rate,
            moment.elapsed.count(), done);
    }

    std::string label_;
};

class NoProgress final : public Progress {
  public:
    void update(const ProgressState& /*state*/) override {}
    void finish() override {}
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
