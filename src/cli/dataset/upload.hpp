#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/form_upload.hpp"
#include "cli/command/command.hpp"
#include "cli/services.hpp"
#include "cli/verbs/format_options.hpp"
#include "render/progress.hpp"

namespace prevision::cli {

/// A file to upload, and how it is written: for `dataset create` and `exporter run`.
struct UploadOptions {
    std::optional<std::string> file;
    FormatOptions format;
    std::optional<std::string> decimal;
};

void add_upload_options(Command& verb, UploadOptions& options);

/// The form that sends the file, and the dataset's name unless it is empty. `detects_header`: the platform can find out
/// whether the first row has the names; others take it so, and may not know the field. Error not_found or internal when
/// the file cannot be read.
api::FormUpload open_upload(const UploadOptions& options, bool detects_header, const std::string& name = {});

/// Error usage unless the user gave either a file or `other` (by the flag `flag`), and when the flags that describe a file are
/// given without a file.
void check_upload(const UploadOptions& options, const std::string& flag, bool other);

/// Shows on stderr how far the upload of the form is. The form calls the result, and must not be sent after it is gone.
std::unique_ptr<render::Progress> show_upload(Services& services, api::FormUpload& form,
                                              const std::string& label, const std::string& mode = "auto");

}  // namespace prevision::cli
