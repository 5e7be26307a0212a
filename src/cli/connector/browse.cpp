#include "cli/connector/verbs.hpp"

namespace prevision::cli {

namespace {

using model::BrowsedItem;

const std::vector<Field<BrowsedItem>>& entry_fields() {
    static const std::vector<Field<BrowsedItem>> fields{
        text("path", &BrowsedItem::path),
        text("kind", &BrowsedItem::kind),
        quantity("size", render::Quantity::bytes, &BrowsedItem::size),
        time("modified", &BrowsedItem::modified),
        text("detail", &BrowsedItem::detail),
        extra(text("name", &BrowsedItem::name)),
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
    const auto connector = find<model::Connector>(services, options.name);
    auto listing = make_listing(services, options.list, entry_fields());
    std::vector<std::string> notes;
    listing.show([&] {
        notes = services.client().browse_connector(
            connector, options.path, options.recursive, [&](const BrowsedItem& entry) {
                return listing.add(
                    {.id = entry.path, .cells = cells_of(entry_fields(), entry), .document = entry.document});
            });
    });
    for (const auto& note : notes) services.message("note: " + note);
}

}  // namespace

void add_connector_browse(Command& command, Services& services) {
    auto verb = command.subcommand("browse", "Show what a remote system holds");
    auto& options = verb.keep<Options>();
    verb.argument("NAME", options.name, "The connector, by name or id", true,
                  {.completes = Completes::connector});
    verb.argument("PATH", options.path,
                  "A location in it: database/table, a folder, bucket/prefix; by default the top", false,
                  {.completes = Completes::place});
    verb.flag("-r,--recursive", options.recursive, "Show deeper levels as well");
    add_list_options(verb, options.list, column_names(entry_fields()));
    verb.example("prevision connector browse shop");
    verb.example("prevision connector browse shop shop/orders");
    verb.action([&options, &services] { run(options, services); });
}

}  // namespace prevision::cli
