// `dataset prune` decides as restic's `forget` does, which is run beside it; and what users meet.
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "core/text.hpp"
#include "support/program.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using testing::Prevision;
using testing::shell;

namespace {

/// A home with a datasource, and datasets of these times, of which only the records are there.
struct Recorded : Prevision {
    explicit Recorded(const std::vector<std::string>& times) {
        shell(fmt::format("sqlite3 '{}' 'CREATE TABLE t (id INTEGER)'", file("shop.db").string()));
        ok({"connector", "create", "shop", "--engine", "sqlite", "--host", file("shop.db").string()});
        ok({"datasource", "create", "t", "--connector", "shop", "--table", "t"});
        std::string sql;
        for (std::size_t at = 0; at < times.size(); ++at) {
            sql += fmt::format(
                "INSERT INTO datasets (id, project_id, name, datasource_id, state, bytes, created_at) SELECT "
                "'{:024x}', project_id, '{}', id, 'done', 0, '{}' FROM datasources; ",
                at + 1, at, times[at]);
        }
        in_store("BEGIN; " + sql + "COMMIT;");
    }

    void in_store(const std::string& sql) const {
        std::ofstream(file("sql")) << sql;
        shell(fmt::format("sqlite3 '{}' < '{}'", (home() / "prevision.db").string(), file("sql").string()));
    }

    /// A line "TIME keep|remove REASONS" for each dataset, sorted.
    [[nodiscard]] std::string plan(const std::vector<std::string>& rules) const {
        std::vector<std::string> arguments{
            "dataset",
            "prune",
            "--dry-run",
            "-o",
            "json",
            "--jq",
            R"jq(map("\(.created_at[:19]) \(.action) \(.reasons|sort|join("+"))")|sort[])jq"};
        arguments.insert(arguments.end(), rules.begin(), rules.end());
        return ok(arguments);
    }
};

/// A repository with a snapshot of each time.
class Restic {
  public:
    explicit Restic(const std::vector<std::string>& times) {
        std::ofstream(folder_ / "file") << "x";
        std::ofstream list(folder_ / "times");
        for (auto time : times) {
            time[10] = ' ';
            list << time.substr(0, 19) << '\n';
        }
        list.close();
        run("init -q");
        shell(fmt::format(
            "cd '{}' && {} xargs -a times -d '\\n' -P 2 -I T restic -q --no-cache -r repository backup "
            "--host h --force --time T file",
            folder_.path().string(), environment));
    }

