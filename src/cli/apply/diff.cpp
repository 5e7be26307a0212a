#include <fmt/format.h>

#include "cli/apply/comparison.hpp"
#include "cli/nouns.hpp"
#include "core/error.hpp"

namespace prevision::cli {

void add_diff(Command& root, Services& services) {
    struct Options : ComparisonOptions {
        bool exit_code = false;
    };
    auto command = root.subcommand("diff", "Show what apply would change");
    auto& options = command.keep<Options>();
    add_comparison_options(command, options);
    command.flag("--exit-code", options.exit_code, "Exit with code 10 when something differs");
    add_list_options(command, options.list, column_names(line_fields(false)));
    command.example("prevision diff platform.yaml");
    command.example("prevision diff platform.yaml --exit-code > /dev/null");
    command.action([&options, &services] {
        const auto comparison = compare(options, false, services);
        show_changes(comparison, options.list, services);
        services.io().out.flush();
        if (!options.exit_code || comparison.changes.empty()) return;
        const auto count = comparison.changes.size();
        throw Error(ErrorClass::differs,
                    fmt::format("{} object{} not as {} say{}", count, count == 1 ? " is" : "s are",
                                describe_files(options), options.files.size() > 1 ? "" : "s"),
                    "'prevision apply' makes it so");
    });
}

}  // namespace prevision::cli
