#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace {

using Names = std::set<std::string>;

/// What a room may include beside itself: rooms (folders, without what is deeper in them) and single headers.
/// The rule of a file, where it has one, replaces the rule of its room.
const std::map<std::string, Names> allowed{
    {"core", {}},
    {"config", {"core"}},
    {"libraries", {"core"}},
    {"model", {"core"}},
    {"net", {"core"}},
    {"render", {"core"}},
    {"sqlite", {"core"}},
    {"transport", {"core", "net"}},

    {"sources", {"core", "net"}},
    {"sources/registry.cpp",
     {"core", "net", "sources", "sources/files/ftp.hpp", "sources/files/sftp.hpp", "sources/mysql/mysql.hpp",
      "sources/postgres/postgres.hpp", "sources/s3/s3.hpp", "sources/sqlite/sqlite.hpp"}},
    {"sources/table_writer.hpp", {"core", "sources/sql/text.hpp"}},
    {"sources/sql", {"core", "net", "sources"}},
    {"sources/mysql", {"core", "net", "sources", "sources/sql"}},
    {"sources/postgres", {"core", "net", "sources", "sources/sql"}},
    {"sources/sqlite", {"core", "sources", "sources/sql", "sqlite"}},
    {"sources/files", {"core", "net", "sources"}},
    {"sources/s3", {"core", "net", "sources", "sources/files/options.hpp"}},

    {"snapshot/compression", {"core", "sources/source.hpp"}},
    {"snapshot/inspect", {"core", "snapshot/compression", "sources/source.hpp"}},
    {"snapshot", {"core", "snapshot/inspect", "sources/source.hpp"}},

    {"platform/store", {"core", "platform/http/query.hpp", "sqlite"}},
    {"platform/store/tables", {"core", "model", "platform/store", "sqlite"}},
    {"platform/datasets",
     {"core", "model", "platform/store/tables", "snapshot", "snapshot/inspect", "sources",
      "transport/transport.hpp"}},
    {"platform/http", {"core", "model", "platform", "platform/store/page.hpp", "transport/transport.hpp"}},
    {"platform/http/handlers",
     {"core", "model", "platform", "platform/datasets", "platform/http", "platform/store", "snapshot/inspect",
      "sources", "sources/postgres/name.hpp", "sources/sql/path.hpp"}},
    {"platform",
     {"core", "model", "platform/datasets", "platform/http", "platform/http/handlers", "platform/store",
      "platform/store/tables", "snapshot", "sources", "transport/transport.hpp"}},

    {"server",
     {"core", "platform/events.hpp", "platform/http/answers.hpp", "platform/platform.hpp",
      "transport/transport.hpp"}},
    {"api", {"core", "model", "transport/transport.hpp"}},

    {"cli", {"api", "cli/command", "core", "model", "render", "transport/transport.hpp"}},
    {"cli/embedded.cpp", {"cli", "config", "core", "platform/platform.hpp"}},
    {"cli/services.cpp",
     {"api", "cli", "cli/platform/choice.hpp", "config", "core", "model", "platform/platform.hpp", "render",
      "transport"}},
    {"cli/command", {"cli/nouns.hpp", "core", "render"}},
    {"cli/completion",
     {"api", "cli", "cli/command", "cli/platform/choice.hpp", "config", "core", "sources/postgres/name.hpp"}},
    {"cli/verbs", {"api", "cli", "cli/command", "core", "model", "render"}},
    {"cli/connector",
     {"api", "cli", "cli/command", "cli/completion/shell_words.hpp", "cli/verbs", "core", "model",
      "platform/connection.hpp", "sources"}},
    {"cli/datasource", {"api", "cli", "cli/connector", "cli/command", "cli/verbs", "core", "model"}},
    {"cli/dataset", {"api", "cli", "cli/command", "cli/verbs", "core", "model", "render"}},
    {"cli/exporter",
     {"api", "cli", "cli/connector", "cli/dataset/transfer.hpp", "cli/dataset/upload.hpp", "cli/command",
      "cli/verbs", "core", "model", "render"}},
    {"cli/project", {"api", "cli", "cli/command", "cli/verbs", "core", "model"}},
    {"cli/apply",
     {"api", "cli", "cli/connector", "cli/verbs", "core", "model", "platform/connection.hpp",
      "platform/datasets/file_format.hpp", "sources/field.hpp", "sources/host_url.hpp",
      "sources/registry.hpp"}},
    {"cli/platform",
     {"cli", "cli/completion/shell_words.hpp", "cli/verbs", "config", "core", "model", "net/url.hpp",
      "render", "sources"}},
    {"cli/platform/token.hpp", {"cli", "cli/command"}},
    {"cli/platform/token.cpp",
     {"cli", "cli/platform", "cli/verbs", "core", "model", "platform/platform.hpp"}},
    {"cli/platform/libraries.cpp",
     {"cli/platform", "core", "net/curl_library.hpp", "sources/files/ssh_library.hpp",
      "sources/mysql/library.hpp", "sources/postgres/library.hpp"}},
    {"cli/platform/serve.cpp",
     {"cli", "cli/platform", "cli/verbs", "config", "core", "model", "platform/platform.hpp", "render",
      "server/server.hpp", "server/systemd_socket.hpp", "sources/reach.hpp"}},
    {"cli/platform/backup.cpp",
     {"cli", "cli/verbs", "config", "core", "model", "platform/backup.hpp", "platform/platform.hpp",
      "render"}},
    {"cli/platform/vault.cpp", {"cli", "cli/verbs", "core", "model", "platform/platform.hpp", "render"}},
    {"main.cpp", {"cli", "core"}},
};

