#pragma once

#include <string>
#include <vector>

#include "cli/apply/changes.hpp"
#include "cli/apply/secrets.hpp"
#include "cli/verbs/listing.hpp"

namespace prevision::cli {

/// What `apply` and `diff` take.
struct ComparisonOptions {
    std::vector<std::string> files;
    bool prune = false;
    ListOptions list;
};

void add_comparison_options(Command& command, ComparisonOptions& options);

/// The files as they were read and checked, beside what the platform has.
struct Comparison {
    Declarations declarations;
    PlatformState state;
    SecretsByConnector secrets;
    std::vector<Change> changes;   ///< in an order in which they can be made
    bool has_all_compared = true;  ///< also the secrets of connectors that do not differ
};

/// Reads the files and folders as one declaration, checks it, and compares it with the platform. `all_secrets`:
/// each connector with a declared secret is an update. Warns of sources of secrets that cannot be read, and of
/// secrets that the platform cannot compare.
Comparison compare(const ComparisonOptions& options, bool all_secrets, Services& services);

/// "shop.yaml", or "the files".
std::string describe_files(const ComparisonOptions& options);

/// A change, and its result where it was made.
struct Line {
    const Change* change = nullptr;
    std::string id{};
    std::string result{};  ///< done, failed
    std::string message{};
};

std::vector<Field<Line>> line_fields(bool with_results);

/// Shows the lines as they come.
class Lines {
  public:
    Lines(Services& services, const ListOptions& options, bool with_results);

    void add(const Line& line);
    void finish() { listing_.finish(); }

  private:
    std::vector<Field<Line>> fields_;
    Listing listing_;
    bool ids_only_;
    bool wanted_ = true;  ///< until --limit is reached
};

/// Shows the changes that would be made.
void show_changes(const Comparison& comparison, const ListOptions& options, Services& services);

}  // namespace prevision::cli
