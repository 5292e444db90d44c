// Socket error codes as managed code knows them (System.Net.Sockets.SocketError).
#pragma once
#include <cstdint>

namespace rapgo::run::classlib {

constexpr int32_t kInterrupted = 10004, kInvalidArgument = 10022, kNoProtocolOption = 10042, kFamilyNotSupported = 10047, kTimedOut = 10060, kHostNotFound = 11001;
int32_t socket_error(int error);  // from errno

void register_socket_options();
void register_socket_selector();

}  // namespace rapgo::run::classlib
