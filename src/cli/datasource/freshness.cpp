#include <algorithm>
#include <array>
#include <chrono>

#include "cli/datasource/verbs.hpp"
#include "cli/global_options.hpp"
#include "core/clock.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"

namespace prevision::cli {

namespace {

using model::Datasource;
using std::chrono::milliseconds;

struct FreshnessOptions {
    std::vector<std::string> names;
    std::string max_age;
    std::string column;
};

/// How old a source is.
struct SourceAge {
    std::string id;
    std::string name;
    model::Freshness newest;
    std::optional<milliseconds> age;  ///< nothing when it holds no time
    std::optional<milliseconds> max_age;
    std::string document;

    [[nodiscard]] bool is_fresh() const { return !max_age || (age && *age <= *max_age); }
};

/// "3d 4h", "12m", "8s": the two largest units.
std::string describe_age(milliseconds age) {
    constexpr std::array<std::pair<std::int64_t, char>, 4> units{
        {{86'400, 'd'}, {3'600, 'h'}, {60, 'm'}, {1, 's'}}};
    auto seconds = age.count() / 1000;
    if (seconds < 1) return "0s";
    std::vector<std::string> parts;
    for (const auto& [size, unit] : units) {
        if (parts.size() == 2) break;
        if (const auto count = seconds / size; count > 0) parts.push_back(fmt::format("{}{}", count, unit));
        seconds %= size;
    }
    return join(parts, " ");
}

std::vector<Field<SourceAge>> age_fields() {
    return {text("name", &SourceAge::name),
            {{.name = "modified", .is_time = true},
             [](const SourceAge& source) { return time_cell(source.newest.modified); }},
            {{"by"}, [](const SourceAge& source) { return cell(source.newest.by); }},
            {{"age"},
             [](const SourceAge& source) {
                 return source.age ? std::optional(describe_age(*source.age)) : std::nullopt;
             }},
            {{"fresh"}, [](const SourceAge& source) {
                 return std::optional<std::string>(source.is_fresh() ? "yes" : "no");
             }}};
}

std::string to_document(const SourceAge& source) {
    const auto seconds = [](const std::optional<milliseconds>& time) {
        return time ? std::optional(static_cast<double>(time->count()) / 1000) : std::nullopt;
    };
    return model::JsonObject()
        .text("_id", source.id)
        .text("name", source.name)
        .text_or_null("modified", source.newest.modified)
        .text("by", source.newest.by)
        .value("age_seconds", seconds(source.age))
        .value("max_age_seconds", seconds(source.max_age))
        .value("fresh", source.is_fresh())
        .finish();
}

SourceAge measure(Services& services, const Datasource& datasource, const FreshnessOptions& options) {
    SourceAge source{.id = datasource.id,
                     .name = datasource.name,
                     .newest = services.client().freshness(api::refer_to(datasource), options.column),
                     .age = {},
                     .max_age = {},
                     .document = {}};
    if (!options.max_age.empty()) source.max_age = parse_duration("--max-age", options.max_age);
    if (!source.newest.modified.empty()) {
        const auto time = parse_time(source.newest.modified);
        if (!time) {
            throw Error(ErrorClass::invalid,
                        fmt::format("cannot measure the age of the datasource '{}': '{}' is not a time",
                                    datasource.name, source.newest.modified));
        }
        const auto now = std::chrono::floor<milliseconds>(services.io().clock.now());
        source.age = std::max(milliseconds(0), now - *time);
    }
    source.document = to_document(source);
    return source;
}

Error too_old(const SourceAge& source) {
    const auto what = fmt::format("the datasource '{}' is not fresh", source.name);
    if (!source.age) return {ErrorClass::integrity, what + ": it holds no time"};
    return {ErrorClass::integrity, fmt::format("{}: it changed {} ago, more than {}", what,
                                               describe_age(*source.age), describe_age(*source.max_age))};
}

}  // namespace

void add_datasource_freshness(Command& command, Services& services) {
    auto verb =
        command.subcommand("freshness", "Say when the remote data last changed, and whether that is too old");
    auto& options = verb.keep<FreshnessOptions>();
    verb.argument("NAME", options.names, "Its name or id; several may be given", true,
                  {.completes = Completes::datasource});
    verb.option("--max-age", options.max_age, "Exit with 9 when it is older: 90m, 24h, 7d",
                {.value = "TIME"});
    verb.option("--column", options.column,
                "Take the newest value of this column, a date or a time, as the time", {.value = "COLUMN"});
    verb.detail(
        "Without --column it is the time of the newest file. A time without a zone counts as UTC, and a date as its "
        "first moment.");
    verb.example("prevision datasource freshness leads --max-age 24h");
    verb.example("prevision datasource freshness orders --column updated_at --max-age 90m");
    verb.action([&options, &services] {
        if (!options.max_age.empty()) parse_duration("--max-age", options.max_age);
        ObjectList<SourceAge> shown(services, age_fields(), options.names.size());
        Batch batch(services, "datasources are not fresh", options.names.size());
        for (const auto& name : options.names) {
            batch.run([&] {
                const auto source = measure(services, find<Datasource>(services, name), options);
                shown.add(source);
                if (!source.is_fresh()) throw too_old(source);
            });
        }
        shown.finish();
        batch.finish();
    });
}

}  // namespace prevision::cli
