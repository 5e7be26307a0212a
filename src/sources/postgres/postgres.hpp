#pragma once

#include "sources/engine.hpp"

namespace prevision::sources {

const Engine& postgres_engine();

}  // namespace prevision::sources
