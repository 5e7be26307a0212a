#include "cli/connector/browse.hpp"

#include <memory>

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "cli/verbs/listing.hpp"

namespace prevision::cli {

namespace {

using model::Entry;

const std::vector<Field<Entry>>& entry_fields() {
    static const std::vector<Field<Entry>> fields{
        text("path", &Entry::path),         text("kind", &Entry::kind),     number("size", &Entry::size),
        time("modified", &Entry::modified), text("detail", &Entry::detail), extra(text("name", &Entry::name)),
    };
    return fields;
}

struct Options {
    std::string name;
    std::string path;
    bool recursive = false;
    ListOptions list;
};

void run(const Options& options, Services& services) {
    auto& client = services.client();
    const auto connector = find_connector(client, services.project_id(), options.name);
    auto listing = make_listing(services, options.list, entry_fields());
    std::vector<std::string> notes;
    listing.show([&] {
        notes = client.browse_connector(connector, options.path, options.recursive, [&](const Entry& entry) {
            return listing.add(
                {.id = entry.path, .cells = cells_of(entry_fields(), entry), .document = entry.document});
        });
    });
    for (const auto& note : notes) services.message("note: " + note);
}

}  // namespace

void add_browse(Command& noun, Services& services) {
    auto verb = noun.subcommand("browse", "Show what a distant system holds");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The connector, by name or id", true,
                  {.completes = Completes::connector});
    verb.argument("PATH", options.path,
                  "A place in it: database/table, a folder, bucket/prefix; the top without it", false,
                  {.completes = Completes::place});
    verb.flag("-r,--recursive", options.recursive, "Show what lies deeper as well");
    add_list_options(verb, options.list, column_names(entry_fields()));
    verb.example("prevision connector browse shop");
    verb.example("prevision connector browse shop shop/orders");
    verb.action([&options, &services] { run(options, services); });
}

}  // namespace prevision::cli
