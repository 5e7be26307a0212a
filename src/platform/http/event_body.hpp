#pragma once

#include "core/cancellation.hpp"
#include "platform/events.hpp"
#include "transport/transport.hpp"

namespace prevision::platform {

/// Writes the events of a bus to `body` as they come, until the cancellation is raised: then its Error.
void write_events(EventBus& bus, transport::BodySink& body, Cancellation& cancellation);

}  // namespace prevision::platform
