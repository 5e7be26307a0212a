#include "platform/datasets/exports.hpp"

#include <catch2/catch.hpp>

#include "platform/workshop.hpp"

using namespace prevision;
using namespace prevision::platform;

namespace {

/// A store with an exporter.
struct Room : Workshop {
    explicit Room(const std::filesystem::path& home)
        : Workshop(home, [](const model::Dataset&, const std::filesystem::path& file, Cancellation&,
                            const Jobs::Observer&) { return write_two_rows(file); }),
          exporters(store),
          exports(exporters, jobs, [](const model::Export&) {}) {
        model::Connector connector;
        connector.id = new_id();
        connector.project_id = project;
        ConnectorTable(store).insert(connector, {});
        exporter.id = new_id();
        exporter.project_id = project;
        exporter.connector_id = connector.id;
        exporters.insert(exporter);
    }

    /// An export to begin.
    [[nodiscard]] model::Export new_export() const {
        return {.id = new_id(), .exporter_id = exporter.id, .status = "running"};
    }

    ExporterTable exporters;
    model::Exporter exporter;
    Exports exports;
};

}  // namespace

TEST_CASE("the rows of an export can be seen to grow while it runs, and are then those that were written") {
    const testing::TemporaryDirectory home;
    std::atomic<std::uint64_t> rows{0};
    std::atomic<bool> goes_on{true};
    Room room(home.path());
    const auto started = room.new_export();
    room.exports.begin(started,
                       [&](model::Export& done, Cancellation& cancellation, const Exports::Report& report) {
                           while (goes_on) {
                               report.written(rows);
                               wait_for(std::chrono::milliseconds(1), cancellation);
                           }
                           done.rows = 1000;
                       });
    CHECK_FALSE(room.exports.find(started.id)->rows);
    rows = 256;
    until([&] { return room.exports.find(started.id)->rows == 256U; });
    rows = 512;
    until([&] { return room.exports.list(room.exporter.id, {}).items.at(0).rows == 512U; });
    CHECK(room.exports.find(started.id)->status == "running");
    goes_on = false;
    until([&] { return room.exports.find(started.id)->status == "done"; });
    CHECK(room.exports.find(started.id)->rows == 1000U);
}

TEST_CASE("an export that failed has no rows") {
    const testing::TemporaryDirectory home;
    Room room(home.path());
    const auto started = room.new_export();
    room.exports.begin(started, [](model::Export&, Cancellation&, const Exports::Report& report) {
        report.written(256);
        throw Error(ErrorClass::unreachable, "connection refused");
    });
    until([&] { return room.exports.find(started.id)->status == "failed"; });
    CHECK_FALSE(room.exports.find(started.id)->rows);
    CHECK(room.exports.find(started.id)->logs == "connection refused");
}
