#include "platform/store/tokens.hpp"

#include <catch2/catch.hpp>

#include "core/id.hpp"
#include "platform/errors.hpp"
#include "platform/store/store.hpp"
#include "platform/store/tables/projects.hpp"
#include "support/temporary_directory.hpp"

using namespace prevision;
using namespace prevision::platform;
using prevision::testing::error_of;

namespace {

class SetClock final : public Clock {
  public:
    [[nodiscard]] std::chrono::system_clock::time_point now() const override { return time; }
    [[nodiscard]] std::chrono::steady_clock::time_point steady() const override { return {}; }

    std::chrono::system_clock::time_point time{std::chrono::hours(24 * 365 * 56)};
};

struct Fixture {
    testing::TemporaryDirectory folder;
    SetClock clock;
    Store store{folder / "prevision.db", clock};
    Tokens tokens{store, clock};
};

}  // namespace

TEST_CASE("a token is valid until its time is over, and its name is free from then on") {
    Fixture fixture;
    const auto made = fixture.tokens.create({.name = "ci", .lifetime = std::chrono::hours(2)});
    CHECK(made.record.expires_at == format_time(fixture.clock.time + std::chrono::hours(2)));
    fixture.clock.time += std::chrono::minutes(119);
    CHECK(fixture.tokens.find(made.token.reveal()));
    CHECK(fixture.tokens.valid_ids() == std::set{made.record.id});
    CHECK(error_of([&] { fixture.tokens.create({.name = "ci"}); }).error_class() == ErrorClass::conflict);
    fixture.clock.time += std::chrono::minutes(1);
    CHECK_FALSE(fixture.tokens.find(made.token.reveal()));
    CHECK(fixture.tokens.valid_ids().empty());
    const auto second = fixture.tokens.create({.name = "ci"});
    CHECK(fixture.tokens.find(second.token.reveal())->id == second.record.id);
    CHECK_FALSE(fixture.tokens.find(made.token.reveal()));
    fixture.clock.time += std::chrono::hours(24 * 365 * 100);
    CHECK(fixture.tokens.find(second.token.reveal()));
    CHECK(fixture.tokens.list().size() == 2);
    CHECK(fixture.tokens.list()[0].revoked_at == made.record.expires_at);
}

TEST_CASE("a token is bound to a project by its name or id") {
    Fixture fixture;
    ProjectTable projects(fixture.store);
    const auto id = projects.list({}).items.at(0).project.id;
    CHECK(fixture.tokens.create({.name = "a", .project = "default"}).record.project_id == id);
    CHECK(fixture.tokens.create({.name = "b", .project = id}).record.project_id == id);
    CHECK(error_of([&] { fixture.tokens.create({.name = "c", .project = "none"}); }).error_class() ==
          ErrorClass::not_found);
    projects.insert({.id = new_id(), .name = "default"});
    CHECK(error_of([&] { fixture.tokens.create({.name = "c", .project = "default"}); }).error_class() ==
          ErrorClass::conflict);
    CHECK(fixture.tokens.create({.name = "d", .role = Role::editor}).record.project_id.empty());
}
