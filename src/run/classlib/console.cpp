// The terminal: what System.ConsoleDriver and its terminfo driver ask for (raw mode, size, keys) and its signals.
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/console.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/threads/service.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

struct Terminal {
  termios before{}, ours{};           // as found; as set up
  std::string keypad_on, leave;       // written after a stop, and at the end
  std::atomic<bool> ready{false};
  int32_t size = 0;                   // columns << 16 | rows; managed code reads it through a pointer
  struct sigaction old_window{}, old_continue{};
};
Terminal& terminal() {
  static auto* t = new Terminal;
  return *t;
}

void write_all(const std::string& text) {
  for (size_t at = 0; at < text.size();) {
    const ssize_t n = ::write(STDOUT_FILENO, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;
    at += static_cast<size_t>(n);
  }
}

bool read_size() {
  winsize w;
  if (ioctl(STDIN_FILENO, TIOCGWINSZ, &w) != 0 || !w.ws_col || !w.ws_row) return false;
  __atomic_store_n(&terminal().size, w.ws_col << 16 | w.ws_row, __ATOMIC_RELAXED);
  return true;
}

void pass_on(const struct sigaction& to, int signal, siginfo_t* info, void* context) {
  if (to.sa_flags & SA_SIGINFO) to.sa_sigaction(signal, info, context);
  else if (to.sa_handler != SIG_DFL && to.sa_handler != SIG_IGN) to.sa_handler(signal);
}
void on_window(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  read_size();
  pass_on(terminal().old_window, signal, info, context);
  errno = saved;
}
void on_continue(int signal, siginfo_t* info, void* context) {
  const int saved = errno;
  Terminal& t = terminal();
  tcsetattr(STDIN_FILENO, TCSANOW, &t.ours);
  write_all(t.keypad_on);
  pass_on(t.old_continue, signal, info, context);
  errno = saved;
}
void on_interrupt(int, siginfo_t*, void*) {
  const int saved = errno;
  threads::request_call(threads::ServiceCall::ConsoleCancel);
  errno = saved;
}

// On the service thread: Console runs its handlers on a thread of the pool, and ends the process unless one of them objects.
void cancel() {
  Type* console = Loader::get().corlib_type("System", "Console");
  try {
    calls::ensure_initialized(console);
    if (Method* m = console->find_method("DoConsoleCancelEventInBackground", 0)) calls::invoke<void>(m);
  } catch (const ManagedException& e) {
    stack::report_unhandled(e.object());
  }
}

void listen(int signal, void (*handler)(int, siginfo_t*, void*), struct sigaction* old) {
  struct sigaction a{};
  a.sa_sigaction = handler;
  a.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
  sigemptyset(&a.sa_mask);
  sigaction(signal, &a, old);
}

bool set_up(String* keypad, String* teardown, Array** control_characters, int32_t** size) {
  Terminal& t = terminal();
  if (!read_size()) {
    const auto number = [](const char* name) { const char* v = std::getenv(name); return v ? std::atoi(v) : 0; };
    const int columns = number("COLUMNS"), rows = number("LINES");
    t.size = (columns > 0 ? columns : 80) << 16 | (rows > 0 ? rows : 25);
  }
  *size = &t.size;
  constexpr int kCharacters = 17;  // ControlCharacters, in the order of c_cc
  Array* characters = calls::new_array(Loader::get().types().u1, kCharacters);
  calls::store_ref(control_characters, characters);
  if (t.ready) return true;
  t.keypad_on = keypad ? calls::to_utf8(keypad) : "";
  t.leave = teardown ? calls::to_utf8(teardown) : "";
  if (tcgetattr(STDIN_FILENO, &t.before) != 0) return false;
  t.ours = t.before;
  t.ours.c_lflag &= ~static_cast<tcflag_t>(ICANON);
  t.ours.c_iflag &= ~static_cast<tcflag_t>(IXON | IXOFF);
  t.ours.c_cc[VMIN] = 1;
  t.ours.c_cc[VTIME] = 0;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &t.ours) != 0) return false;
  std::copy(t.ours.c_cc, t.ours.c_cc + kCharacters, static_cast<uint8_t*>(characters->data()));
  threads::set_service_call(threads::ServiceCall::ConsoleCancel, cancel);
  listen(SIGWINCH, on_window, &t.old_window);
  listen(SIGCONT, on_continue, &t.old_continue);
  listen(SIGINT, on_interrupt, nullptr);
  t.ready = true;
  return true;
}

bool is_a_tty(intptr_t handle) { return isatty(static_cast<int>(handle)); }

// Bytes that can be read within `timeout` milliseconds.
int32_t key_available(int32_t timeout) {
  threads::NativeScope native;
  pollfd p{STDIN_FILENO, POLLIN, 0};
  int status;
  do status = poll(&p, 1, timeout);
  while (status < 0 && errno == EINTR);
  if (status <= 0) return status;
  int count = 0;
  return ioctl(STDIN_FILENO, FIONREAD, &count) == 0 ? count : -1;
}

bool set_local_flag(tcflag_t flag, bool on) {
  termios now;
  if (tcgetattr(STDIN_FILENO, &now) != 0) return false;
  if (((now.c_lflag & flag) != 0) == on) return true;
  now.c_lflag = on ? now.c_lflag | flag : now.c_lflag & ~flag;
  if (tcsetattr(STDIN_FILENO, TCSANOW, &now) != 0) return false;
  terminal().ours = now;
  return true;
}
bool set_echo(bool echo) { return set_local_flag(ECHO, echo); }
bool set_break(bool enable) { return set_local_flag(ISIG, enable); }

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.ConsoleDriver::TtySetup", set_up),
    RAPGO_ICALL("System.ConsoleDriver::Isatty", is_a_tty),
    RAPGO_ICALL("System.ConsoleDriver::InternalKeyAvailable", key_available),
    RAPGO_ICALL("System.ConsoleDriver::SetEcho", set_echo),
    RAPGO_ICALL("System.ConsoleDriver::SetBreak", set_break),
};

}  // namespace

void restore_terminal() {
  Terminal& t = terminal();
  if (!t.ready.exchange(false)) return;
  write_all(t.leave);
  tcsetattr(STDIN_FILENO, TCSANOW, &t.before);
}

void register_console() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
