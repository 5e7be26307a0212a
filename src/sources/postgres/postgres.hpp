#pragma once

#include "sources/registry.hpp"

namespace prevision::sources {

const Engine& postgres_engine();

}  // namespace prevision::sources
