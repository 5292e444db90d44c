#pragma once
// Log channels for developers: RAPGO_LOG=compile,gc (or "all") prints lines to stderr, RAPGO_LOG_FILE=FILE to a file.
//
// Thread safety: all functions, from any thread. Not from signal handlers: push events there.
// An off channel costs one load and a test. Format with base/log_format.h.
#include <cstdint>
#include <string_view>

namespace rapgo::base {

enum class Channel : uint8_t { load, compile, code, gc, run, observe, decide, store, vm };
inline constexpr int kChannelCount = 9;

extern uint32_t log_mask;  // one bit per channel; set from RAPGO_LOG before main, then constant

inline bool log_enabled(Channel channel) { return (log_mask >> static_cast<unsigned>(channel)) & 1; }

// Writes "[channel] line\n" in one write, whether or not the channel is enabled: ask log_enabled first.
void log_line(Channel channel, std::string_view line);

// Replaces the enabled channels. Throws UserError for a name that is no channel.
void log_configure(std::string_view channels);

std::string_view channel_name(Channel channel);

}  // namespace rapgo::base
