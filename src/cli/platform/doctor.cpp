#include <algorithm>
#include <filesystem>
#include <functional>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/nouns.hpp"
#include "cli/platform/choice.hpp"
#include "cli/platform/libraries.hpp"
#include "cli/verbs/listing.hpp"
#include "config/paths.hpp"
#include "config/profiles.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "model/json_builder.hpp"
#include "net/url.hpp"
#include "sources/registry.hpp"

namespace prevision::cli {

namespace {

/// A check and its result.
struct Finding {
    std::string check;
    std::string result = "ok";  ///< ok, warning or failed
    std::string detail{};
    std::string hint{};
};

std::string to_document(const Finding& finding) {
    return model::JsonObject()
        .text("check", finding.check)
        .text("result", finding.result)
        .text("detail", finding.detail)
        .text_or_null("hint", finding.hint)
        .finish();
}

class Doctor {
  public:
    explicit Doctor(Services& services) : services_(services) {}

    std::vector<Finding> examine() {
        add({.check = "program", .detail = fmt::format("prevision {}", PREVISION_VERSION)});
        examine_profiles();
        examine_platform();
        examine_files();
        examine_content();
        examine_leftovers();
        examine_engines();
        for (const auto& library : libraries())
            add({.check = "library " + library.name, .detail = library.version});
        examine_terminal();
        return std::move(findings_);
    }

  private:
    void add(Finding finding) { findings_.push_back(std::move(finding)); }

    /// Runs one check; an Error is its failure.
    void check(const std::string& name, const std::function<Finding()>& examination) {
        try {
            add(examination());
        } catch (const Error& error) {
            add({.check = name, .result = "failed", .detail = error.what(), .hint = error.hint()});
        }
    }

    void examine_profiles() {
        const auto& environment = services_.io().environment;
        check("profile", [&]() -> Finding {
            const auto file = config::profile_file(environment);
            if (!file || !may_exist(*file)) return {.check = "profile", .detail = "none"};
            add(mode_of("config.json", *file));
            const auto profiles = config::read_profiles(*file);
            const auto name = profile_name(services_.options(), environment, profiles);
            const bool unused = platform_url(services_.options(), environment).has_value();
            const auto* const profile = name ? profiles.find(*name) : nullptr;
            return {.check = "profile",
                    .detail = fmt::format("{} of {}{}{}", name.value_or("none"), profiles.all.size(),
                                          profile == nullptr ? "" : ", " + net::mask_url(profile->url),
                                          unused ? ", not used: a URL is given" : "")};
        });
    }

    void examine_platform() {
        check("platform", [&]() -> Finding {
            const bool embedded = services_.is_embedded();
            std::size_t count = 0;
            services_.client().list_projects([&](const auto& /*project*/) { return ++count < 1000; });
            return {
                .check = "platform",
                .detail = fmt::format("{}, {} project{}", embedded ? "embedded" : services_.platform_url(),
                                      count, count == 1 ? "" : "s")};
        });
        check("project", [&]() -> Finding {
            const auto project = services_.client().get<model::Project>(services_.project_id());
            return {.check = "project", .detail = fmt::format("{}, {}", project.name, project.id)};
        });
    }

    void examine_files() {
        const auto& environment = services_.io().environment;
        check("home", [&]() -> Finding {
            const auto home = config::platform_home(environment);
            if (!may_exist(home)) return {.check = "home", .detail = home.string() + ", not created yet"};
            for (const auto& name : {"prevision.db", "vault.key"}) examine_mode(home / name);
            return mode_of("home", home);
        });
    }

    void examine_content() {
        check("content", [&]() -> Finding {
            if (!may_exist(config::platform_home(services_.io().environment)))
                return {.check = "content", .detail = "none"};
            const auto content = services_.embedded().content();
            if (content.lost.empty()) return {.check = "content", .detail = content.summary};
            return {.check = "content",
                    .result = "failed",
                    .detail = fmt::format("{}; the files of these are missing or cut: {}", content.summary,
                                          join(content.lost, ", ")),
                    .hint = "restore them from a backup, or delete these datasets"};
        });
    }

