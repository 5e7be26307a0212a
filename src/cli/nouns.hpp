#pragma once

#include "cli/command/command.hpp"
#include "cli/global_options.hpp"
#include "cli/services.hpp"

/// Each function hangs one noun, with its verbs, into the command tree. `services` must outlive the parsing
/// and the action.
namespace prevision::cli {

void add_project(Command& root, Services& services);
void add_connector(Command& root, Services& services);
void add_datasource(Command& root, Services& services);
void add_dataset(Command& root, Services& services);
void add_login(Command& root, Services& services);
void add_profile(Command& root, Services& services);
void add_api(Command& root, Services& services);
void add_exporter(Command& root, Services& services);
void add_apply(Command& root, Services& services);
void add_diff(Command& root, Services& services);
void add_dump(Command& root, Services& services);
void add_schema(Command& root, Services& services);
/// Options of its own go into `options`.
void add_serve(Command& root, GlobalOptions& options, Services& services);
void add_vault(Command& root, Services& services);
void add_backup(Command& root, Services& services);
void add_restore(Command& root, Services& services);
void add_version(Command& root, Services& services);

void add_doctor(Command& root, Services& services);

/// The hidden command that makes the manual's pages.
void add_manual(Command& root, const CommandNode& tree, Services& services);

/// `completion`, and what its scripts call. Options that TAB finds on the line go into `options`.
void add_completion(Command& root, const CommandNode& tree, GlobalOptions& options, Services& services);

}  // namespace prevision::cli
