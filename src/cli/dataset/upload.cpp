#include "cli/dataset/upload.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "cli/dataset/transfer.hpp"
#include "cli/input_file.hpp"
#include "core/error.hpp"

namespace prevision::cli {

void add_upload_options(Command& verb, UploadOptions& options) {
    verb.option("--file", options.file, "A file to upload instead; - is stdin",
                {.value = "FILE", .completes = Completes::file});
    add_format_options(verb, options.format);
    verb.option("--decimal", options.decimal, "Files: the decimal mark",
                {.value = "CHAR", .choices = {".", ","}});
}

void check_upload(const UploadOptions& options, const std::string& flag, bool other) {
    if (options.file && other)
        throw Error(ErrorClass::usage, fmt::format("--file and {} exclude each other", flag));
    if (!options.file && !other)
        throw Error(ErrorClass::usage, fmt::format("{} is missing, or --file", flag));
    const auto& format = options.format;
    const bool describes = format.separator || format.quote || format.escape || format.comment ||
                           format.header || format.skip || format.encoding || options.decimal;
    if (!options.file && describes)
        throw Error(ErrorClass::usage, "--separator, --header, --encoding and the like go with --file",
                    "a datasource has them: 'prevision datasource update'");
}

api::FormUpload open_upload(const UploadOptions& options, bool detects_header, const std::string& name) {
    std::vector<std::pair<std::string, std::string>> fields;
    if (!name.empty()) fields.emplace_back("name", name);
    const auto add = [&](const char* field, const std::optional<std::string>& value) {
        if (value && !value->empty() && *value != "auto") fields.emplace_back(field, *value);
    };
    const auto& format = options.format;
    add("separator", format.separator);
    add("quote", format.quote);
    add("escape", format.escape);
    add("comment", format.comment);
    if (const auto header = header_value(format.header)) {
        fields.emplace_back("header", *header ? "true" : "false");
    } else if (detects_header || format.header) {
        fields.emplace_back("header", "auto");
    }
    if (const auto lines = skip_value(format.skip)) fields.emplace_back("skip", std::to_string(*lines));
    add("encoding", format.encoding);
    add("decimal", options.decimal);
    const auto file_name =
        *options.file == "-" ? "stdin.csv" : std::filesystem::path(*options.file).filename().string();
    return {fields, file_name, open_input(*options.file)};
}

std::unique_ptr<render::Progress> show_upload(Services& services, api::FormUpload& form,
                                              const std::string& label, const std::string& mode) {
    auto progress = make_progress(services, label, mode);
    form.watch([&shown = *progress, total = form.file_size()](std::uint64_t sent) {
        shown.update({.bytes = sent, .total_bytes = total});
    });
    return progress;
}

}  // namespace prevision::cli
