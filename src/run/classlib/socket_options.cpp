// Options of sockets: SocketOptionLevel and SocketOptionName into what the kernel knows.
#include <cerrno>
#include <cstring>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/objects.h"
#include "run/classlib/socket_errors.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Loader;

int32_t socket_error(int error) {
  switch (error) {
    case 0: return 0;
    case EINTR: return 10004;
    case EBADF: return 10038;
    case EACCES: case EPERM: return 10013;
    case EFAULT: return 10014;
    case EINVAL: return 10022;
    case EMFILE: case ENFILE: return 10024;
    case EAGAIN: return 10035;
    case EINPROGRESS: return 10036;
    case EALREADY: return 10037;
    case ENOTSOCK: return 10038;
    case EDESTADDRREQ: return 10039;
    case EMSGSIZE: return 10040;
    case EPROTOTYPE: return 10041;
    case ENOPROTOOPT: return 10042;
    case EPROTONOSUPPORT: return 10043;
    case ESOCKTNOSUPPORT: return 10044;
    case EOPNOTSUPP: return 10045;
    case EAFNOSUPPORT: return 10047;
    case EADDRINUSE: return 10048;
    case EADDRNOTAVAIL: return 10049;
    case ENETDOWN: return 10050;
    case ENETUNREACH: return 10051;
    case ENETRESET: return 10052;
    case ECONNABORTED: return 10053;
    case ECONNRESET: return 10054;
    case EPIPE: return 10058;
    case ENOBUFS: case ENOMEM: return 10055;
    case EISCONN: return 10056;
    case ENOTCONN: return 10057;
    case ESHUTDOWN: return 10058;
    case ETIMEDOUT: return 10060;
    case ECONNREFUSED: return 10061;
    case EHOSTDOWN: return 10064;
    case EHOSTUNREACH: return 10065;
    case ENOENT: return 10061;  // a Unix socket that nobody serves
    default: return -1;  // SocketError.SocketError
  }
}

