#include "cli/run.hpp"

#include <algorithm>
#include <exception>
#include <memory>
#include <vector>

#include "cli/command/command.hpp"
#include "cli/command/help.hpp"
#include "cli/error_report.hpp"
#include "cli/github_actions.hpp"
#include "cli/global_options.hpp"
#include "cli/nouns.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

namespace {

void add_snapshot_worker(Command& root, Services& services) {
    auto command = root.hidden_subcommand(std::string(snapshot_worker_command));
    auto& id = command.keep<std::string>();
    command.argument("ID", id, "The dataset's id");
    command.action(
        [&id, &services] { services.embedded().take_pending_snapshot(id, services.cancellation()); });
}

void build(CommandLine& line, GlobalOptions& options, Services& services) {
    auto root = line.root();
    add_global_options(root, options);
    add_project(root, services);
    add_connector(root, services);
    add_datasource(root, services);
    add_dataset(root, services);
    add_exporter(root, services);
    add_apply(root, services);
    add_diff(root, services);
    add_dump(root, services);
    add_schema(root, services);
    add_serve(root, options, services);
    add_vault(root, services);
    add_backup(root, services);
    add_restore(root, services);
    add_login(root, services);
    add_profile(root, services);
    add_api(root, services);
    add_completion(root, line.tree(), options, services);
    add_doctor(root, services);
    add_version(root, services);
    add_manual(root, line.tree(), services);
    add_snapshot_worker(root, services);
}

HelpStyle help_style(const GlobalOptions& options, const Io& io) {
    const auto settings = render_settings(options, io);
    return {.width = std::clamp(settings.width.value_or(80), 40, 80), .bold = settings.bold};
}

int exit_code(ErrorClass error_class) { return static_cast<int>(error_class); }

/// What people are used to from other programs: the name alone, `help COMMAND` and `COMMAND help` ask for
/// help,
/// `--version` and `-V` for the version.
std::vector<std::string> with_habits(const CommandNode& tree, std::span<const std::string> arguments) {
    if (arguments.empty()) return {"--help"};
    const auto has_commands = [&](const std::string& name) {
        const auto* node = find_child(tree, name);
        return node != nullptr && !node->children.empty();
    };
    std::vector<std::string> words(arguments.begin(), arguments.end());
    if (words.size() == 1 && (words.front() == "--version" || words.front() == "-V")) return {"version"};
    if (words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    } else if (words.size() == 2 && words.back() == "help" && has_commands(words.front())) {
        words.back() = "--help";
    }
    return words;
}

/// Runs the command that the arguments name; what goes wrong is thrown.
void execute(std::span<const std::string> arguments, GlobalOptions& options, Io& io,
             Cancellation& cancellation, const Connect& connect) {
    Services services(io, options, cancellation, connect);
    CommandLine line("prevision",
                     "Keeps links to distant data, and takes snapshots of it when they are needed.");
    build(line, options, services);
    try {
        const auto action = line.parse(with_habits(line.tree(), arguments));
        if (options.retries < 0) throw Error(ErrorClass::usage, "--retries: it cannot be negative");
        action();
    } catch (const CommandLine::HelpRequested& help) {
        io.out.write(render_help(help.of, help_style(options, io)));
    } catch (const Error& error) {
        // A platform may have answered what it was sent.
        throw error.with_message(services.hide_secrets(error.what()));
    }
    io.out.flush();
}

int report(const Error& error, const GlobalOptions& options, Io& io) {
    try {
        io.out.flush();
        report_error(error, options.json_errors(), io.err);
        // With JSON the error is one object and nothing else.
        if (!options.json_errors()) annotate_error(error, io.environment, io.err);
        io.err.flush();
    } catch (const OutputClosed&) {
        // Nobody reads any more; the code still tells.
        return exit_code(error.error_class());
    } catch (const Error&) {
        return exit_code(error.error_class());
    }
    return exit_code(error.error_class());
}

}  // namespace

int run(std::span<const std::string> arguments, Io& io, Cancellation& cancellation, const Connect& connect) {
    GlobalOptions options;
    try {
        execute(arguments, options, io, cancellation, connect);
        return 0;
    } catch (const OutputClosed&) {
        return 0;  // `| head` has seen enough
    } catch (const Error& error) {
        return report(error, options, io);
    } catch (const std::bad_alloc&) {
        return report(Error(ErrorClass::internal, "out of memory"), options, io);
    } catch (const std::exception& error) {
        return report(Error(ErrorClass::internal, std::string("internal error: ") + error.what()), options,
                      io);
    }
}

}  // namespace prevision::cli
