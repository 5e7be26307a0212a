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
#include "cli/jq.hpp"
#include "cli/nouns.hpp"
#include "cli/services.hpp"

namespace prevision::cli {

namespace {

void add_worker(Command& root, Services& services) {
    auto command = root.hidden_subcommand(std::string(worker_command));
    auto& id = command.keep<std::string>();
    command.argument("ID", id, "The id of the dataset or export");
    command.action([&id, &services] { services.embedded().run_pending(id, services.cancellation()); });
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
    add_worker(root, services);
}

HelpStyle help_style(const GlobalOptions& options, const Io& io) {
    const auto settings = render_settings(options, io);
    return {.width = std::clamp(settings.width.value_or(80), 40, 80), .bold = settings.bold};
}

/// What people are used to from other programs: no argument, `help COMMAND` and `COMMAND help` show help, `--version` and `-V`
/// the version.
std::vector<std::string> with_habits(const CommandNode& tree, std::span<const std::string> arguments) {
    if (arguments.empty()) return {"--help"};
    const auto has_commands = [&](const std::string& name) {
        const auto* node = find_child(tree, name);
        return node != nullptr && !node->children.empty();
    };
    std::vector<std::string> words(arguments.begin(), arguments.end());
    if (words.size() == 1 && (words.front() == "--version" || words.front() == "-V"))
        return {"version", "--short"};
    if (words.front() == "help") {
        words.erase(words.begin());
        words.emplace_back("--help");
    } else if (words.size() == 2 && words.back() == "help" && has_commands(words.front())) {
        words.back() = "--help";
    }
    return words;
}

/// Filters what a command has written before it failed; an incomplete document is left out.
void finish_failed(FilteredOutput& out, bool printable) {
    try {
        out.finish(printable);
    } catch (const Error&) {
        return;  // the command's own error is the one to report
    }
}

/// Runs the command that the arguments name. Throws its Error.
void execute(std::span<const std::string> arguments, GlobalOptions& options, Services& services,
             FilteredOutput& out) {
    CommandLine line("prevision",
                     "Connects to remote data, and takes verified snapshots of it when they are needed.");
    build(line, options, services);
    auto& io = services.io();
    try {
        const auto action = line.parse(with_habits(line.tree(), arguments));
        check_global_options(options);
        if (!options.jq.empty()) out.filter(options.jq);
        action();
        out.finish(io.out_is_terminal);
    } catch (const CommandLine::HelpRequested& help) {
        io.out.write(render_help(help.of, help_style(options, io)));
    } catch (const Error& error) {
        finish_failed(out, io.out_is_terminal);
        // A platform's answer may repeat a secret that was sent.
        throw error.with_message(services.hide_secrets(error.what()));
    }
    io.out.flush();
}

int report(const Error* error, Services& services) {
    const int code = error == nullptr ? 0 : static_cast<int>(error->error_class());
    auto& io = services.io();
    try {
        io.out.flush();
        report_end(error, services, io);
        if (error != nullptr && !services.options().json_errors())
            annotate_error(*error, io.environment, io.err);
        io.err.flush();
    } catch (const OutputClosed&) {
        return code;  // the reader is gone; the exit code still reports the failure
    } catch (const Error&) {
        return code;
    }
    return code;
}

}  // namespace

int run(std::span<const std::string> arguments, Io& io, Cancellation& cancellation, const Connect& connect) {
    GlobalOptions options;
    FilteredOutput out(io.out);
    Io filtered{.in = io.in,
                .out = out,
                .err = io.err,
                .in_is_terminal = io.in_is_terminal,
                .out_is_terminal = io.out_is_terminal,
                .err_is_terminal = io.err_is_terminal,
                .err_is_file = io.err_is_file,
                .width = io.width,
                .environment = io.environment,
                .clock = io.clock};
    Services services(filtered, options, cancellation, connect);
    const auto fail = [&](const Error& error) { return report(&error, services); };
    try {
        execute(arguments, options, services, out);
        return report(nullptr, services);
    } catch (const OutputClosed&) {
        return 0;  // `| head` has seen enough
    } catch (const Error& error) {
        return fail(error);
    } catch (const std::bad_alloc&) {
        return fail(Error(ErrorClass::internal, "out of memory"));
    } catch (const std::exception& error) {
        return fail(Error(ErrorClass::internal, std::string("internal error: ") + error.what()));
    }
}

}  // namespace prevision::cli
