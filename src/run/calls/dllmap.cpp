// Libraries and symbols of P/Invoke: dllmap, the names that Mono tries, dlopen.
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <set>
#include <vector>

#include <dlfcn.h>

#include "load/types/config.h"
#include "run/calls/pinvoke.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

namespace {

struct Mapping {
  std::string dll, name, target, target_name;  // name empty: the whole library
  std::string assembly;                        // empty: everybody's
  bool ignore_case;
};
struct Libraries {
  std::mutex lock;
  std::vector<Mapping> map;
  std::map<std::string, void*> open;
  std::set<std::string> asked;  // assemblies whose own files were read
};
Libraries& libraries() {
  static auto* l = new Libraries;
  return *l;
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

void read_dllmap(const std::string& path, const std::string& assembly) {
  std::ifstream file(path);
  if (!file) return;
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::string dll;
  Libraries& l = libraries();
  std::lock_guard hold(l.lock);
  load::types::scan_xml(text, [&](std::string_view element, const load::types::XmlAttributes& a) {
    const bool map = element == "dllmap", entry = element == "dllentry";
    if (map) dll = a.get("dll");
    if ((!map && !entry) || !for_linux(a.get("os"))) return;
    const std::string word_size = a.get("wordsize"), cpu = a.get("cpu");
    if ((!word_size.empty() && word_size != "64") || (!cpu.empty() && cpu.find("x86-64") == cpu.npos)) return;
    const bool ignore = dll.compare(0, 2, "i:") == 0;
    Mapping m{ignore ? dll.substr(2) : dll, a.get("name"), with_libdir(a.get(map ? "target" : "dll")), {}, assembly, ignore};
    if (entry) m.target_name = a.get("target");
    if (!m.target.empty()) l.map.push_back(std::move(m));
  });
}

// An assembly's own lines before everybody's, lines for one function before those for a library.
MappedName map_name(const std::string& library, const std::string& function, const std::string& assembly_path) {
  static std::once_flag once;
  std::call_once(once, [] { read_dllmap("/etc/mono/config"); });
  Libraries& l = libraries();
  bool first;
  {
    std::lock_guard hold(l.lock);
    first = l.asked.insert(assembly_path).second;
  }
  if (first) read_dllmap(assembly_path + ".config", assembly_path);
  std::lock_guard hold(l.lock);
  for (const bool own : {true, false})
    for (const bool whole : {false, true})
      for (const Mapping& m : l.map) {
        if (m.assembly.empty() == own || (own && m.assembly != assembly_path)) continue;
        if (m.name.empty() != whole || (!whole && m.name != function) || !same(m.dll, library, m.ignore_case)) continue;
        return {m.target, m.target_name.empty() ? function : m.target_name};
      }
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
