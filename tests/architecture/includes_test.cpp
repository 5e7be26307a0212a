#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace {

using Layers = std::set<std::string>;

// What each layer may include. A header stands for itself where a layer may know that one alone.
const std::map<std::string, Layers> allowed{
    {"core", {}},
    {"config", {"core"}},
    {"model", {"core"}},
    {"net", {"core"}},
    {"render", {"core"}},
    {"sqlite", {"core"}},
    {"transport", {"core", "net"}},
    {"sources", {"core", "net", "sqlite"}},
    {"snapshot", {"core", "sources"}},
    {"platform", {"core", "model", "snapshot", "sources", "sqlite", "transport/transport.hpp"}},
    {"server",
     {"core", "platform/answers.hpp", "platform/events.hpp", "platform/platform.hpp",
      "transport/transport.hpp"}},
    {"api", {"core", "model", "transport/transport.hpp"}},
    {"cli",
     {"api", "config", "core", "model", "net/url.hpp", "platform/connection.hpp", "platform/file_format.hpp",
      "render", "snapshot/sha256.hpp", "sources", "transport/transport.hpp"}},
    {"cli/libraries.cpp", {"net/curl_library.hpp", "sources/postgres_library.hpp"}},
    {"cli/services.cpp", {"api", "config", "core", "model", "platform/platform.hpp", "render", "transport"}},
    {"cli/serve.cpp",
     {"config", "core", "model", "platform/platform.hpp", "platform/tokens.hpp", "render",
      "server/server.hpp"}},
    {"main.cpp", {"cli", "core"}},
};

const std::regex include_line(R"re(^\s*#include "([^"]+)")re");

/// What an included header counts as: itself where it is named in the table, else its layer.
bool is_allowed(const std::string& from, const std::string& layer, const std::string& header) {
    const auto rule = allowed.contains(from) ? allowed.at(from) : allowed.at(layer);
    const auto header_layer = header.substr(0, header.find('/'));
    return header_layer == layer || rule.contains(header_layer) || rule.contains(header);
}

}  // namespace

TEST_CASE("includes point downwards only") {
    const std::filesystem::path root(PREVISION_SOURCE_DIR);
    std::size_t files = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root)) {
        const auto extension = entry.path().extension();
        if (extension != ".cpp" && extension != ".hpp") continue;
        ++files;
        const auto from = std::filesystem::relative(entry.path(), root).string();
        const auto layer = from.substr(0, from.find('/'));
        REQUIRE((allowed.contains(from) || allowed.contains(layer)));
        std::ifstream stream(entry.path());
        for (std::string line; std::getline(stream, line);) {
            std::smatch match;
            if (!std::regex_search(line, match, include_line)) continue;
            INFO(from << " includes " << match[1]);
            CHECK(is_allowed(from, layer, match[1]));
        }
    }
    CHECK(files > 50);
}

TEST_CASE("the rule for includes rejects an upward one") {
    CHECK_FALSE(is_allowed("core/io.hpp", "core", "render/renderer.hpp"));
    CHECK_FALSE(is_allowed("api/client.cpp", "api", "platform/platform.hpp"));
    CHECK_FALSE(is_allowed("platform/platform.cpp", "platform", "transport/http_transport.hpp"));
    CHECK_FALSE(is_allowed("cli/connector.cpp", "cli", "transport/http_transport.hpp"));
    CHECK(is_allowed("cli/services.cpp", "cli", "transport/http_transport.hpp"));
}
