// A platform with many connectors, whose every answer takes as long as one from far away:
//   remote_server OBJECTS ROWS_PER_PAGE MILLISECONDS
// Prints its URL, and serves until its stdin ends.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "support/http_server.hpp"

using namespace prevision::testing;

namespace {

std::string make_page(int page, int objects, int size) {
    std::string items;
    for (int i = (page - 1) * size; i < std::min(page * size, objects); ++i) {
        items += fmt::format(
            R"({}{{"_id":"{:024x}","project_id":"{:024x}","name":"connector {}","type":"SQL","host":"db{}.example.com",)"
            R"("port":3306,"username":"reader","created_at":"2026-11-23T07:00:00Z"}})",
            items.empty() ? "" : ",", i + 1, 1, i, i);
    }
    return fmt::format(
        R"({{"items":[{}],"metaData":{{"totalItems":{},"rowsPerPage":{},"page":{},"nextPage":{}}}}})", items,
        objects, size, page, page * size < objects);
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv, argv + argc);
    if (arguments.size() != 4) return 2;
    const int objects = std::stoi(arguments[1]);
    const int size = std::stoi(arguments[2]);
    const std::chrono::milliseconds latency(std::stoi(arguments[3]));
    std::vector<std::string> pages;
    for (int page = 1; page == 1 || (page - 1) * size < objects; ++page)
        pages.push_back(make_page(page, objects, size));
    const HttpServer server([&](const HttpRequest& request) -> HttpAnswer {
        std::this_thread::sleep_for(latency);
        const auto found = request.target.find("page=");
        const int page = found == std::string::npos ? 1 : std::stoi(request.target.substr(found + 5));
        if (page < 1 || page > static_cast<int>(pages.size())) return {.status = 404};
        return {.body = pages[static_cast<std::size_t>(page - 1)]};
    });
    std::cout << server.url() << std::endl;
    std::cin.get();
    return 0;
}
