#pragma once

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <utility>

#include "contract/file_source_contract.hpp"

namespace prevision::testing {

/// A server that serves a folder of this machine.
class FolderFixture final : public FileSourceFixture {
  public:
    FolderFixture(sources::Connection connection, std::filesystem::path home)
        : connection_(std::move(connection)), home_(std::move(home)) {}

    [[nodiscard]] sources::Connection connection() const override { return connection_; }
    [[nodiscard]] sources::Location location(const std::string& path) const override {
        return {.path = path};
    }
    [[nodiscard]] std::string folder(const std::string& path) const override { return path; }

    void put(const std::string& path, const std::string& bytes) override {
        const auto file = home_ / path;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary) << bytes;
    }

    void clear() override {
        for (const auto& entry : std::filesystem::directory_iterator(home_)) {
            std::filesystem::remove_all(entry.path());
        }
    }

    [[nodiscard]] bool can_name(const std::string& name) const override {
        return !nameable || nameable(name);
    }

    std::function<bool(const std::string&)> nameable;

  private:
    sources::Connection connection_;
    std::filesystem::path home_;
};

}  // namespace prevision::testing
