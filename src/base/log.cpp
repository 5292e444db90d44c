#include "base/log.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/error.h"

namespace rapgo::base {

constinit uint32_t log_mask = 0;

namespace {

constexpr std::string_view kNames[kChannelCount] = {"load",    "compile", "code",  "gc", "run",
                                                    "observe", "decide",  "store", "vm"};
int log_fd = STDERR_FILENO;

// Before main, so that channels cover start-up; a typo must not end a program that only happens to inherit the variable.
const bool configured = [] {
  if (const char* file = getenv("RAPGO_LOG_FILE")) {
    const int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd >= 0) log_fd = fd;
  }
  if (const char* channels = getenv("RAPGO_LOG")) {
    try {
      log_configure(channels);
    } catch (const UserError& error) {
      fprintf(stderr, "rapgo: RAPGO_LOG: %s\n", error.what());
    }
  }
  return true;
}();

}  // namespace

std::string_view channel_name(Channel channel) { return kNames[static_cast<size_t>(channel)]; }

void log_line(Channel channel, std::string_view line) {
  const std::string_view name = channel_name(channel);
  std::string head = "[";
  head.append(name).append("] ");
  char newline = '\n';
  const iovec parts[] = {{head.data(), head.size()}, {const_cast<char*>(line.data()), line.size()}, {&newline, 1}};
  [[maybe_unused]] const ssize_t n = writev(log_fd, parts, 3);
}

void log_configure(std::string_view channels) {
  uint32_t mask = 0;
  while (!channels.empty()) {
    const size_t comma = channels.find(',');
    const std::string_view word = channels.substr(0, comma);
    channels = comma == std::string_view::npos ? std::string_view{} : channels.substr(comma + 1);
    if (word.empty()) continue;
    if (word == "all") {
      mask = (1u << kChannelCount) - 1;
      continue;
    }
    int found = -1;
    for (int i = 0; i < kChannelCount; i++)
      if (kNames[i] == word) found = i;
    if (found < 0) throw UserError("there is no log channel '" + std::string(word) + "'");
    mask |= 1u << found;
  }
  log_mask = mask;
}

}  // namespace rapgo::base
