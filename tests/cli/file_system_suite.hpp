#pragma once

#include <functional>
#include <string>
#include <vector>

#include "support/cutting_proxy.hpp"
#include "support/program.hpp"

namespace prevision::testing {

/// A system of files that the whole program is tested with.
struct FileSystem {
    std::vector<std::string> connector;  ///< of `connector create files`, behind the name
    std::string password;
    std::string wrong_password;

    /// Of `datasource create`, for the file of that path.
    std::function<std::vector<std::string>(const std::string& path)> location;

    /// What `connector browse` is given for the suite's folder of that path; "" is where the files are.
    std::function<std::string(const std::string& path)> folder;

    int port = 0;
    CuttingProxy::Kind proxy = CuttingProxy::Kind::plain;

    /// Of `connector update`, to call a proxy of the system that listens there.
    std::function<std::vector<std::string>(int port)> at_port;

    std::string folder_end;  ///< what `browse` has behind a folder's name

    /// Puts a file there, by a way that is not ours.
    std::function<void(const std::string& path, const std::string& bytes)> put;

    /// The file's SHA-256, by programs that are not ours.
    std::function<std::string(const std::string& path)> sha256;
};

/// A home with a connector `files` to the system.
class LinkedFiles : public Prevision {
  public:
    explicit LinkedFiles(FileSystem system);

    /// A datasource of that path; its name is the path's.
    void link(const std::string& path, const std::vector<std::string>& options = {}) const;

    /// The id of a dataset made of it.
    [[nodiscard]] std::string take(const std::string& datasource) const;

    /// A field of an object, as `show` tells it.
    [[nodiscard]] std::string field(const std::string& noun, const std::string& name,
                                    const std::string& field) const;

  private:
    FileSystem system_;
};

/// Each verb on files of every form. Call it in a test case of its own.
void check_files(const FileSystem& system);

/// What users meet when something is wrong.
void check_file_failures(const FileSystem& system);

/// The types of a file that is longer than what is read for them.
void check_schema_of_beginning(const FileSystem& system);

void check_browsing(const FileSystem& system);

/// What becomes of a dataset whose connections are cut while it is made.
void check_cuts(const FileSystem& system);

}  // namespace prevision::testing