    void examine_leftovers() {
        check("leftovers", [&]() -> Finding {
            if (!may_exist(config::platform_home(services_.io().environment)))
                return {.check = "leftovers", .detail = "none"};
            std::vector<std::string> names;
            for (const auto& file : services_.embedded().leftovers()) names.push_back(file.string());
            if (names.empty()) return {.check = "leftovers", .detail = "none"};
            return {
                .check = "leftovers",
                .result = "warning",
                .detail = join(names, ", "),
                .hint =
                    "killed processes left these files; no other command uses them, so they can be deleted"};
        });
    }

    void examine_mode(const std::filesystem::path& file) {
        if (may_exist(file)) add(mode_of(file.filename().string(), file));
    }

    /// Only its owner may read it.
    static Finding mode_of(const std::string& check, const std::filesystem::path& path) {
        struct stat status {};
        if (::stat(path.c_str(), &status) != 0) {
            return {.check = check,
                    .result = "failed",
                    .detail = fmt::format("{}: {}", path.string(), system_message(errno)),
                    .hint = "see who owns its folder: ls -ld " + path.parent_path().string()};
        }
        const auto mode = status.st_mode & 0777U;
        Finding finding{.check = check, .detail = fmt::format("{}, mode {:04o}", path.string(), mode)};
        if (status.st_uid != ::geteuid()) {
            finding.result = "warning";
            finding.hint = fmt::format("its owner is user {}, not you", status.st_uid);
        } else if ((mode & 077U) != 0) {
            finding.result = "failed";
            finding.hint = fmt::format("others may read it: chmod {} {}",
                                       S_ISDIR(status.st_mode) ? "700" : "600", path.string());
        }
        return finding;
    }

    /// Engines are part of the program; some need protocols of libcurl.
    void examine_engines() {
        const auto protocols = curl_protocols();
        const auto has = [&](const std::string& name) {
            return std::ranges::find(protocols, name) != protocols.end();
        };
        for (const auto& engine : sources::engines()) {
            Finding finding{
                .check = "engine " + std::string(engine.name),
                .detail = fmt::format("{}: {}; {}", engine.type, engine.title, abilities(engine))};
            std::vector<std::string> missing;
            for (const auto protocol : engine.curl_protocols) {
                if (!has(std::string(protocol))) missing.emplace_back(protocol);
            }
            if (!missing.empty()) {
                // With one protocol of two, some servers can still be used.
                finding.result = missing.size() < engine.curl_protocols.size() ? "warning" : "failed";
                finding.hint = fmt::format("the installed libcurl does not speak {}: install libcurl4",
                                           join(missing, ", "));
            }
            add(finding);
        }
    }

    static std::string abilities(const sources::Engine& engine) {
        std::string abilities = "reads, browses";
        if (engine.open_table_writer != nullptr || engine.open_file_writer != nullptr)
            abilities += ", takes exports";
        return abilities;
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
            finding.hint = "texts are shown as UTF-8; if letters look wrong: export LANG=C.UTF-8";
        }
        add(finding);
    }

    Services& services_;
    std::vector<Finding> findings_;
};

std::vector<Field<Finding>> finding_fields() {
    return {text("check", &Finding::check), text("result", &Finding::result),
            text("detail", &Finding::detail), text("hint", &Finding::hint)};
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
                    "each hint says what to do");
    }
}

}  // namespace

void add_doctor(Command& root, Services& services) {
    auto verb = root.subcommand("doctor", "Check the environment of the program, and report what is wrong");
    auto& options = verb.keep<ListOptions>();
    add_list_options(verb, options, column_names(finding_fields()));
    verb.detail(
        "It checks the platform, the project, the permissions of files, the engines, the libraries and "
        "the locale. Exit code 8 when a check fails.");
    verb.example("prevision doctor");
    verb.example("prevision doctor -o json --filter result=failed");
    verb.action([&options, &services] { run_doctor(services, options); });
}

}  // namespace prevision::cli
