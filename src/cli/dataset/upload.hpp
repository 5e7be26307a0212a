#pragma once

#include <optional>
#include <string>

#include "api/form_upload.hpp"
#include "cli/command/command.hpp"

namespace prevision::cli {

/// A file to upload, and how it is written: for `dataset create` and `exporter run`.
struct UploadOptions {
    std::optional<std::string> file;
    std::optional<std::string> separator;
    std::optional<std::string> encoding;
    std::optional<std::string> decimal;
};

void add_upload_options(Command& verb, UploadOptions& options);

/// The form that sends the file. `name` is the dataset's; empty where there is none. Error not_found or internal when the file
/// cannot be read.
api::FormUpload open_upload(const UploadOptions& options, const std::string& name = {});

/// Error usage unless exactly one of the file and `other`, which the flag `flag` gives, is given; or when the flags of a file are
/// given without one.
void check_upload(const UploadOptions& options, const std::string& flag, bool other);

}  // namespace prevision::cli
