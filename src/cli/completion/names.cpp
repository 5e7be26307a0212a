#include "cli/completion/names.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <string_view>

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include "cli/completion/distant_names.hpp"
#include "cli/lookup.hpp"
#include "cli/platform/choice.hpp"
#include "config/paths.hpp"
#include "config/profiles.hpp"
#include "core/atomic_file.hpp"
#include "core/child_process.hpp"
#include "core/sha256.hpp"
#include "core/text.hpp"

namespace prevision::cli {

namespace {

constexpr std::size_t answer_limit = std::size_t{4} << 20U;
constexpr std::string_view file_prefix = "completion-";

/// The cache file for all that the names depend on. Its name is a hash, since the token is part of that.
std::optional<std::filesystem::path> cache_file(Services& services, const NameQuery& query) {
    const auto& environment = services.io().environment;
    const auto folder = config::cache_home(environment);
    if (!folder) return std::nullopt;
    Sha256 hash;
    const auto add = [&](std::string_view text) { hash.update(fmt::format("{}:{},", text.size(), text)); };
    for (const auto* name :
         {"PREVISION_URL", "PREVISION_MASTER_TOKEN", "PREVISION_PROFILE", "PREVISION_PROJECT",
          "PREVISION_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "HOME"}) {
        add(environment.get(name).value_or(""));
    }
    for (const auto* name :
         {"--url", "--profile", "--project", "--connector", "--database", "--bucket", "NAME"})
        add(query.value_of(name));
    add(fmt::format("{}", static_cast<int>(query.kind)));
    add(typed_folder(query));
    return *folder / fmt::format("{}{}", file_prefix, hash.finish());
}

bool is_young(const std::filesystem::path& file, std::chrono::seconds age) {
    std::error_code failure;
    const auto written = std::filesystem::last_write_time(file, failure);
    return !failure && std::filesystem::file_time_type::clock::now() - written < age;
}

void remove_old(const std::filesystem::path& folder) {
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.path().filename().string().starts_with(file_prefix) &&
            !is_young(entry.path(), completion_cache_age)) {
            std::error_code failure;
            std::filesystem::remove(entry.path(), failure);
        }
    }
}

std::vector<Candidate> from_lines(std::string_view text) {
    std::vector<Candidate> candidates;
    for (const auto& line : split(text, '\n')) {
        const auto tab = line.find('\t');
        if (tab != std::string::npos && tab > 0)
            candidates.push_back({line.substr(0, tab), line.substr(tab + 1)});
    }
    return candidates;
}

/// Runs this program again, detached from the terminal, to print the names.
FileDescriptor start_asking(std::span<const std::string> words) {
    ChildCommand command{.program = "/proc/self/exe",
                         .arguments = {"prevision", "complete", "names"},
                         .input = ChildCommand::Stream::null,
                         .output = ChildCommand::Stream::pipe,
                         .error = ChildCommand::Stream::null,
                         .group = ChildCommand::Group::session};
    command.arguments.insert(command.arguments.end(), words.begin(), words.end());
    return start_child(command).output;
}

/// The whole output; nothing when it does not end within the budget.
std::string read_within_budget(const FileDescriptor& output, const Clock& clock) {
    const auto end = clock.steady() + completion_budget;
    std::string text;
    std::string buffer(65536, '\0');
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - clock.steady()).count();
        pollfd wait{output.get(), POLLIN, 0};
        if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) return {};
        const auto count = read_some(output, buffer, "the names");
        if (count == 0) return text;
        text.append(buffer, 0, count);
        if (text.size() > answer_limit) return {};
    }
}

std::string describe(const model::Project& project) { return project.description; }

std::string describe(const model::Connector& connector) {
    return connector.host.empty() ? connector.type : connector.type + " " + connector.host;
}

std::string describe(const model::Datasource& datasource) {
    for (const auto* part : {&datasource.table, &datasource.request, &datasource.path, &datasource.bucket})
        if (!part->empty()) return *part;
    return datasource.database;
}

std::string describe(const model::Dataset& dataset) { return dataset.created_at; }

std::string describe(const model::Exporter& exporter) { return exporter.description; }

template <typename Object>
std::vector<Candidate> all(api::Client& client, const std::string& project_id) {
    std::vector<Candidate> names;
    client.list<Object>(project_id, [&](const Object& object) {
        names.push_back({object.name, describe(object)});
        return true;
    });
    return names;
}

std::vector<Candidate> columns_of(const model::Sample& sample) {
    std::vector<Candidate> names;
    for (const auto& name : sample.columns) names.push_back({name});
    return names;
}

