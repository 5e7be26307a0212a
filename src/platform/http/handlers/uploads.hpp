#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "core/byte_sink.hpp"
#include "core/file.hpp"
#include "platform/http/multipart.hpp"
#include "platform/http/router.hpp"
#include "platform/state.hpp"
#include "snapshot/inspect/file_inspector.hpp"

namespace prevision::platform {

/// A file that a client sends. It has no name in its folder, so the system removes it with this object or when the
/// process ends.
class UploadedFile final : public ByteSink {
  public:
    /// Creates it in a folder, which is created too when it is missing. Error internal when that fails.
    explicit UploadedFile(const std::filesystem::path& folder);

    void write(std::string_view bytes) override;

    /// Writes its content to the sink; for a zip archive, the content of the file in it. Errors as `read_zip`.
    void read(ByteSink& sink) const;

    /// A path that opens it in this process.
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path folder_;
    FileDescriptor file_;
    std::filesystem::path path_;
    std::string beginning_;
};

/// Reads a call's form, and its file into `file`. Error invalid without one.
Form read_upload(const RoutedCall& routed, UploadedFile& file);

/// Reads an uploaded file, or the file in an uploaded archive, as a table: passes its rows to `preview` and its
/// bytes to `each`. Error invalid when it is not a table, or its rows differ in length.
snapshot::FileFindings read_uploaded_table(const UploadedFile& file, const Form& form,
                                           snapshot::PreviewTarget preview,
                                           const std::function<void(std::string_view)>& each);

/// POST /projects/{id}/datasets/file
Answer upload_dataset(State& state, const RoutedCall& routed);

}  // namespace prevision::platform
