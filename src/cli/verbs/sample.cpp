#include "cli/verbs/sample.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace prevision::cli {

namespace {

void show_sample(Console& console, const model::Sample& sample, const ListOptions& options) {
    std::vector<render::Column> columns;
    for (const auto& name : sample.columns) columns.push_back({name});
    auto settings = console.render_settings();
    settings.upper_case_header = false;
    settings.header_of_none = true;
    Listing listing(console, options, columns, sample.columns, settings);
    for (std::size_t i = 0; i < sample.rows.size(); ++i) {
        if (!listing.add(
                {.id = fmt::format("{}", i + 1), .cells = sample.rows[i], .document = sample.documents[i]}))
            break;
    }
    listing.finish();
}

}  // namespace

void add_sample_verb(Command& command, Services& services, const SampleVerb& sample) {
    struct Options {
        std::string name;
        int rows = 10;
        ListOptions list;
    };
    auto verb = command.subcommand(sample.name, sample.help);
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "Its name or id", true, {.completes = sample.object});
    verb.option("-n,--rows", options.rows, sample.rows_help);
    add_list_options(verb, options.list, {}, sample.columns);
    verb.detail("--sort, --filter and --limit apply only to the rows that --rows has fetched.");
    verb.example(sample.example);
    verb.action([&options, &services, fetch = sample.fetch] {
        if (options.rows < 0) throw Error(ErrorClass::usage, "--rows: it cannot be negative");
        show_sample(services, fetch(services, options.name, options.rows), options.list);
    });
}

}  // namespace prevision::cli
