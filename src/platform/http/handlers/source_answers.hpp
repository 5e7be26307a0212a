#pragma once

#include <functional>
#include <memory>
#include <string>

#include "platform/http/answers.hpp"
#include "platform/state.hpp"
#include "sources/source.hpp"

/// What the calls of connectors and datasources share: they open a remote system, and test it or stream from it.
namespace prevision::platform {

/// A connector's system, opened for one call.
struct OpenSource {
    std::string connector_id;
    std::shared_ptr<Cancellation> cancellation;  ///< the source refers to it
    std::unique_ptr<sources::Source> source;
    std::optional<Slots::Slot> slot{};  ///< counts as one call of the connector
};

/// Error unreachable while the connector of a served platform has too many calls; else errors as of `open_connection` and
/// sources::open_source. Uses the network only where the connector does not name its engine; `failure` then gets the stages
/// of a call that could not find it out.
OpenSource open_source(State& state, const model::Connector& connector,
                       std::shared_ptr<Cancellation> cancellation,
                       const sources::StageObserver& failure = {});

/// As `use_source` in state.hpp.
void use_source(State& state, const OpenSource& opened, const std::function<void()>& work);

/// Streams the body that `write` reads from the source, so that no side holds all of it. The answer keeps the
/// source open until then.
Answer stream_answer(State& state, std::string content_type, OpenSource opened,
                     std::function<void(sources::Source& source, ByteSink& body)> write);

/// Runs a test and answers with its result: 200 when it works, else the status of the failure, with `message`,
/// `class`, `hint`, `ok` and the `stages` up to the one that failed.
Answer test_answer(const std::function<void(const sources::StageObserver& observer)>& test);

/// The answer of a DELETE that has a body: 200.
Answer deleted_answer(const std::string& id);

}  // namespace prevision::platform
