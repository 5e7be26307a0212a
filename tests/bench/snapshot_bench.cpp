// Where the time of a snapshot goes: rows made beforehand, so that no server is in the way.
//   snapshot_bench [ROWS [FILE]]
// Prints nanoseconds a row of: a copy of the same bytes, the encoder alone, with SHA-256, and the whole
// snapshot into FILE, and the most memory that it took.

#include <chrono>
#include <cstring>
#include <exception>
#include <functional>
#include <string>

#include <fmt/format.h>
#include <sys/resource.h>

#include "core/sha256.hpp"
#include "core/text.hpp"
#include "snapshot/csv_encoder.hpp"
#include "snapshot/snapshot.hpp"

using namespace prevision;
using sources::ValueKind;

namespace {

/// Rows of mixed types, the same thousand again and again.
class MadeSource final : public sources::Source {
  public:
    explicit MadeSource(std::uint64_t rows) : rows_(rows) {
        for (std::uint64_t i = 0; i < made_rows; ++i) make_row(i);
        for (std::size_t i = 0; i < texts_.size(); ++i) values_.push_back(value(texts_[i]));
    }

    void test(const std::optional<sources::Location>& /*location*/,
              const sources::StageObserver& /*observer*/) override {}
    void browse(const std::string& /*path*/, bool /*recursive*/,
                const sources::EntryObserver& /*each*/) override {}

    void read(const sources::Location& /*location*/, const sources::ReadOptions& /*options*/,
              sources::ContentSink& content) override {
        tell(content.table());
    }

    void tell(sources::RowSink& sink) const {
        sink.columns(columns_);
        const std::size_t width = columns_.size();
        for (std::uint64_t i = 0; i < rows_; ++i) {
            sink.row(std::span(values_).subspan(i % made_rows * width, width));
        }
    }

  private:
    static constexpr std::uint64_t made_rows = 1000;

    static sources::Value value(const std::optional<std::string>& text) {
        return text ? sources::Value{text->data(), text->size()} : sources::Value{};
    }

    void make_row(std::uint64_t i) {
        texts_.emplace_back(fmt::format("{}", 1'000'000 + i * 3571));
        texts_.emplace_back(fmt::format("{}", i * 7919000001));
        texts_.emplace_back(fmt::format("{}.{:02}", i * 37, i % 100));
        texts_.emplace_back(fmt::format("{}", static_cast<double>(i) / 7));
        texts_.emplace_back(fmt::format("{} {}", i % 3 == 0 ? "Müller & Söhne" : "customer", i));
        switch (i % 8) {
            case 0:
                texts_.emplace_back(std::nullopt);
                break;
            case 1:
                texts_.emplace_back("delivered, then returned");
                break;
            case 2:
                texts_.emplace_back("he said \"later\" twice");
                break;
            default:
                texts_.emplace_back(fmt::format("nothing to remark on order {}", i));
        }
        texts_.emplace_back(fmt::format("2026-{:02}-{:02}T12:34:56", 1 + i % 12, 1 + i % 28));
        texts_.emplace_back(i % 3 == 0 ? std::nullopt
                                       : std::optional(fmt::format("2026-01-{:02}", 1 + i % 28)));
        texts_.emplace_back(i % 10 == 0 ? std::nullopt : std::optional(fmt::format("{}", i % 30000)));
        texts_.emplace_back(std::string("\x01\x7f\x80\xff,\"\r\n", 8));
    }

    std::uint64_t rows_;
    std::vector<std::optional<std::string>> texts_;
    std::vector<sources::Value> values_;
    std::vector<sources::Column> columns_{{"id", "int", ValueKind::integer, false},
                                          {"customer", "bigint", ValueKind::integer, false},
                                          {"amount", "decimal", ValueKind::decimal, false},
                                          {"ratio", "double", ValueKind::real, false},
                                          {"name", "varchar", ValueKind::text, false},
                                          {"remark", "varchar", ValueKind::text, true},
                                          {"ordered", "datetime", ValueKind::timestamp, false},
                                          {"shipped", "date", ValueKind::date, true},
                                          {"quantity", "smallint", ValueKind::integer, true},
                                          {"fingerprint", "binary", ValueKind::binary, false}};
};

/// The floor: every value copied, nothing looked at.
class Copier final : public sources::RowSink {
  public:
    void columns(std::span<const sources::Column> /*columns*/) override {}
    void row(std::span<const sources::Value> values) override {
        if (next_ > 200'000) next_ = 0;
        for (const auto& value : values) {
            std::memcpy(buffer_.data() + next_, value.data, value.size);
            next_ += value.size;
        }
    }

  private:
    std::string buffer_ = std::string(1 << 20, '\0');
    std::size_t next_ = 0;
};

class Nowhere final : public ByteSink {
  public:
    void write(std::string_view bytes) override { bytes_ += bytes.size(); }

  private:
    std::uint64_t bytes_ = 0;
};

class Hasher final : public ByteSink {
  public:
    void write(std::string_view bytes) override { hash_.update(bytes); }

  private:
    Sha256 hash_;
};

void measure(std::string_view what, std::uint64_t rows, const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::nano> elapsed = std::chrono::steady_clock::now() - begin;
    fmt::print("{:<28} {:7.1f} ns a row\n", what, elapsed.count() / static_cast<double>(rows));
}

void run(std::uint64_t rows, const std::string& file) {
    MadeSource source(rows);
    measure("copy", rows, [&] {
        Copier copier;
        source.tell(copier);
    });
    measure("encoder", rows, [&] {
        Nowhere sink;
        snapshot::CsvEncoder encoder(sink);
        source.tell(encoder);
        encoder.finish();
    });
    measure("encoder, SHA-256", rows, [&] {
        Hasher sink;
        snapshot::CsvEncoder encoder(sink);
        source.tell(encoder);
        encoder.finish();
    });
    snapshot::Snapshot result;
    measure("snapshot", rows, [&] { result = snapshot::take_snapshot(source, {}, file, {}, {}); });
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    fmt::print("{} rows, {}, peak memory {} KiB\n", format_count(result.rows.value_or(0)),
               format_bytes(result.bytes), usage.ru_maxrss);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto rows = argc > 1 ? parse_integer(argv[1]) : 5'000'000;
        if (!rows || *rows < 1) throw Error(ErrorClass::usage, "ROWS is no positive number");
        run(static_cast<std::uint64_t>(*rows), argc > 2 ? argv[2] : "snapshot_bench.csv");
    } catch (const std::exception& error) {
        fmt::print(stderr, "snapshot_bench: {}\n", error.what());
        return 1;
    }
}
