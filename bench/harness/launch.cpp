// launch: runs one command and says what it cost. A small process of its own, so that peak memory is the command's (the
// kernel counts what a process had before exec, and Python has more than hello world) and the clock starts at fork.
// Usage: launch SECONDS STDOUT STDERR COMMAND [ARG...]
// Prints: STATUS(exit status, or -SIGNAL) TIMED_OUT(0|1) JUMPED(0|1) WALL USER SYSTEM(microseconds) PEAK(KiB)
// JUMPED: the clock went on by seconds while this process waited for a tenth of one. Virtual machines that are paused do
// that; the run's wall time means nothing then, and such seconds do not count towards the time-out.
// The command finds the time of its start, in microseconds since 1970, in BENCH_START. On time-out its process group dies.
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

static long long microseconds(clockid_t clock) {
  timespec now;
  clock_gettime(clock, &now);
  return now.tv_sec * 1000000ll + now.tv_nsec / 1000;
}

static long long microseconds(const timeval& time) { return time.tv_sec * 1000000ll + time.tv_usec; }

static void redirect(const char* path, int flags, int to) {
  const int fd = open(path, flags, 0600);
  if (fd < 0) _exit(126);
  dup2(fd, to);
  close(fd);
}

int main(int argc, char** argv) {
  if (argc < 5) {
    std::fprintf(stderr, "usage: launch SECONDS STDOUT STDERR COMMAND [ARG...]\n");
    return 2;
  }
  sigset_t blocked, before;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGCHLD);
  sigprocmask(SIG_BLOCK, &blocked, &before);

  const long long started = microseconds(CLOCK_MONOTONIC);
  const pid_t child = fork();
  if (child < 0) return 2;
  if (child == 0) {
    setpgid(0, 0);
    sigprocmask(SIG_SETMASK, &before, nullptr);
    redirect("/dev/null", O_RDONLY, 0);
    redirect(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 1);
    redirect(argv[3], O_WRONLY | O_CREAT | O_TRUNC, 2);
    char start[32];
    std::snprintf(start, sizeof start, "%lld", microseconds(CLOCK_REALTIME));
    setenv("BENCH_START", start, 1);
    execvp(argv[4], argv + 4);
    _exit(127);
  }

  constexpr long long kTick = 100000, kJump = 3000000;
  const long long allowed = static_cast<long long>(std::atof(argv[1]) * 1e6);
  long long waited = 0, last = started;
  int status = 0, timed_out = 0, jumped = 0;
  rusage usage{};
  while (wait4(child, &status, timed_out ? 0 : WNOHANG, &usage) == 0) {
    const long long now = microseconds(CLOCK_MONOTONIC), passed = now - last;
    last = now;
    jumped |= passed > kJump;
    waited += passed > kJump ? kTick : passed;
    if (waited >= allowed) {
      timed_out = 1;
      kill(-child, SIGKILL);
      continue;
    }
    const long long next = allowed - waited < kTick ? allowed - waited : kTick;
    const timespec wait{next / 1000000, next % 1000000 * 1000};
    sigtimedwait(&blocked, nullptr, &wait);
  }
  const long long ended = microseconds(CLOCK_MONOTONIC);
  jumped |= ended - last > kJump;
  const long long wall = ended - started;
  kill(-child, SIGKILL);  // whatever it left behind
  std::printf("%d %d %d %lld %lld %lld %ld\n", WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status), timed_out, jumped, wall,
              microseconds(usage.ru_utime), microseconds(usage.ru_stime), usage.ru_maxrss);
}
