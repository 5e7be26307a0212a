#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/file.hpp"
#include "platform/http/multipart.hpp"
#include "platform/http/router.hpp"
#include "platform/state.hpp"
#include "snapshot/inspect/file_inspector.hpp"

namespace prevision::platform {

/// A file that a client sends, kept while it is looked at. It has no name in its folder, so that it goes with
/// the object, or with the process.
class UploadedFile {
  public:
    /// Makes it in a folder, which is made too where it is not there. Error internal when that cannot be.
    explicit UploadedFile(const std::filesystem::path& folder);

    void write(std::string_view bytes);

    /// Gives its content to `take`: of a zip archive, that of the one file in there. Error invalid as
    /// `read_zip`'s.
    void read(const std::function<void(std::string_view)>& take) const;

    /// By which this process can open it.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path folder_;
    FileDescriptor file_;
    std::filesystem::path path_;
    std::string beginning_;
};

/// Reads a call's form, and its file into `file`. Error invalid without one.
Form read_upload(const RoutedCall& routed, UploadedFile& file);

/// Reads an uploaded file, or the file in an uploaded archive, as a table: its rows go to `preview`, its
/// bytes to `each`. Error invalid when it is none, or some of its rows are not as the others.
snapshot::FileFindings read_uploaded_table(const UploadedFile& file, const Form& form,
                                           snapshot::PreviewTarget preview,
                                           const std::function<void(std::string_view)>& each);

/// POST /projects/{id}/datasets/file
Answer upload_dataset(State& state, const RoutedCall& routed);

}  // namespace prevision::platform