/// Which rooms include the headers of a library. `cli/platform/libraries.cpp` reads the version of each.
const std::map<std::string, Names> library_users{
    {"CLI/", {"cli/command"}},
    {"archive", {"platform/datasets"}},
    {"boost/", {"server"}},
    {"curl/", {"net"}},
    {"jq.h", {"cli"}},
    {"libpq-fe.h", {"sources/postgres"}},
    {"mysql", {"sources/mysql"}},
    {"libssh/", {"sources/files"}},
    {"openssl/", {"core", "libraries", "net", "sources/files"}},
    {"pugixml", {"sources/s3"}},
    {"sodium", {"platform/store", "sources/files"}},
    {"sqlite3.h", {"sqlite"}},
    {"uchardet", {"snapshot/inspect"}},
    {"utf8proc", {"render"}},
    {"yaml-cpp/", {"cli/apply", "render"}},
    {"zlib", {"snapshot/compression"}},
    {"zstd", {"snapshot/compression"}},
};

const std::regex include_line(R"re(^\s*#include "([^"]+)")re");

std::string room_of(const std::string& file) {
    const auto slash = file.rfind('/');
    return slash == std::string::npos ? file : file.substr(0, slash);
}

bool is_allowed(const std::string& from, const std::string& header) {
    const auto& rule = allowed.at(allowed.contains(from) ? from : room_of(from));
    return room_of(header) == room_of(from) || rule.contains(room_of(header)) || rule.contains(header);
}

/// The sources and headers below src, by their paths there.
std::set<std::string> source_files() {
    const std::filesystem::path root(PREVISION_SOURCE_DIR);
    std::set<std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto extension = entry.path().extension();
        if (extension == ".cpp" || extension == ".hpp")
            files.insert(std::filesystem::relative(entry.path(), root).string());
    }
    return files;
}

}  // namespace

TEST_CASE("a room includes what its rule names and nothing else") {
    const auto files = source_files();
    REQUIRE(files.size() > 300);
    for (const auto& from : files) {
        INFO(from);
        REQUIRE((allowed.contains(from) || allowed.contains(room_of(from))));
        std::ifstream stream(std::filesystem::path(PREVISION_SOURCE_DIR) / from);
        for (std::string line; std::getline(stream, line);) {
            std::smatch match;
            if (!std::regex_search(line, match, include_line)) continue;
            INFO("it includes " << match[1]);
            CHECK(is_allowed(from, match[1]));
        }
    }
}

TEST_CASE("only the rooms that wrap a library include its headers") {
    const std::regex library_include(R"re(^\s*#include <([^>]+)>)re");
    std::map<std::string, Names> found;
    for (const auto& from : source_files()) {
        if (from == "cli/platform/libraries.cpp") continue;
        std::ifstream stream(std::filesystem::path(PREVISION_SOURCE_DIR) / from);
        for (std::string line; std::getline(stream, line);) {
            std::smatch match;
            if (!std::regex_search(line, match, library_include)) continue;
            for (const auto& [header, rooms] : library_users) {
                if (match[1].str().starts_with(header)) found[header].insert(room_of(from));
            }
        }
    }
    CHECK(found == library_users);
}

TEST_CASE("the rule of a room names only what is there") {
    const auto files = source_files();
    const auto exists = [&](const std::string& name) {
        return files.contains(name) ||
               std::ranges::any_of(files, [&](const auto& file) { return room_of(file) == name; });
    };
    for (const auto& [room, names] : allowed) {
        INFO(room);
        CHECK(exists(room));
        for (const auto& name : names) {
            INFO(name);
            CHECK(exists(name));
        }
    }
}

TEST_CASE("no room holds more than 36 sources and headers") {
    std::map<std::string, std::size_t> sizes;
    for (const auto& file : source_files()) ++sizes[room_of(file)];
    for (const auto& [room, size] : sizes) {
        INFO(room);
        CHECK(size <= 36);
    }
}

TEST_CASE("the rule for includes rejects an upward one") {
    CHECK_FALSE(is_allowed("core/io.hpp", "render/renderer.hpp"));
    CHECK_FALSE(is_allowed("api/client.cpp", "platform/platform.hpp"));
    CHECK_FALSE(is_allowed("platform/platform.cpp", "transport/http_transport.hpp"));
    CHECK_FALSE(is_allowed("cli/connector/connector.cpp", "transport/http_transport.hpp"));
    CHECK_FALSE(is_allowed("sources/mysql/mysql.cpp", "sources/postgres/name.hpp"));
    CHECK(is_allowed("cli/services.cpp", "transport/http_transport.hpp"));
}
