// Libraries and symbols of P/Invoke: dllmap, the names that Mono tries, dlopen.
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <vector>

#include <dlfcn.h>

#include "run/calls/pinvoke.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

namespace {

struct Mapping {
  std::string dll, name, target, target_name;  // name empty: the whole library
  bool ignore_case;
};
struct Libraries {
  std::mutex lock;
  std::vector<Mapping> map;
  std::map<std::string, void*> open;
};
Libraries& libraries() {
  static auto* l = new Libraries;
  return *l;
}

std::string attribute(const std::string& element, const char* name) {
  const std::string key = std::string(name) + "=\"";
  size_t at = element.find(" " + key);
  if (at == element.npos) at = element.find("\t" + key);
  if (at == element.npos) return {};
  at += key.size() + 1;
  return element.substr(at, element.find('"', at) - at);
}

// "!windows" and lists such as "linux,osx"; empty: everywhere.
bool for_linux(const std::string& os) {
  if (os.empty()) return true;
  if (os[0] == '!') return os.find("linux") == os.npos;
  return os.find("linux") != os.npos;
}

std::string with_libdir(std::string target) {
  const size_t at = target.find("$mono_libdir");
  if (at != target.npos) target.replace(at, 12, "/usr/lib");
  return target;
}

bool same(const std::string& a, const std::string& b, bool ignore_case) {
  return ignore_case ? strcasecmp(a.c_str(), b.c_str()) == 0 : a == b;
}

void* try_open(const std::string& path) {
  threads::NativeScope native;  // constructors of libraries may take their time
  return dlopen(path.c_str(), RTLD_LAZY | RTLD_LOCAL);
}

bool ends_with(const std::string& s, const char* tail) {
  const size_t n = strlen(tail);
  return s.size() >= n && s.compare(s.size() - n, n, tail) == 0;
}

}  // namespace

// Enough XML for these files: elements with attributes, comments skipped.
void read_dllmap(const std::string& path) {
  std::ifstream file(path);
  if (!file) return;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string dll, target;
  Libraries& l = libraries();
  std::lock_guard hold(l.lock);
  for (size_t at = 0; (at = text.find('<', at)) != text.npos;) {
    if (text.compare(at, 4, "<!--") == 0) {
      at = text.find("-->", at);
      if (at == text.npos) return;
      continue;
    }
    const size_t end = text.find('>', at);
    if (end == text.npos) return;
    std::string element = text.substr(at + 1, end - at - 1);
    at = end;
    const bool map = element.compare(0, 7, "dllmap ") == 0, entry = element.compare(0, 9, "dllentry ") == 0;
    if (!map && !entry) continue;
    if (!for_linux(attribute(element, "os"))) continue;
    std::string word_size = attribute(element, "wordsize"), cpu = attribute(element, "cpu");
    if ((!word_size.empty() && word_size != "64") || (!cpu.empty() && cpu.find("x86-64") == cpu.npos)) continue;
    if (map) {
      dll = attribute(element, "dll");
      const bool ignore = dll.compare(0, 2, "i:") == 0;
      Mapping m{ignore ? dll.substr(2) : dll, {}, with_libdir(attribute(element, "target")), {}, ignore};
      if (!m.target.empty()) {
        m.name = attribute(element, "name");
        l.map.push_back(std::move(m));
      }
    } else {
      const bool ignore = dll.compare(0, 2, "i:") == 0;
      l.map.push_back({ignore ? dll.substr(2) : dll, attribute(element, "name"), with_libdir(attribute(element, "dll")), attribute(element, "target"), ignore});
    }
  }
}

MappedName map_name(const std::string& library, const std::string& function) {
  static std::once_flag once;
  std::call_once(once, [] { read_dllmap("/etc/mono/config"); });
  Libraries& l = libraries();
  std::lock_guard hold(l.lock);
  for (const Mapping& m : l.map)
    if (!m.name.empty() && m.name == function && same(m.dll, library, m.ignore_case))
      return {m.target, m.target_name.empty() ? function : m.target_name};
  for (const Mapping& m : l.map)
    if (m.name.empty() && same(m.dll, library, m.ignore_case)) return {m.target, function};
  return {library, function};
}

void* open_library(const std::string& name, const std::string& beside) {
  Libraries& l = libraries();
  {
    std::lock_guard hold(l.lock);
    if (auto known = l.open.find(name); known != l.open.end()) return known->second;
  }
  void* handle = nullptr;
  if (name == "__Internal") {
    handle = dlopen(nullptr, RTLD_LAZY);
  } else {
    std::string stem = name;
    if (ends_with(stem, ".dll")) stem.resize(stem.size() - 4);
    std::vector<std::string> names;
    const bool plain = name.find('/') == name.npos;
    const bool is_so = name.find(".so") != name.npos;
    if (plain && !is_so) {
      names = {"lib" + stem + ".so", stem + ".so", name, "lib" + stem};
      if (stem.compare(0, 3, "lib") == 0) names.insert(names.begin(), stem + ".so");
    } else {
      names = {name};
      if (!is_so) names.push_back(name + ".so");
    }
    if (plain && !beside.empty())
      for (const std::string& n : std::vector<std::string>(names)) names.push_back(beside + "/" + n);
    for (const std::string& n : names)
      if ((handle = try_open(n))) break;
  }
  if (handle) {
    std::lock_guard hold(l.lock);
    l.open[name] = handle;
  }
  return handle;
}

void* find_symbol(void* library, const std::string& name) { return dlsym(library, name.c_str()); }

}  // namespace rapgo::run::calls
