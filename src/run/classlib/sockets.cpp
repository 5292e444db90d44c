// System.Net.Sockets.Socket. A blocking operation first tries, then waits in poll() for the socket or for a word from
// cancel_blocking_socket_operation (Socket.Close on another thread), which it takes as an interruption.
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/found.h"
#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/classlib/socket_errors.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

thread_local int32_t last_error = 0;

// result < 0: *error from errno. Also what WSAGetLastError answers.
template <class T>
T done(T result, int32_t* error) {
  *error = result < 0 ? socket_error(errno) : 0;
  last_error = *error;
  return result;
}
template <class T>
T fail(T result, int32_t code, int32_t* error) {
  last_error = *error = code;
  return result;
}
int fd_of(intptr_t handle) { return static_cast<int>(handle); }

// ---- waiting ----
std::mutex wakers_lock;
std::unordered_map<int32_t, int>& wakers() {  // managed thread id -> eventfd
  static auto* map = new std::unordered_map<int32_t, int>;
  return *map;
}
struct Waker {
  int fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  int32_t id = threads::current_thread()->managed_id;
  Waker() {
    std::lock_guard hold(wakers_lock);
    wakers()[id] = fd;
  }
  ~Waker() {
    std::lock_guard hold(wakers_lock);
    wakers().erase(id);
    ::close(fd);
  }
};

// Mode::Native. 0: ready; else a socket error.
int32_t wait_for(int fd, short events, int timeout_ms) {
  thread_local Waker waker;
  uint64_t word;
  (void)!::read(waker.fd, &word, sizeof word);
  pollfd p[] = {{fd, events, 0}, {waker.fd, POLLIN, 0}};
  for (;;) {
    const int n = poll(p, 2, timeout_ms);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return socket_error(errno);
    if (n == 0) return kTimedOut;
    if (p[1].revents) return kInterrupted;
    return 0;
  }
}
int timeout_of(int fd, int option) {
  timeval t{};
  socklen_t size = sizeof t;
  if (getsockopt(fd, SOL_SOCKET, option, &t, &size) != 0 || (!t.tv_sec && !t.tv_usec)) return -1;
  return static_cast<int>(t.tv_sec * 1000 + t.tv_usec / 1000);
}
// Tries `attempt` (one that does not block) until it does something, waiting in between if `blocking`. Mode::Native.
template <class F>
ssize_t until_done(int fd, bool blocking, short events, int timeout_option, int32_t* error, F attempt) {
  for (;;) {
    const ssize_t n = attempt();
    if (n >= 0) return *error = 0, n;
    if (errno == EINTR) continue;
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || !blocking) return *error = socket_error(errno), -1;
    if (const int32_t e = wait_for(fd, events, timeout_of(fd, timeout_option))) return *error = e, -1;
  }
}

int native_flags(int32_t flags) { return (flags & 1 ? MSG_OOB : 0) | (flags & 2 ? MSG_PEEK : 0) | (flags & 4 ? MSG_DONTROUTE : 0) | MSG_NOSIGNAL | MSG_DONTWAIT; }

// ---- addresses ----
constexpr int32_t kUnix = 1, kInet = 2, kInet6 = 23;  // AddressFamily
int native_family(int32_t family) { return family == kInet ? AF_INET : family == kInet6 ? AF_INET6 : family == kUnix ? AF_UNIX : -1; }

struct Address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

struct AddressFields {
  Type* type;
  uint32_t buffer, size;
};
// System.Net.SocketAddress of the assembly whose internal call runs.
const AddressFields& address_fields() {
  static constinit base::Found<const AddressFields*> found;
  return *found.get([] {
    Type* type = calls::current_icall()->declaring->assembly->find_type("System.Net", "SocketAddress");
    return new AddressFields{type, type->find_field("m_Buffer")->offset(), type->find_field("m_Size")->offset()};
  });
}
template <class T>
T& at(Object* object, uint32_t offset) { return *reinterpret_cast<T*>(reinterpret_cast<uint8_t*>(object) + offset); }

