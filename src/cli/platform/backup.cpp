#include "platform/backup.hpp"

#include <fmt/format.h>

#include "cli/nouns.hpp"
#include "cli/output_file.hpp"
#include "cli/platform/choice.hpp"
#include "cli/verbs/listing.hpp"
#include "config/paths.hpp"
#include "model/json_builder.hpp"
#include "platform/platform.hpp"

namespace prevision::cli {

namespace {

struct ShownBackup {
    std::string datasets;
    std::string secrets;
    std::string has_key;
    std::string id;
    std::string document;
};

std::vector<Field<ShownBackup>> backup_fields() {
    return {text("datasets", &ShownBackup::datasets), text("secrets", &ShownBackup::secrets),
            text("has_key", &ShownBackup::has_key)};
}

ShownBackup show(const platform::BackupContent& content, const std::string& path) {
    return {.datasets = std::to_string(content.datasets),
            .secrets = std::to_string(content.secrets),
            .has_key = content.has_key ? "yes" : "no",
            .id = path,
            .document = model::JsonObject()
                            .text("path", path)
                            .value("datasets", content.datasets)
                            .value("secrets", content.secrets)
                            .value("has_key", content.has_key)
                            .finish()};
}

void warn_of_missing_key(Services& services, const platform::BackupContent& content) {
    if (content.secrets > 0 && !content.has_key)
        services.warn(
            "the backup has secrets and not their key: keep the file of 'prevision vault status' too");
}

}  // namespace

void add_backup(Command& root, Services& services) {
    struct Options {
        std::string file;
        bool without_key = false;
    };
    auto verb = root.subcommand("backup", "Copy the embedded platform into one file, while it may be in use");
    auto& options = verb.keep<Options>();
    verb.argument("FILE", options.file, "The tar archive to write; - is stdout", true,
                  {.completes = Completes::file});
    verb.flag("--without-key", options.without_key, "Leave out the key that opens the secrets");
    verb.example("prevision backup prevision.tar");
    verb.action([&options, &services] {
        require_embedded(services.options());
        OutputFile file(options.file, services.io().out, OutputFile::Readers::owner);
        const auto content = platform::write_backup(services.embedded().platform(), !options.without_key,
                                                    file, services.cancellation());
        file.commit();
        warn_of_missing_key(services, content);
        if (file.is_stdout()) return;
        show_done(services, backup_fields(), show(content, options.file),
                  fmt::format("wrote {} datasets and {} secrets to {}", content.datasets, content.secrets,
                              options.file));
    });
}

void add_restore(Command& root, Services& services) {
    auto verb =
        root.subcommand("restore", "Make the embedded platform from a backup, after checking all of it");
    auto& file = verb.keep<std::string>();
    verb.argument("FILE", file, "What 'prevision backup' wrote; - is stdin", true,
                  {.completes = Completes::file});
    verb.detail("PREVISION_HOME must name a folder that has no platform yet.");
    verb.example("prevision backup prevision.tar");
    verb.example("PREVISION_HOME=$PWD/copy prevision restore prevision.tar");
    verb.action([&file, &services] {
        require_embedded(services.options());
        const auto home = config::platform_home(services.io().environment);
        const auto content =
            platform::restore_backup(file == "-" ? "/dev/stdin" : file, home, services.cancellation());
        warn_of_missing_key(services, content);
        show_done(services, backup_fields(), show(content, home.string()),
                  fmt::format("restored {} datasets and {} secrets to {}", content.datasets, content.secrets,
                              home.string()));
    });
}

}  // namespace prevision::cli
