#include "abi/stub_protocol.h"

namespace rapgo::abi {

StubBodies stub_bodies;
StubEntries stub_entries;
RestartRange restart_ranges[8];
int restart_range_count;

}  // namespace rapgo::abi