bool to_native(Object* address, Address& out) {
  if (!address) return false;
  const AddressFields& f = address_fields();
  const auto* bytes = static_cast<const uint8_t*>(at<Array*>(address, f.buffer)->data());
  const int32_t size = std::min(at<int32_t>(address, f.size), at<Array*>(address, f.buffer)->length);
  if (size < 2) return false;
  switch (bytes[0] | bytes[1] << 8) {
    case kInet: {
      if (size < 8) return false;
      auto* in = reinterpret_cast<sockaddr_in*>(&out.storage);
      in->sin_family = AF_INET;
      std::memcpy(&in->sin_port, bytes + 2, 2);
      std::memcpy(&in->sin_addr, bytes + 4, 4);
      out.size = sizeof *in;
      return true;
    }
    case kInet6: {
      if (size < 28) return false;
      auto* in = reinterpret_cast<sockaddr_in6*>(&out.storage);
      in->sin6_family = AF_INET6;
      std::memcpy(&in->sin6_port, bytes + 2, 2);
      std::memcpy(&in->sin6_flowinfo, bytes + 4, 4);
      std::memcpy(&in->sin6_addr, bytes + 8, 16);
      std::memcpy(&in->sin6_scope_id, bytes + 24, 4);
      out.size = sizeof *in;
      return true;
    }
    case kUnix: {
      auto* un = reinterpret_cast<sockaddr_un*>(&out.storage);
      if (static_cast<size_t>(size) - 2 > sizeof un->sun_path) return false;
      un->sun_family = AF_UNIX;
      std::memcpy(un->sun_path, bytes + 2, static_cast<size_t>(size) - 2);
      out.size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path)) + static_cast<socklen_t>(size) - 2;
      return true;
    }
  }
  return false;
}
Object* from_native(Address& a) {
  uint8_t bytes[sizeof(sockaddr_un)] = {};
  int32_t size = 0;
  switch (a.storage.ss_family) {
    case AF_INET: {
      const auto* in = reinterpret_cast<const sockaddr_in*>(&a.storage);
      bytes[0] = kInet;
      std::memcpy(bytes + 2, &in->sin_port, 2);
      std::memcpy(bytes + 4, &in->sin_addr, 4);
      size = 16;
      break;
    }
    case AF_INET6: {
      const auto* in = reinterpret_cast<const sockaddr_in6*>(&a.storage);
      bytes[0] = kInet6;
      std::memcpy(bytes + 2, &in->sin6_port, 2);
      std::memcpy(bytes + 4, &in->sin6_flowinfo, 4);
      std::memcpy(bytes + 8, &in->sin6_addr, 16);
      std::memcpy(bytes + 24, &in->sin6_scope_id, 4);
      size = 28;
      break;
    }
    case AF_UNIX: {
      const auto* un = reinterpret_cast<const sockaddr_un*>(&a.storage);
      const size_t path = a.size > offsetof(sockaddr_un, sun_path) ? a.size - offsetof(sockaddr_un, sun_path) : 0;
      bytes[0] = kUnix;
      std::memcpy(bytes + 2, un->sun_path, path);
      size = static_cast<int32_t>(path) + 2;
      break;
    }
    default: return nullptr;
  }
  const AddressFields& f = address_fields();
  Object* object = calls::new_object(f.type);
  Array* buffer = calls::new_array(Loader::get().types().u1, size);
  std::memcpy(buffer->data(), bytes, static_cast<size_t>(size));
  gc::store(object, &at<Object*>(object, f.buffer), buffer);
  at<int32_t>(object, f.size) = size;
  return object;
}

