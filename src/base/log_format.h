#pragma once
// RAPGO_LOG(gc, "nursery {} bytes", n): formats only where the channel is on. Include in .cpp files, not in headers.
#include <fmt/format.h>

#include "base/log.h"

#define RAPGO_LOG(channel, ...)                                                                    \
  do {                                                                                             \
    if (::rapgo::base::log_enabled(::rapgo::base::Channel::channel)) [[unlikely]]                  \
      ::rapgo::base::log_line(::rapgo::base::Channel::channel, ::fmt::format(__VA_ARGS__));         \
  } while (0)