/// Names that are known without a network.
std::vector<Candidate> local_names(Services& services, Completes kind) {
    std::vector<Candidate> names;
    const auto& environment = services.io().environment;
    if (kind == Completes::environment_variable) {
        for (const auto& name : environment.names()) names.push_back({name});
    } else if (kind == Completes::token) {
        for (const auto& name : services.embedded().token_names()) names.push_back({name});
    } else if (const auto file = config::profile_file(environment)) {
        names.push_back({std::string(embedded_profile), "the platform within this program"});
        for (const auto& profile : config::read_profiles(*file).all)
            names.push_back({profile.name, profile.url});
    }
    return names;
}

bool is_local(Completes kind) {
    return kind == Completes::environment_variable || kind == Completes::token || kind == Completes::profile;
}

/// Whether a remote system is asked, and not only the platform.
bool is_remote(Completes kind) {
    constexpr std::array kinds{Completes::database, Completes::table, Completes::bucket,
                               Completes::path,     Completes::place, Completes::datasource_column};
    return std::ranges::find(kinds, kind) != kinds.end();
}

/// Whether the embedded platform knows the names, so that asking takes less time than starting a process.
bool is_known_here(Services& services, Completes kind) {
    if (is_local(kind)) return true;
    const auto& environment = services.io().environment;
    if (is_remote(kind) || platform_url(services.options(), environment)) return false;
    const auto file = config::profile_file(environment);
    const auto profile = profile_name(services.options(), environment,
                                      file ? config::read_profiles(*file) : config::Profiles{});
    return !profile || *profile == embedded_profile;
}

/// Ends the process when the budget is spent: a store may be locked, or its disk slow. TAB then shows nothing.
class Budget {
  public:
    Budget() {
        ::signal(SIGALRM, [](int) { ::_exit(0); });
        set(completion_budget);
    }
    ~Budget() { set(std::chrono::milliseconds(0)); }
    Budget(const Budget&) = delete;
    Budget& operator=(const Budget&) = delete;

  private:
    static void set(std::chrono::microseconds time) {
        const itimerval timer{.it_interval = {}, .it_value = {.tv_sec = 0, .tv_usec = time.count()}};
        ::setitimer(ITIMER_REAL, &timer, nullptr);
    }
};

}  // namespace

std::vector<Candidate> ask_for_names(Services& services, const NameQuery& query) {
    if (is_local(query.kind)) return local_names(services, query.kind);
    auto& client = services.client();
    switch (query.kind) {
        case Completes::project:
            return all<model::Project>(client, {});
        case Completes::connector:
            return all<model::Connector>(client, services.project_id());
        case Completes::datasource:
            return all<model::Datasource>(client, services.project_id());
        case Completes::dataset:
            return all<model::Dataset>(client, services.project_id());
        case Completes::exporter:
            return all<model::Exporter>(client, services.project_id());
        case Completes::dataset_column:
            return columns_of(client.sample_dataset(
                api::refer_to(find<model::Dataset>(services, query.value_of("NAME"))), 1));
        case Completes::datasource_column:
            return columns_of(client.preview_datasource(
                api::refer_to(find<model::Datasource>(services, query.value_of("NAME"))), 1));
        default:
            return distant_names(services, query);
    }
}

std::vector<Candidate> names_within_budget(Services& services, std::span<const std::string> words,
                                           const NameQuery& query) {
    try {
        if (is_known_here(services, query.kind)) {
            const Budget budget;
            return from_lines(to_lines(ask_for_names(services, query)));
        }
        const auto file = cache_file(services, query);
        if (file && is_young(*file, completion_cache_age)) return from_lines(read_file(*file, answer_limit));
        return from_lines(read_within_budget(start_asking(words), services.io().clock));
    } catch (const std::exception&) {
        return {};  // no names are better than a message in the line that is being typed
    }
}

void keep_names(Services& services, const NameQuery& query, const std::vector<Candidate>& names) {
    if (is_local(query.kind) || (!is_remote(query.kind) && services.is_embedded())) return;
    const auto path = cache_file(services, query);
    if (!path) return;
    create_private_directory(path->parent_path());
    remove_old(path->parent_path());
    AtomicFile file(*path, 0600);
    file.write(to_lines(names));
    file.commit();
}

std::string to_lines(const std::vector<Candidate>& candidates) {
    const auto blank_controls = [](std::string text) {
        std::ranges::replace_if(
            text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
        return text;
    };
    std::string lines;
    for (const auto& candidate : candidates) {
        if (candidate.text.empty() || blank_controls(candidate.text) != candidate.text) continue;
        lines += fmt::format("{}\t{}\n", candidate.text, blank_controls(candidate.description));
    }
    return lines;
}

}  // namespace prevision::cli