// ---- the calls ----
intptr_t create(Object*, int32_t family, int32_t type, int32_t protocol, int32_t* error) {
  const int native = native_family(family);
  if (native < 0) return fail<intptr_t>(-1, kFamilyNotSupported, error);
  const int fd = done(socket(native, type | SOCK_CLOEXEC, protocol), error);
  if (fd >= 0) {
    const int yes = 1;  // as Mono does: a server may come back at once
    if (native != AF_UNIX) setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  }
  return fd;
}
void close(intptr_t handle, int32_t* error) { done(::close(fd_of(handle)), error); }
void shutdown(intptr_t handle, int32_t how, int32_t* error) { done(::shutdown(fd_of(handle), how), error); }
void blocking(intptr_t handle, bool block, int32_t* error) {
  int yes = !block;
  done(ioctl(fd_of(handle), FIONBIO, &yes), error);
}
int32_t available(intptr_t handle, int32_t* error) {
  int count = 0;
  done(ioctl(fd_of(handle), FIONREAD, &count), error);
  return count;
}
Object* local_end(intptr_t handle, int32_t, int32_t* error) {
  Address a;
  return done(getsockname(fd_of(handle), a.get(), &a.size), error) < 0 ? nullptr : from_native(a);
}
Object* remote_end(intptr_t handle, int32_t, int32_t* error) {
  Address a;
  return done(getpeername(fd_of(handle), a.get(), &a.size), error) < 0 ? nullptr : from_native(a);
}
void bind(intptr_t handle, Object* address, int32_t* error) {
  Address a;
  if (!to_native(address, a)) return void(last_error = *error = kFamilyNotSupported);
  done(::bind(fd_of(handle), a.get(), a.size), error);
}
void listen(intptr_t handle, int32_t backlog, int32_t* error) { done(::listen(fd_of(handle), backlog), error); }
intptr_t accept(intptr_t handle, int32_t* error, bool block) {
  int32_t e = 0;
  intptr_t fd;
  {
    threads::NativeScope native;
    fd = until_done(fd_of(handle), block, POLLIN, SO_RCVTIMEO, &e, [&]() -> ssize_t {
      pollfd p{fd_of(handle), POLLIN, 0};  // the listening socket itself may block
      const int n = poll(&p, 1, 0);
      if (n == 0) return errno = EAGAIN, -1;
      return n < 0 ? -1 : accept4(fd_of(handle), nullptr, nullptr, SOCK_CLOEXEC);
    });
  }
  last_error = *error = e;
  return fd;
}
void connect(intptr_t handle, Object* address, int32_t* error, bool block) {
  Address a;
  if (!to_native(address, a)) return void(last_error = *error = kFamilyNotSupported);
  const int fd = fd_of(handle);
  int32_t e = 0;
  {
    threads::NativeScope native;
    const int flags = fcntl(fd, F_GETFL);
    if (block && !(flags & O_NONBLOCK)) fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    int n;
    do n = ::connect(fd, a.get(), a.size);
    while (n < 0 && errno == EINTR);
    if (n < 0) e = socket_error(errno);
    if (n < 0 && errno == EINPROGRESS && block) {
      e = wait_for(fd, POLLOUT, timeout_of(fd, SO_SNDTIMEO));
      if (!e) {
        int status = 0;
        socklen_t size = sizeof status;
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &status, &size);
        e = status ? socket_error(status) : 0;
      }
    }
    if (block && !(flags & O_NONBLOCK)) fcntl(fd, F_SETFL, flags);
  }
  last_error = *error = e;
}
void disconnect(intptr_t handle, bool, int32_t* error) { done(::shutdown(fd_of(handle), SHUT_RDWR), error); }

struct Buffer { int32_t length; char* bytes; };  // Socket.WSABUF

