# Writes the header build_facts.hpp, and only when it changes. The commit is that of the moment of the build.
#   cmake -D SOURCE=... -D HEADER=... -D TYPE=... -D PACKAGE=... -P build_facts.cmake
set(commit "")
if(PACKAGE STREQUAL "")
  execute_process(COMMAND git -C "${SOURCE}" describe --always --dirty --abbrev=10 --match "v[0-9]*"
    OUTPUT_VARIABLE commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
endif()
file(CONFIGURE OUTPUT "${HEADER}" @ONLY CONTENT [[
#define PREVISION_BUILD_TYPE "@TYPE@"
#define PREVISION_PACKAGE "@PACKAGE@"
#define PREVISION_COMMIT "@commit@"
]])
