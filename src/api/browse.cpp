// Lists what a remote system has: by the embedded platform's own call, or by those that every platform has.
#include <fmt/format.h>

#include "api/client.hpp"
#include "api/decode_answer.hpp"
#include "core/text.hpp"
#include "model/codec.hpp"
#include "model/json.hpp"

namespace prevision::api {

namespace {

/// Thrown to end a transfer whose rest is not needed.
struct Enough {};

std::string to_browse(const model::Connector& connector) {
    return "cannot browse the connector " + describe(refer_to(connector));
}

/// Cuts a body into its lines.
class LineSink final : public ByteSink {
  public:
    explicit LineSink(std::function<void(std::string_view)> each) : each_(std::move(each)) {}

    void write(std::string_view chunk) override {
        for (auto end = chunk.find('\n'); end != std::string_view::npos; end = chunk.find('\n')) {
            held_ += chunk.substr(0, end);
            each_(held_);
            held_.clear();
            chunk.remove_prefix(end + 1);
        }
        held_ += chunk;
    }

    void finish() {
        if (!held_.empty()) each_(held_);
    }

  private:
    std::function<void(std::string_view)> each_;
    std::string held_;
};

/// A part of a path in an SQL system: in double quotes where it holds a '/' or one of these.
std::string write_part(const std::string& name) {
    if (name.find_first_of("/\"") == std::string::npos) return name;
    std::string text = "\"";
    for (const char c : name) text.append(c == '"' ? 2 : 1, c);
    return text + '"';
}

/// The one part of a path, without its quotes; nothing when there are several.
std::optional<std::string> read_part(std::string_view path) {
    if (path.ends_with('/')) path.remove_suffix(1);
    std::string name;
    bool quoted = false;
    for (std::size_t i = 0; i < path.size(); ++i) {
        if (path[i] == '"') {
            if (quoted && i + 1 < path.size() && path[i + 1] == '"')
                name += path[i++];
            else
                quoted = !quoted;
        } else if (path[i] == '/' && !quoted) {
            return std::nullopt;
        } else {
            name += path[i];
        }
    }
    return name;
}

model::BrowsedItem make_entry(const std::string& name, const std::string& path, const std::string& kind) {
    model::BrowsedItem entry{.name = name, .path = path, .kind = kind};
    entry.document = model::encode_answer(entry);
    return entry;
}

}  // namespace

std::vector<std::string> Client::browse_connector(const model::Connector& connector, const std::string& path,
                                                  bool recursive, const Each<model::BrowsedItem>& each) {
    const auto what = to_browse(connector);
    std::vector<std::string> notes;
    LineSink lines([&](std::string_view line) {
        if (line.starts_with(R"({"note":)")) {
            notes.push_back(model::get_text(model::parse_json(line), "note"));
            return;
        }
        if (!each(decode_answer(what, line, model::decode_browsed_item))) throw Enough{};
    });
    const auto query = fmt::format("/connectors/{}/browse?path={}&recursive={}", percent_encode(connector.id),
                                   percent_encode(path), recursive);
    try {
        if (call_if_known({what, "GET", query, {}, Repeat::never, &lines})) {
            lines.finish();
        } else if (connector.type == "SQL") {
            browse_databases(connector, path, recursive, each);
        } else {
            browse_paths(connector, path, each);
        }
    } catch (const Enough&) {
        return {};  // `each` wants no more
    }
    return notes;
}

void Client::browse_databases(const model::Connector& connector, const std::string& path, bool recursive,
                              const Each<model::BrowsedItem>& each) {
    const auto what = to_browse(connector);
    const auto database = read_part(path);
    if (!database) throw lacks_call(what);
    const auto databases = fmt::format("/connectors/{}/databases", percent_encode(connector.id));
    const auto tables_of = [&](const std::string& name, const std::string& before) {
        for (const auto& table :
             list_names(what, fmt::format("{}/{}/tables", databases, percent_encode(name)))) {
            if (!each(make_entry(table, before + write_part(table), "table"))) return false;
        }
        return true;
    };
    if (!database->empty()) {
        tables_of(*database, "");
        return;
    }
    for (const auto& name : list_names(what, databases)) {
        if (!each(make_entry(name, write_part(name), "database"))) return;
        if (recursive && !tables_of(name, write_part(name) + "/")) return;
    }
}

// The platform lists all paths at once: those below `path` begin with it.
void Client::browse_paths(const model::Connector& connector, const std::string& path,
                          const Each<model::BrowsedItem>& each) {
    const auto before = path.empty() || path.ends_with('/') ? path : path + "/";
    for (const auto& file : list_names(to_browse(connector),
                                       fmt::format("/connectors/{}/paths", percent_encode(connector.id)))) {
        if (!file.starts_with(before)) continue;
        const auto below = file.substr(before.size());
        if (!each(make_entry(below.substr(below.rfind('/') + 1), below, "file"))) return;
    }
}

}  // namespace prevision::api