template <class F>
int32_t transfer(intptr_t handle, bool block, short events, int option, int32_t* error, F attempt) {
  int32_t e = 0;
  ssize_t n;
  {
    threads::NativeScope native;
    n = until_done(fd_of(handle), block, events, option, &e, attempt);
  }
  last_error = *error = e;
  return n < 0 ? 0 : static_cast<int32_t>(n);
}
std::vector<iovec> vectors(const Buffer* buffers, int32_t count) {
  std::vector<iovec> v;
  for (int32_t i = 0; i < count; i++) v.push_back({buffers[i].bytes, static_cast<size_t>(buffers[i].length)});
  return v;
}
int32_t receive(intptr_t handle, uint8_t* buffer, int32_t count, int32_t flags, int32_t* error, bool block) {
  return transfer(handle, block, POLLIN, SO_RCVTIMEO, error, [&] { return recv(fd_of(handle), buffer, static_cast<size_t>(count), native_flags(flags)); });
}
int32_t receive_many(intptr_t handle, Buffer* buffers, int32_t count, int32_t flags, int32_t* error, bool block) {
  auto v = vectors(buffers, count);
  msghdr m{};
  m.msg_iov = v.data();
  m.msg_iovlen = v.size();
  return transfer(handle, block, POLLIN, SO_RCVTIMEO, error, [&] { return recvmsg(fd_of(handle), &m, native_flags(flags)); });
}
int32_t receive_from(intptr_t handle, uint8_t* buffer, int32_t count, int32_t flags, Object** address, int32_t* error, bool block) {
  Address a;
  const int32_t n = transfer(handle, block, POLLIN, SO_RCVTIMEO, error, [&] {
    a.size = sizeof a.storage;
    return recvfrom(fd_of(handle), buffer, static_cast<size_t>(count), native_flags(flags), a.get(), &a.size);
  });
  if (!*error) calls::store_ref(address, a.size ? from_native(a) : nullptr);
  return n;
}
int32_t send(intptr_t handle, const uint8_t* buffer, int32_t count, int32_t flags, int32_t* error, bool block) {
  int32_t sent = 0;
  for (;;) {
    const int32_t n = transfer(handle, block, POLLOUT, SO_SNDTIMEO, error, [&] { return ::send(fd_of(handle), buffer + sent, static_cast<size_t>(count - sent), native_flags(flags)); });
    sent += n;
    if (*error || !block || sent >= count) return sent;
  }
}
int32_t send_many(intptr_t handle, Buffer* buffers, int32_t count, int32_t flags, int32_t* error, bool block) {
  auto v = vectors(buffers, count);
  msghdr m{};
  m.msg_iov = v.data();
  m.msg_iovlen = v.size();
  return transfer(handle, block, POLLOUT, SO_SNDTIMEO, error, [&] { return sendmsg(fd_of(handle), &m, native_flags(flags)); });
}
int32_t send_to(intptr_t handle, const uint8_t* buffer, int32_t count, int32_t flags, Object* address, int32_t* error, bool block) {
  Address a;
  if (!to_native(address, a)) return fail(0, kFamilyNotSupported, error);
  return transfer(handle, block, POLLOUT, SO_SNDTIMEO, error, [&] { return sendto(fd_of(handle), buffer, static_cast<size_t>(count), native_flags(flags), a.get(), a.size); });
}
bool send_file(intptr_t handle, String* name, Array* before, Array* after, int32_t, int32_t* error, bool block) {
  const auto all = [&](Array* bytes) { return !bytes || (send(handle, static_cast<const uint8_t*>(bytes->data()), bytes->length, 0, error, block), !*error); };
  *error = 0;
  if (!all(before)) return false;
  if (name) {
    const int file = open(calls::to_utf8(name).c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return fail(false, socket_error(errno), error);
    uint8_t chunk[16384];
    ssize_t n;
    while ((n = ::read(file, chunk, sizeof chunk)) > 0) {
      send(handle, chunk, static_cast<int32_t>(n), 0, error, block);
      if (*error) break;
    }
    ::close(file);
    if (*error) return false;
  }
  return all(after);
}
bool poll_socket(intptr_t handle, int32_t mode, int32_t microseconds, int32_t* error) {
  const short events = mode == 0 ? POLLIN : mode == 1 ? POLLOUT : POLLPRI;
  int32_t e;
  {
    threads::NativeScope native;
    e = wait_for(fd_of(handle), events, microseconds < 0 ? -1 : (microseconds + 999) / 1000);
  }
  last_error = *error = e == kTimedOut ? 0 : e;
  return e == 0;
}
void cancel(Object* thread) {
  static constinit const FieldOffset kInternal("System.Threading", "Thread", "internal_thread"), kId("System.Threading", "InternalThread", "managed_id");
  Object* internal = thread ? kInternal.ref(thread) : nullptr;
  if (!internal) return;
  std::lock_guard hold(wakers_lock);
  const auto found = wakers().find(kId.in<int32_t>(internal));
  const uint64_t one = 1;
  if (found != wakers().end()) (void)!::write(found->second, &one, sizeof one);
}
// `sockets`: those to read, null, to write, null, with errors. What is ready comes back in that form; null where nothing is.
void select(Array** sockets, int32_t microseconds, int32_t* error) {
  Array* all = *sockets;
  static const FieldOffset kFd("System.Runtime.InteropServices", "SafeHandle", "handle");
  std::vector<pollfd> polled;
  std::vector<int32_t> places;
  int32_t part = 0;
  for (int32_t i = 0; i < all->length; i++) {
    Object* socket = *all->at<Object*>(static_cast<size_t>(i));
    if (!socket) {
      part++;
      continue;
    }
    Field* handle = calls::type_of(socket)->find_field("m_Handle");
    for (Type* t = calls::type_of(socket); !handle && t; t = t->parent()) handle = t->find_field("m_Handle");
    Object* safe = at<Object*>(socket, handle->offset());
    polled.push_back({static_cast<int>(kFd.in<intptr_t>(safe)), static_cast<short>(part == 0 ? POLLIN : part == 1 ? POLLOUT : POLLPRI), 0});
    places.push_back(i);
  }
  int n;
  {
    threads::NativeScope native;
    do n = poll(polled.data(), polled.size(), microseconds < 0 ? -1 : (microseconds + 999) / 1000);
    while (n < 0 && errno == EINTR);
  }
  done(n, error);
  if (n <= 0) return calls::store_ref(sockets, nullptr);
  Array* ready = calls::new_array(stack_type(all)->element, n + 3);
  int32_t to = 0;
  size_t next = 0;
  for (int32_t i = 0; i < all->length && to < ready->length; i++) {
    Object* socket = *all->at<Object*>(static_cast<size_t>(i));
    if (!socket) to++;
    else if (polled[next++].revents) gc::store(ready, ready->at<Object*>(static_cast<size_t>(to++)), socket);
  }
  calls::store_ref(sockets, ready);
}
bool duplicate(intptr_t handle, int32_t, intptr_t* copy, int32_t* error) {
  *copy = fcntl(fd_of(handle), F_DUPFD_CLOEXEC, 0);
  *error = *copy < 0 ? 6 : 0;  // MonoIOError: an invalid handle
  return *copy >= 0;
}
bool port_reuse(int32_t) { return true; }
int32_t get_last_error() { return last_error; }
int32_t control(intptr_t handle, int32_t code, Array* in, Array* out, int32_t* error) {
  constexpr int32_t kFionRead = 0x4004667f, kFionBio = static_cast<int32_t>(0x8004667e);
  int value = in && in->length >= 4 ? *in->at<int32_t>(0) : 0;
  if (code != kFionRead && code != kFionBio) return fail(-1, kInvalidArgument, error);
  if (done(ioctl(fd_of(handle), code == kFionRead ? FIONREAD : FIONBIO, &value), error) < 0) return -1;
  if (out && out->length >= 4) *out->at<int32_t>(0) = value;
  return out && code == kFionRead ? 4 : 0;
}

#define SOCKET(name, f) RAPGO_ICALL("System.Net.Sockets.Socket::" name, f)
const calls::IcallEntry kEntries[] = {
    SOCKET("Socket_internal", create), SOCKET("Close_internal", close), SOCKET("Shutdown_internal", shutdown), SOCKET("Blocking_internal", blocking),
    SOCKET("Available_internal", available), SOCKET("LocalEndPoint_internal", local_end), SOCKET("RemoteEndPoint_internal", remote_end), SOCKET("Bind_internal", bind),
    SOCKET("Listen_internal", listen), SOCKET("Accept_internal", accept), SOCKET("Connect_internal", connect), SOCKET("Disconnect_internal", disconnect),
    SOCKET("Receive_internal(intptr,System.Net.Sockets.Socket/WSABUF*,int,System.Net.Sockets.SocketFlags,int&,bool)", receive_many), SOCKET("Receive_internal", receive),
    SOCKET("ReceiveFrom_internal", receive_from), SOCKET("Send_internal(intptr,System.Net.Sockets.Socket/WSABUF*,int,System.Net.Sockets.SocketFlags,int&,bool)", send_many),
    SOCKET("Send_internal", send), SOCKET("SendTo_internal", send_to), SOCKET("SendFile_internal", send_file), SOCKET("Poll_internal", poll_socket),
    SOCKET("Select_internal", select), SOCKET("IOControl_internal", control), SOCKET("cancel_blocking_socket_operation", cancel), SOCKET("SupportsPortReuse", port_reuse), SOCKET("Duplicate_internal", duplicate),
    RAPGO_ICALL("System.Net.Sockets.SocketException::WSAGetLastError_internal", get_last_error),
};

}  // namespace

void register_sockets() {
  calls::register_icalls(kEntries);
  register_socket_options();
  register_socket_selector();
}

}  // namespace rapgo::run::classlib
