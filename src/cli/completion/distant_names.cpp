#include "cli/completion/distant_names.hpp"

#include <fmt/format.h>

#include "cli/lookup.hpp"
#include "sources/postgres/name.hpp"

namespace prevision::cli {

namespace {

class DistantNames {
  public:
    DistantNames(Services& services, const NameQuery& query)
        : client_(services.client()),
          query_(query),
          database_(query.value_of("--database")),
          bucket_(query.value_of("--bucket")) {
        const auto& project = services.project_id();
        auto connector = query.value_of(query.kind == Completes::place ? "NAME" : "--connector");
        if (connector.empty()) {
            // A datasource that there is has what is not given.
            const auto datasource = find<model::Datasource>(client_, project, query.value_of("NAME"));
            connector = datasource.connector_id;
            if (database_.empty()) database_ = datasource.database;
            if (bucket_.empty()) bucket_ = datasource.bucket;
        }
        connector_ = find<model::Connector>(client_, project, connector);
    }

    std::vector<Candidate> ask() {
        switch (query_.kind) {
            case Completes::database:
                return of_kind("database");
            case Completes::bucket:
                return of_kind("bucket");
            case Completes::table:
                return tables();
            case Completes::path:
                return paths();
            case Completes::place:
                return places();
            default:
                return {};
        }
    }

  private:
    std::vector<model::BrowsedItem> browse(const std::string& path) {
        std::vector<model::BrowsedItem> entries;
        client_.browse_connector(connector_, path, false, [&](const model::BrowsedItem& entry) {
            entries.push_back(entry);
            return true;
        });
        return entries;
    }

    std::vector<Candidate> of_kind(std::string_view kind) {
        std::vector<Candidate> names;
        for (const auto& entry : browse("")) {
            if (entry.kind == kind)
                names.push_back({entry.name, entry.detail.empty() ? entry.modified : entry.detail});
        }
        return names;
    }

    std::vector<Candidate> tables() {
        std::vector<Candidate> names;
        const auto top = browse("");
        for (const auto& entry : top) {
            // A system with one database need not have it named.
            if (entry.kind == "database" &&
                (entry.name == database_ || (database_.empty() && top.size() == 1)))
                add_tables(entry.path, "", names);
        }
        return names;
    }

    void add_tables(const std::string& path, const std::string& schema, std::vector<Candidate>& names) {
        for (const auto& entry : browse(path)) {
            if (entry.kind == "schema") {
                add_tables(path + "/" + entry.path, entry.name, names);
            } else {
                names.push_back(
                    {schema.empty() ? entry.name : sources::postgres::write_name({schema, entry.name}),
                     entry.kind});
            }
        }
    }

    std::vector<Candidate> paths() {
        const auto folder = typed_folder(query_);
        std::vector<Candidate> names;
        for (const auto& entry : browse(bucket_.empty() ? folder : bucket_ + "/" + folder)) {
            if (entry.kind == "file" || entry.kind == "link" || entry.kind == "folder")
                names.push_back(to_candidate(folder, entry));
        }
        return names;
    }

    std::vector<Candidate> places() {
        const auto folder = typed_folder(query_);
        std::vector<Candidate> names;
        for (const auto& entry : browse(folder)) {
            if (entry.kind != "column") names.push_back(to_candidate(folder, entry));
        }
        return names;
    }

    /// What holds more ends with a '/'.
    static Candidate to_candidate(const std::string& folder, const model::BrowsedItem& entry) {
        auto text = folder + entry.path;
        const bool holds_more = entry.kind == "folder" || entry.kind == "bucket" ||
                                entry.kind == "database" || entry.kind == "schema";
        if (holds_more && !text.ends_with('/')) text += '/';
        return {text, entry.size ? fmt::format("{} bytes", *entry.size) : entry.kind};
    }

    api::Client& client_;
    const NameQuery& query_;
    model::Connector connector_;
    std::string database_;
    std::string bucket_;
};

}  // namespace

std::vector<Candidate> distant_names(Services& services, const NameQuery& query) {
    return DistantNames(services, query).ask();
}

std::string typed_folder(const NameQuery& query) {
    if (query.kind == Completes::path) return query.typed.substr(0, query.typed.rfind('/') + 1);
    if (query.kind != Completes::place) return {};
    // A part of an SQL system's path that holds a '/' stands in double quotes.
    std::size_t end = 0;
    bool quoted = false;
    for (std::size_t i = 0; i < query.typed.size(); ++i) {
        if (query.typed[i] == '"') quoted = !quoted;
        if (query.typed[i] == '/' && !quoted) end = i + 1;
    }
    return query.typed.substr(0, end);
}

}  // namespace prevision::cli