namespace {

enum class Kind { Int, Bool, Linger, DontLinger, Timeout, Membership, Membership6, Interface, Nothing };
struct Option { int level, name; Kind kind; };

// Nothing: what Linux has no switch for, and which changes nothing there.
bool find_option(int32_t level, int32_t name, Option& out) {
  switch (level) {
    case 0xffff:
      switch (name) {
        case 1: out = {SOL_SOCKET, SO_DEBUG, Kind::Bool}; return true;
        case 2: out = {SOL_SOCKET, SO_ACCEPTCONN, Kind::Bool}; return true;
        case 4: out = {SOL_SOCKET, SO_REUSEADDR, Kind::Bool}; return true;
        case 8: out = {SOL_SOCKET, SO_KEEPALIVE, Kind::Bool}; return true;
        case 16: out = {SOL_SOCKET, SO_DONTROUTE, Kind::Bool}; return true;
        case 32: out = {SOL_SOCKET, SO_BROADCAST, Kind::Bool}; return true;
        case 128: out = {SOL_SOCKET, SO_LINGER, Kind::Linger}; return true;
        case -129: out = {SOL_SOCKET, SO_LINGER, Kind::DontLinger}; return true;
        case 256: out = {SOL_SOCKET, SO_OOBINLINE, Kind::Bool}; return true;
        case -5: out = {SOL_SOCKET, SO_REUSEADDR, Kind::Nothing}; return true;
        case 0x1001: out = {SOL_SOCKET, SO_SNDBUF, Kind::Int}; return true;
        case 0x1002: out = {SOL_SOCKET, SO_RCVBUF, Kind::Int}; return true;
        case 0x1003: out = {SOL_SOCKET, SO_SNDLOWAT, Kind::Int}; return true;
        case 0x1004: out = {SOL_SOCKET, SO_RCVLOWAT, Kind::Int}; return true;
        case 0x1005: out = {SOL_SOCKET, SO_SNDTIMEO, Kind::Timeout}; return true;
        case 0x1006: out = {SOL_SOCKET, SO_RCVTIMEO, Kind::Timeout}; return true;
        case 0x1007: out = {SOL_SOCKET, SO_ERROR, Kind::Int}; return true;
        case 0x1008: out = {SOL_SOCKET, SO_TYPE, Kind::Int}; return true;
      }
      return false;
    case 0:
      switch (name) {
        case 2: out = {IPPROTO_IP, IP_HDRINCL, Kind::Bool}; return true;
        case 3: out = {IPPROTO_IP, IP_TOS, Kind::Int}; return true;
        case 4: out = {IPPROTO_IP, IP_TTL, Kind::Int}; return true;
        case 9: out = {IPPROTO_IP, IP_MULTICAST_IF, Kind::Interface}; return true;
        case 10: out = {IPPROTO_IP, IP_MULTICAST_TTL, Kind::Int}; return true;
        case 11: out = {IPPROTO_IP, IP_MULTICAST_LOOP, Kind::Bool}; return true;
        case 12: out = {IPPROTO_IP, IP_ADD_MEMBERSHIP, Kind::Membership}; return true;
        case 13: out = {IPPROTO_IP, IP_DROP_MEMBERSHIP, Kind::Membership}; return true;
        case 14: out = {IPPROTO_IP, IP_MTU_DISCOVER, Kind::Bool}; return true;
        case 19: out = {IPPROTO_IP, IP_PKTINFO, Kind::Bool}; return true;
      }
      return false;
    case 41:
      switch (name) {
        case 4: case 21: out = {IPPROTO_IPV6, IPV6_UNICAST_HOPS, Kind::Int}; return true;
        case 9: out = {IPPROTO_IPV6, IPV6_MULTICAST_IF, Kind::Int}; return true;
        case 10: out = {IPPROTO_IPV6, IPV6_MULTICAST_HOPS, Kind::Int}; return true;
        case 11: out = {IPPROTO_IPV6, IPV6_MULTICAST_LOOP, Kind::Bool}; return true;
        case 12: out = {IPPROTO_IPV6, IPV6_JOIN_GROUP, Kind::Membership6}; return true;
        case 13: out = {IPPROTO_IPV6, IPV6_LEAVE_GROUP, Kind::Membership6}; return true;
        case 19: out = {IPPROTO_IPV6, IPV6_RECVPKTINFO, Kind::Bool}; return true;
        case 27: out = {IPPROTO_IPV6, IPV6_V6ONLY, Kind::Bool}; return true;
      }
      return false;
    case 6:
      switch (name) {
        case 1: out = {IPPROTO_TCP, TCP_NODELAY, Kind::Bool}; return true;
        case 3: out = {IPPROTO_TCP, TCP_KEEPIDLE, Kind::Int}; return true;
        case 16: out = {IPPROTO_TCP, TCP_KEEPCNT, Kind::Int}; return true;
        case 17: out = {IPPROTO_TCP, TCP_KEEPINTVL, Kind::Int}; return true;
      }
      return false;
  }
  return false;
}

template <class T>
T field(Object* object, const char* name) {
  Field* f = nullptr;
  for (Type* t = calls::type_of(object); t && !f; t = t->parent()) f = t->find_field(name);
  if (!f) stack::throw_argument("optionValue", "an option object of an unknown form");
  T value;
  std::memcpy(&value, reinterpret_cast<uint8_t*>(object) + f->offset(), sizeof value);
  return value;
}
uint32_t ipv4_of(Object* address) { return address ? field<uint32_t>(address, "_addressOrScopeId") : 0; }

void report(int result, int32_t* error) { *error = result < 0 ? socket_error(errno) : 0; }

void set_option(intptr_t handle, int32_t level, int32_t name, Object* object, Array* bytes, int32_t number, int32_t* error) {
  const int fd = static_cast<int>(handle);
  Option o;
  if (!find_option(level, name, o)) return void(*error = kNoProtocolOption);
  const auto set = [&](const auto& value) { report(setsockopt(fd, o.level, o.name, &value, sizeof value), error); };
  if (bytes) {
    number = 0;
    std::memcpy(&number, bytes->data(), std::min<size_t>(4, static_cast<size_t>(bytes->length)));
    if (o.kind == Kind::Linger && bytes->length >= 8) return set(linger{*bytes->at<int32_t>(0), *bytes->at<int32_t>(1)});
  }
  switch (o.kind) {
    case Kind::Nothing: *error = 0; return;
    case Kind::Linger:
      if (object) return set(linger{field<bool>(object, "enabled"), field<int32_t>(object, "lingerTime")});
      return set(linger{number != 0, number});
    case Kind::DontLinger: return set(linger{number == 0, 0});
    case Kind::Timeout: return set(timeval{number > 0 ? number / 1000 : 0, number > 0 ? number % 1000 * 1000 : 0});
    case Kind::Membership: {
      ip_mreqn m{};
      if (object) {
        m.imr_multiaddr.s_addr = ipv4_of(field<Object*>(object, "group"));
        m.imr_address.s_addr = ipv4_of(field<Object*>(object, "localAddress"));
        m.imr_ifindex = field<int32_t>(object, "ifIndex");
      }
      return set(m);
    }
    case Kind::Membership6: {
      ipv6_mreq m{};
      if (object) {
        auto* words = field<Array*>(field<Object*>(object, "m_Group"), "_numbers");
        for (int i = 0; i < 8; i++) {
          const uint16_t word = *words->at<uint16_t>(static_cast<size_t>(i));
          m.ipv6mr_multiaddr.s6_addr[2 * i] = static_cast<uint8_t>(word >> 8);
          m.ipv6mr_multiaddr.s6_addr[2 * i + 1] = static_cast<uint8_t>(word);
        }
        m.ipv6mr_interface = static_cast<unsigned>(field<int64_t>(object, "m_Interface"));
      }
      return set(m);
    }
    case Kind::Interface: {
      ip_mreqn m{};
      m.imr_address.s_addr = static_cast<uint32_t>(number);
      return set(m);
    }
    case Kind::Int:
    case Kind::Bool:
      if (o.name == IP_MTU_DISCOVER && o.level == IPPROTO_IP) number = number ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
      return set(number);
  }
}

// The value as an int; false: *error is set.
bool read_option(int fd, const Option& o, int32_t& value, int32_t* error) {
  socklen_t size = sizeof value;
  value = 0;
  if (o.kind == Kind::Timeout) {
    timeval t{};
    size = sizeof t;
    report(getsockopt(fd, o.level, o.name, &t, &size), error);
    value = static_cast<int32_t>(t.tv_sec * 1000 + t.tv_usec / 1000);
  } else if (o.kind == Kind::DontLinger) {
    linger l{};
    size = sizeof l;
    report(getsockopt(fd, o.level, o.name, &l, &size), error);
    value = !l.l_onoff;
  } else if (o.kind == Kind::Nothing) {
    *error = 0;
  } else {
    report(getsockopt(fd, o.level, o.name, &value, &size), error);
    if (o.level == SOL_SOCKET && (o.name == SO_RCVBUF || o.name == SO_SNDBUF)) value /= 2;  // the kernel doubles them
    if (o.level == SOL_SOCKET && o.name == SO_ERROR) value = socket_error(value);
    if (o.level == IPPROTO_IP && o.name == IP_MTU_DISCOVER) value = value == IP_PMTUDISC_DO;
  }
  return *error == 0;
}

void get_object(intptr_t handle, int32_t level, int32_t name, Object** out, int32_t* error) {
  const int fd = static_cast<int>(handle);
  Option o;
  calls::store_ref(out, nullptr);
  if (!find_option(level, name, o)) return void(*error = kNoProtocolOption);
  if (o.kind == Kind::Linger) {
    linger l{};
    socklen_t size = sizeof l;
    report(getsockopt(fd, o.level, o.name, &l, &size), error);
    if (*error) return;
    Type* type = calls::current_icall()->declaring->assembly->find_type("System.Net.Sockets", "LingerOption");
    Object* option = calls::new_object(type);
    calls::store_ref(out, option);
    calls::invoke<void>(type->find_method(".ctor", 2), option, l.l_onoff != 0, static_cast<int32_t>(l.l_linger));
    return;
  }
  int32_t value;
  if (read_option(fd, o, value, error)) calls::store_ref(out, calls::box(Loader::get().types().i4, &value));
}
void get_bytes(intptr_t handle, int32_t level, int32_t name, Array** bytes, int32_t* error) {
  Option o;
  if (!find_option(level, name, o)) return void(*error = kNoProtocolOption);
  int32_t value;
  if (!read_option(static_cast<int>(handle), o, value, error)) return;
  std::memcpy((*bytes)->data(), &value, std::min<size_t>(4, static_cast<size_t>((*bytes)->length)));
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Net.Sockets.Socket::SetSocketOption_internal", set_option),
    RAPGO_ICALL("System.Net.Sockets.Socket::GetSocketOption_obj_internal", get_object),
    RAPGO_ICALL("System.Net.Sockets.Socket::GetSocketOption_arr_internal", get_bytes),
};

}  // namespace

void register_socket_options() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
