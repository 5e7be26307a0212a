#include <algorithm>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/libraries.hpp"
#include "cli/listing.hpp"
#include "cli/nouns.hpp"
#include "config/paths.hpp"
#include "core/text.hpp"
#include "model/json.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// What was looked at, and how it is.
struct Finding {
    std::string check;
    std::string result = "ok";  ///< ok, warning or failed
    std::string detail{};
    std::string hint{};
};

std::string to_document(const Finding& finding) {
    rapidjson::StringBuffer buffer;
    model::JsonWriter writer(buffer);
    writer.StartObject();
    model::write_text(writer, "check", finding.check);
    model::write_text(writer, "result", finding.result);
    model::write_text(writer, "detail", finding.detail);
    model::write_text_or_null(writer, "hint", finding.hint);
    writer.EndObject();
    return {buffer.GetString(), buffer.GetSize()};
}

class Doctor {
  public:
    explicit Doctor(Services& services) : services_(services) {}

    std::vector<Finding> examine() {
        add({.check = "program", .detail = fmt::format("prevision {}", PREVISION_VERSION)});
        examine_platform();
        examine_files();
        examine_engines();
        for (const auto& library : libraries())
            add({.check = "library " + library.name, .detail = library.version});
        examine_terminal();
        return std::move(findings_);
    }

  private:
    void add(Finding finding) { findings_.push_back(std::move(finding)); }

    /// Runs one check; what it throws is its failure.
    void check(const std::string& name, const std::function<Finding()>& examination) {
        try {
            add(examination());
        } catch (const Error& error) {
            add({.check = name, .result = "failed", .detail = error.what(), .hint = error.hint()});
        }
    }

    void examine_platform() {
        check("platform", [&]() -> Finding {
            const bool embedded = services_.is_embedded();
            std::size_t count = 0;
            services_.client().list_projects([&](const auto& /*project*/) { return ++count < 1000; });
            return {.check = "platform",
                    .detail = fmt::format("{}, {} project{}", embedded ? "embedded" : "remote", count,
                                          count == 1 ? "" : "s")};
        });
        check("project", [&]() -> Finding { return {.check = "project", .detail = services_.project_id()}; });
    }

    void examine_files() {
        const auto& environment = services_.io().environment;
        check("home", [&]() -> Finding {
            const auto home = config::platform_home(environment);
            if (!std::filesystem::exists(home))
                return {.check = "home", .detail = home.string() + ", not made yet"};
            for (const auto& name : {"prevision.db", "vault.key"}) examine_mode(home / name);
            return mode_of("home", home);
        });
    }

    void examine_mode(const std::filesystem::path& file) {
        if (std::filesystem::exists(file)) add(mode_of(file.filename().string(), file));
    }

    /// Nobody but its owner may read it.
    static Finding mode_of(const std::string& check, const std::filesystem::path& path) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            return {.check = check,
                    .result = "failed",
                    .detail = fmt::format("{}: {}", path.string(), system_message(errno)),
                    .hint = "see who owns it: ls -ld " + path.string()};
        }
        const auto mode = status.st_mode & 0777U;
        Finding finding{.check = check, .detail = fmt::format("{}, mode {:04o}", path.string(), mode)};
        if (status.st_uid != ::geteuid()) {
            finding.result = "warning";
            finding.hint = fmt::format("it belongs to user {}, not to you", status.st_uid);
        } else if ((mode & 077U) != 0) {
            finding.result = "failed";
            finding.hint = fmt::format("others may read it: chmod {} {}",
                                       S_ISDIR(status.st_mode) ? "700" : "600", path.string());
        }
        return finding;
    }

    /// Each engine is part of the program; those that go through libcurl need its protocol.
    void examine_engines() {
        const auto protocols = curl_protocols();
        for (const auto& engine : sources::engines()) {
            Finding finding{.check = "engine " + std::string(engine.name),
                            .detail = fmt::format("{}: {}", engine.type, engine.title)};
            const std::string needed = engine.name == "s3" ? "https" : std::string(engine.name);
            const bool through_curl = needed == "ftp" || needed == "sftp" || needed == "https";
            if (through_curl && std::ranges::find(protocols, needed) == protocols.end()) {
                finding.result = "failed";
                finding.hint = fmt::format("the libcurl here cannot speak {}: install libcurl4", needed);
            }
            add(finding);
        }
    }

    void examine_terminal() {
        const auto& environment = services_.io().environment;
        auto locale = environment.get("LC_ALL");
        if (!locale) locale = environment.get("LC_CTYPE");
        if (!locale) locale = environment.get("LANG");
        const auto name = to_lower(locale.value_or("C"));
        Finding finding{.check = "locale", .detail = locale.value_or("not set")};
        if (name.find("utf-8") == std::string::npos && name.find("utf8") == std::string::npos) {
            finding.result = "warning";
            finding.hint = "texts are shown as UTF-8; where letters look wrong: export LANG=C.UTF-8";
        }
        add(finding);
    }

    Services& services_;
    std::vector<Finding> findings_;
};

std::vector<Field<Finding>> finding_fields() {
    return {{{"check"}, [](const Finding& finding) { return cell(finding.check); }},
            {{"result"}, [](const Finding& finding) { return cell(finding.result); }},
            {{"detail"}, [](const Finding& finding) { return cell(finding.detail); }},
            {{"hint"}, [](const Finding& finding) { return cell(finding.hint); }}};
}

void run_doctor(Services& services, const ListOptions& options) {
    const auto findings = Doctor(services).examine();
    const auto fields = finding_fields();
    auto listing = make_listing(services, options, fields);
    for (const auto& finding : findings) {
        render::Row row{.id = finding.check, .cells = {}, .document = to_document(finding)};
        for (const auto& field : fields) row.cells.push_back(field.cell(finding));
        if (!listing.add(std::move(row))) break;
    }
    listing.finish();
    services.io().out.flush();
    const auto failed = std::ranges::count(findings, "failed", &Finding::result);
    if (failed > 0) {
        throw Error(ErrorClass::partial, fmt::format("{} of {} checks failed", failed, findings.size()),
                    "the hint of each tells what to do");
    }
}

}  // namespace

void add_doctor(Command& root, Services& services) {
    auto verb = root.subcommand("doctor", "Look at what the program finds here, and tell what is wrong");
    auto options = std::make_shared<ListOptions>();
    add_list_options(verb, *options, column_names(finding_fields()));
    verb.detail(
        "It looks at the platform, the project, the permissions of files, the engines, the libraries and "
        "the locale. Exit code 8 when a check fails.");
    verb.example("prevision doctor");
    verb.example("prevision doctor -o json --filter result=failed");
    verb.action([options, &services] { run_doctor(services, *options); });
}

}  // namespace prevision::cli
