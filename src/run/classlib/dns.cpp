// System.Net.Dns.
#include <cstring>
#include <string>
#include <vector>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

namespace {

// Resolves `host`; false: unknown.
bool resolve(const std::string& host, int family, std::string& name, std::vector<std::string>& addresses) {
  threads::NativeScope native;
  addrinfo wanted{}, *list = nullptr;
  wanted.ai_family = family;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_CANONNAME | AI_ADDRCONFIG;
  int status = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  if (status != 0) {
    wanted.ai_flags = AI_CANONNAME;  // without a configured interface: the loopback ones
    status = getaddrinfo(host.c_str(), nullptr, &wanted, &list);
  }
  if (status != 0) return false;
  name = list->ai_canonname ? list->ai_canonname : host;
  for (const addrinfo* a = list; a; a = a->ai_next) {
    char text[INET6_ADDRSTRLEN];
    const void* bytes = a->ai_family == AF_INET    ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in*>(a->ai_addr)->sin_addr)
                        : a->ai_family == AF_INET6 ? static_cast<const void*>(&reinterpret_cast<const sockaddr_in6*>(a->ai_addr)->sin6_addr)
                                                   : nullptr;
    if (bytes && inet_ntop(a->ai_family, bytes, text, sizeof text)) addresses.emplace_back(text);
  }
  freeaddrinfo(list);
  return true;
}

std::string own_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return name;
}

bool answer(const std::string& name, const std::vector<std::string>& addresses, String** out_name, Array** aliases, Array** out_addresses) {
  calls::store_ref(out_name, calls::new_string(name.c_str()));
  calls::store_ref(aliases, string_array({}));
  calls::store_ref(out_addresses, string_array(addresses));
  return true;
}

bool by_name(String* host, String** name, Array** aliases, Array** addresses, int32_t hint) {
  std::string wanted = calls::to_utf8(host), canonical;
  if (wanted.empty()) wanted = own_name();
  std::vector<std::string> found;
  if (!resolve(wanted, hint & 1 ? AF_INET : hint & 2 ? AF_INET6 : AF_UNSPEC, canonical, found)) return false;
  return answer(canonical, found, name, aliases, addresses);
}

bool by_address(String* address, String** name, Array** aliases, Array** addresses, int32_t hint) {
  const std::string text = calls::to_utf8(address);
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  v4.sin_family = AF_INET;
  v6.sin6_family = AF_INET6;
  const bool is_v4 = inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1;
  if (!is_v4 && inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) != 1) return false;
  char host[NI_MAXHOST];
  {
    threads::NativeScope native;
    const int status = is_v4 ? getnameinfo(reinterpret_cast<sockaddr*>(&v4), sizeof v4, host, sizeof host, nullptr, 0, NI_NAMEREQD)
                             : getnameinfo(reinterpret_cast<sockaddr*>(&v6), sizeof v6, host, sizeof host, nullptr, 0, NI_NAMEREQD);
    if (status != 0) return false;
  }
  std::string canonical;
  std::vector<std::string> found;
  if (!resolve(host, hint & 1 ? AF_INET : hint & 2 ? AF_INET6 : AF_UNSPEC, canonical, found)) found = {text};
  return answer(host, found, name, aliases, addresses);
}

bool host_name(String** name) {
  calls::store_ref(name, calls::new_string(own_name().c_str()));
  return true;
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Net.Dns::GetHostByName_internal", by_name),
    RAPGO_ICALL("System.Net.Dns::GetHostByAddr_internal", by_address),
    RAPGO_ICALL("System.Net.Dns::GetHostName_internal", host_name),
};

}  // namespace

void register_dns() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