    /// As Recorded::plan.
    [[nodiscard]] std::string plan(const std::vector<std::string>& rules) const {
        const auto text = run("forget --dry-run --json --group-by host " + join(rules, " "));
        std::ofstream(folder_ / "plan.json") << text;
        std::ofstream(folder_ / "shape.jq") << R"jq(
            [.[] | (.reasons[] | "\(.snapshot.time[:19]) keep \(.matches | map(sub(" snapshot$"; "")) | sort | join("+"))"),
                   (.remove // [] | .[] | "\(.time[:19]) remove no rule keeps it")] | sort[])jq";
        return shell(fmt::format("cd '{}' && jq -r -f shape.jq plan.json", folder_.path().string()));
    }

  private:
    std::string run(const std::string& arguments) const {
        return shell(fmt::format("cd '{}' && {} restic --no-cache -r repository {}", folder_.path().string(),
                                 environment, arguments));
    }

    static constexpr std::string_view environment = "TZ=UTC RESTIC_PASSWORD=x HOME=/nonexistent";
    testing::TemporaryDirectory folder_;
};

// At the turns of hours, days, weeks, months and years, with gaps; the last one is of the future.
const std::vector<std::string> times{
    "2023-12-31T23:59:59.000Z", "2024-01-01T00:00:00.000Z", "2024-02-29T12:00:00.000Z",
    "2024-12-29T10:00:00.000Z", "2024-12-30T10:00:00.000Z", "2025-01-05T23:59:59.000Z",
    "2025-01-06T00:00:00.000Z", "2025-03-31T02:30:00.000Z", "2025-10-26T01:30:00.000Z",
    "2026-02-28T23:59:59.000Z", "2026-03-01T00:00:00.000Z", "2026-03-30T00:00:00.000Z",
    "2026-03-31T12:00:00.000Z", "2026-04-30T12:00:00.000Z", "2026-05-01T11:59:59.000Z",
    "2026-05-01T12:00:00.000Z", "2026-05-01T12:00:01.000Z", "2026-05-01T12:59:59.000Z",
    "2026-05-01T13:00:00.000Z", "2026-05-02T00:00:00.000Z", "2026-05-03T12:00:00.000Z",
    "2026-05-03T12:00:30.000Z", "2099-01-01T00:00:00.000Z"};

}  // namespace

TEST_CASE("prune keeps what restic's forget keeps, for the same reasons") {
    const Recorded prevision(times);
    const Restic restic(times);
    for (const auto* rules :
         {"--keep-last 1", "--keep-last 5", "--keep-hourly 4", "--keep-daily 3", "--keep-daily 100",
          "--keep-weekly 4", "--keep-weekly 100", "--keep-monthly 3", "--keep-monthly 100", "--keep-yearly 2",
          "--keep-within 48h", "--keep-within 1m", "--keep-within 2m3d", "--keep-within 1y1m",
          "--keep-within 60h",
          "--keep-last 2 --keep-daily 3 --keep-weekly 4 --keep-monthly 5 --keep-within 36h",
          "--keep-hourly 1 --keep-yearly 9 --keep-last 3"}) {
        CAPTURE(rules);
        const auto words = split(rules, ' ');
        const auto theirs = restic.plan(words);
        CHECK(prevision.plan(words) == theirs);
        CHECK(split(theirs, '\n').size() == times.size() + 1);
    }
}

TEST_CASE("prune asks, or needs --yes, and a dry run needs neither") {
    const Recorded prevision(times);
    const auto run = [&](const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"dataset", "prune"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return prevision(arguments);
    };
    CHECK(run({}).exit_code == 2);
    CHECK(run({"--keep-last", "0"}).exit_code == 2);
    CHECK(run({"--keep-last", "-1"}).exit_code == 2);
    CHECK(run({"--keep-last", "many"}).exit_code == 2);
    CHECK(run({"--keep-within", "soon"}).exit_code == 7);
    CHECK(run({"--keep-last", "1", "--datasource", "nothing"}).exit_code == 3);
    const auto refused = run({"--keep-last", "1"});
    CHECK(refused.exit_code == 2);
    CHECK_THAT(refused.err, Catch::Contains("--yes"));
    const auto dry = run({"--keep-last", "1", "--dry-run"});
    CHECK(dry.exit_code == 0);
    CHECK_THAT(dry.err, Catch::Contains("would remove 22 of 23 datasets"));
    const auto would = split(trim(run({"--keep-last", "1", "--dry-run", "-q"}).out), '\n').size();
    CHECK(would == 22);
    const auto done = run({"--keep-last", "1", "--yes", "-q"});
    CHECK(done.exit_code == 0);
    CHECK(split(trim(done.out), '\n').size() == 22);
    CHECK(split(trim(prevision.ok({"dataset", "list", "-q"})), '\n').size() == 1);
    CHECK_THAT(run({"--keep-last", "1"}).err, Catch::Contains("every dataset is kept"));
}

TEST_CASE("pinned datasets stay, are listed, and can be removed again when they are unpinned") {
    const Recorded prevision({times[0], times[1]});
    CHECK_THAT(prevision.ok({"dataset", "pin", "0", "-o", "json", "--jq", ".pinned"}),
               Catch::Contains("true"));
    CHECK(prevision.plan({"--keep-last", "1"}) ==
          "2023-12-31T23:59:59 keep pinned\n2024-01-01T00:00:00 keep last\n");
    CHECK(trim(prevision.ok({"dataset", "list", "--filter", "pinned=yes", "--columns", "name", "-o", "tsv",
                             "--no-header"})) == "0");
    const auto refused = prevision({"dataset", "delete", "0", "--yes"});
    CHECK(refused.exit_code == 6);
    CHECK_THAT(refused.err, Catch::Contains("pinned") && Catch::Contains("dataset unpin"));
    CHECK(prevision({"dataset", "pin", "0", "nothing"}).exit_code == 8);
    prevision.ok({"dataset", "unpin", "0", "1"});
    prevision.ok({"dataset", "prune", "--keep-last", "1", "--yes"});
    CHECK(trim(prevision.ok({"dataset", "list", "--columns", "name", "-o", "tsv", "--no-header"})) == "1");
}

TEST_CASE("of 10,000 datasets those that no rule keeps go in one step") {
    std::vector<std::string> many;
    for (int at = 0; at < 10'000; ++at) {
        const auto day = at / 24;
        many.push_back(fmt::format("{}-{:02}-{:02}T{:02}:00:00.000Z", 2024 + day / 360, day % 360 / 30 + 1,
                                   day % 30 + 1 > 28 ? 28 : day % 30 + 1, at % 24));
    }
    const Recorded prevision(many);
    const auto removed =
        prevision.ok({"dataset", "prune", "--keep-daily", "30", "--keep-monthly", "12", "--yes", "-q"});
    CHECK(split(trim(removed), '\n').size() > 9'900);
}
