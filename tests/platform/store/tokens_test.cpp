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

TEST_CASE("a token whose id is the name of another one is revoked by no guess") {
    Fixture fixture;
    const auto meant = fixture.tokens.create({.name = "meant"});
    CHECK(error_of([&] { fixture.tokens.create({.name = meant.record.id}); }).error_class() ==
          ErrorClass::conflict);
    // A store may hold such a pair nevertheless: an id comes after the names that were there.
    const auto other = fixture.tokens.create({.name = "other"});
    fixture.store.write([&](sqlite::Database& database) {
        database.prepare("UPDATE tokens SET name = ? WHERE id = ?")
            .bind(1, meant.record.id)
            .bind(2, other.record.id)
            .run();
    });
    const auto refused = error_of([&] { fixture.tokens.revoke(meant.record.id); });
    CHECK(refused.error_class() == ErrorClass::conflict);
    CHECK_THAT(refused.hint(), Catch::Contains(other.record.id));
    CHECK(fixture.tokens.valid_ids() == std::set{meant.record.id, other.record.id});
    CHECK(fixture.tokens.revoke(other.record.id).id == other.record.id);
    CHECK(fixture.tokens.revoke(meant.record.id).id == meant.record.id);
    CHECK(fixture.tokens.valid_ids().empty());
}

TEST_CASE("a token needs a name and a known role, and only one that is there can be revoked") {
    Fixture fixture;
    CHECK(error_of([&] { fixture.tokens.create({.name = ""}); }).error_class() == ErrorClass::invalid);
    CHECK(fixture.tokens.list().empty());
    const auto role = error_of([] { parse_role("owner"); });
    CHECK(role.error_class() == ErrorClass::usage);
    CHECK_THAT(role.what(), Catch::Contains("'owner' is not one of admin, editor, viewer"));
    const auto made = fixture.tokens.create({.name = "ci"});
    fixture.tokens.revoke("ci");
    for (const auto& gone : {std::string("ci"), made.record.id, std::string("none"), std::string()}) {
        CAPTURE(gone);
        CHECK(error_of([&] { fixture.tokens.revoke(gone); }).error_class() == ErrorClass::not_found);
    }
    for (const std::string_view text : {"", "prv_", "prv_short", "x"}) CHECK_FALSE(fixture.tokens.find(text));
}
