#include <algorithm>

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "platform/connection.hpp"
#include "platform/http/handlers/handlers.hpp"
#include "platform/http/handlers/source_answers.hpp"
#include "sources/registry.hpp"

namespace prevision::platform {

namespace {

/// Takes nothing of a file but what is known of it.
class NoBytes final : public ByteSink {
  public:
    void write(std::string_view /*bytes*/) override {}
    [[nodiscard]] bool wants_more() const override { return false; }
};

/// The time of the newest file of a location.
class NewestFile final : public sources::ContentSink {
  public:
    sources::RowSink& table() override {
        throw Error(ErrorClass::invalid, "a table or a request has no time of its own",
                    "name a column that holds one: --column updated_at");
    }
    ByteSink& file(const sources::FileInfo& info) override {
        // RFC 3339 in UTC sorts by time.
        newest_ = std::max(newest_, to_utc(info.modified));
        return nothing_;
    }

    [[nodiscard]] const std::string& newest() const { return newest_; }

  private:
    std::string newest_;
    NoBytes nothing_;
};

/// The one value of a statement, which must be a time.
class NewestValue final : public sources::RowSink {
  public:
    explicit NewestValue(std::string column) : column_(std::move(column)) {}

    void columns(std::span<const sources::Column> columns) override {
        const auto kind = columns.empty() ? sources::ValueKind::any : columns.front().kind;
        is_time_ = kind == sources::ValueKind::timestamp || kind == sources::ValueKind::date;
        if (is_time_ || kind == sources::ValueKind::any) return;
        refuse(fmt::format("it is {}", columns.front().type));
    }
    void row(std::span<const sources::Value> values) override {
        if (values.empty() || values.front().is_null()) return;
        newest_ = values.front().text();
        if (!is_time_ && !parse_time(newest_)) refuse(fmt::format("it holds '{}'", newest_));
    }

    [[nodiscard]] const std::string& newest() const { return newest_; }

  private:
    [[noreturn]] void refuse(const std::string& why) const {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid column: {} is not a date or a time: {}", column_, why),
                    "name a column of dates or times");
    }

    std::string column_;
    bool is_time_ = false;
    std::string newest_;
};

std::string newest_of_column(State& state, const model::Datasource& datasource,
                             const model::Connector& connector, const std::string& column,
                             const std::shared_ptr<Cancellation>& cancellation) {
    const auto& engine = sources::choose_engine(open_connection(state, connector.id), *cancellation);
    if (engine.newest_statement == nullptr) {
        throw Error(ErrorClass::invalid,
                    fmt::format("invalid column: {} has files, without columns", engine.title),
                    "leave out the column: the time of the newest file counts");
    }
    auto location = location_of(datasource);
    location.request = engine.newest_statement(location, column);
    location.table.clear();
    const auto opened = open_source(state, connector, cancellation);
    NewestValue newest(column);
    use_source(state, opened, [&] { opened.source->read(location, {}, newest); });
    return newest.newest();
}

Answer show_freshness(State& state, const RoutedCall& routed) {
    const auto datasource = get_datasource(state, routed.parameters.at(0));
    const auto connector = get_connector(state, datasource.connector_id);
    const auto column = routed.query.get("column").value_or("");
    std::string newest;
    if (column.empty()) {
        const auto opened = open_source(state, connector, routed.call.cancellation);
        NewestFile file;
        use_source(state, opened, [&] { opened.source->read(location_of(datasource), {}, file); });
        newest = file.newest();
    } else {
        newest = newest_of_column(state, datasource, connector, column, routed.call.cancellation);
    }
    return json_answer(model::JsonObject()
                           .text_or_null("modified", newest)
                           .text("by", column.empty() ? "file" : "column " + column)
                           .finish());
}

}  // namespace

void add_freshness_routes(Routes& routes) {
    routes.add("GET", "/data-sources/{id}/freshness", show_freshness, Pace::distant);
}

}  // namespace prevision::platform
