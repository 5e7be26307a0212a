#include "sources/stages.hpp"

#include <fmt/format.h>

#include "core/clock.hpp"

namespace prevision::sources {

std::string RowCounter::summary() const {
    return fmt::format("{} column{}, {}", columns_, columns_ == 1 ? "" : "s",
                       rows_ == 0 ? "no row" : "the first row read");
}

void run_stage(const StageObserver& observer, const std::string& name,
               const std::function<std::string()>& step) {
    const auto start = system_clock().steady();
    Stage stage;
    stage.name = name;
    const auto stop_watch = [&] {
        stage.elapsed =
            std::chrono::duration_cast<std::chrono::microseconds>(system_clock().steady() - start);
    };
    try {
        stage.message = step();
    } catch (const Error& error) {
        stop_watch();
        stage.ok = false;
        stage.message = error.what();
        observer(stage);
        throw;
    }
    stop_watch();
    observer(stage);
}

}  // namespace prevision::sources
