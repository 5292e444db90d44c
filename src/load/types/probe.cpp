// From an assembly name to a file: application base, MONO_PATH, framework, facades, global assembly cache.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
bool exists(const std::string& path) { return access(path.c_str(), R_OK) == 0; }

bool same_token(const AssemblyName& a, const AssemblyName& b) {
  return a.has_token == b.has_token && (!a.has_token || std::memcmp(a.token, b.token, 8) == 0);
}

// Keys that framework assemblies are signed with: ECMA, Microsoft (three), netstandard, Mono.
bool has_framework_key(const AssemblyName& n) {
  static constexpr uint8_t kTokens[][8] = {
      {0xb7, 0x7a, 0x5c, 0x56, 0x19, 0x34, 0xe0, 0x89}, {0xb0, 0x3f, 0x5f, 0x7f, 0x11, 0xd5, 0x0a, 0x3a},
      {0x31, 0xbf, 0x38, 0x56, 0xad, 0x36, 0x4e, 0x35}, {0xcc, 0x7b, 0x13, 0xff, 0xcd, 0x2d, 0xdd, 0x51},
      {0x07, 0x38, 0xeb, 0x9f, 0x13, 0x2e, 0xd7, 0x56}, {0x7c, 0xec, 0x85, 0xd7, 0xbe, 0xa7, 0x79, 0x8e}};
  if (!n.has_token) return false;
  for (const auto& t : kTokens) if (std::memcmp(t, n.token, 8) == 0) return true;
  return false;
}

class Candidates {
 public:
  explicit Candidates(const AssemblyName& n) : name_(n) {}
  std::vector<std::string> paths;

  void directory(std::string dir) {
    if (dir.empty()) return;
    if (dir.back() != '/') dir += '/';
    if (!name_.culture.empty()) dir += name_.culture + "/";
    for (const char* ext : {".dll", ".exe"})
      for (const std::string& p : {dir + name_.name + ext, dir + name_.name + "/" + name_.name + ext}) add(p);
  }

  // The version asked for, else the highest.
  void cache(const std::string& gac) {
    const std::string root = gac + "/" + name_.name + "/";
    DIR* d = opendir(root.c_str());
    if (!d) return;
    std::vector<std::pair<std::vector<int>, std::string>> found;
    while (const dirent* e = readdir(d)) {
      int v[4];
      char rest[256] = "";
      if (std::sscanf(e->d_name, "%d.%d.%d.%d_%255s", &v[0], &v[1], &v[2], &v[3], rest) < 4) continue;
      const std::string tail = rest;  // <culture>_<token>
      const size_t bar = tail.find('_');
      if (tail.substr(0, bar) != name_.culture) continue;
      const bool exact = std::equal(v, v + 4, name_.version);
      found.push_back({{exact, v[0], v[1], v[2], v[3]}, root + e->d_name + "/" + name_.name + ".dll"});
    }
    closedir(d);
    std::sort(found.rbegin(), found.rend());
    for (auto& [version, path] : found) add(path);
  }

 private:
  void add(const std::string& p) { if (exists(p)) paths.push_back(p); }
  const AssemblyName& name_;
};

bool answers(const Assembly* a, const AssemblyName& wanted) {
  return a->name.name == wanted.name && a->name.culture == wanted.culture && (!wanted.has_token || same_token(a->name, wanted));
}
}  // namespace

std::string canonical_path(const std::string& path) {
  char buffer[PATH_MAX];
  return realpath(path.c_str(), buffer) ? std::string(buffer) : path;
}

Assembly* Loader::load_file(const std::string& path) {
  Assembly* made;
  {
    Lock lock;
    const std::string full = canonical_path(path);
    if (auto it = impl->by_path.find(full); it != impl->by_path.end()) return it->second;
    std::unique_ptr<Assembly> opened = open_assembly(full);
    // There is one corlib, whatever lies beside the program.
    if (opened->name.name == "mscorlib") return impl->by_path[full] = corlib_;
    made = impl->by_path[full] = publish_assembly(std::move(opened));
  }
  if (on_assembly_loaded) on_assembly_loaded(made);
  return made;
}

Assembly* Loader::load_bytes(std::vector<uint8_t> bytes, const std::string& name) {
  Assembly* made;
  {
    Lock lock;
    std::unique_ptr<md::Image> image;
    try {
      image = md::Image::from_bytes(std::move(bytes), name);
    } catch (const image::BadImage& e) {
      throw LoadError(LoadErrorKind::BadImage, "Could not load file or assembly '" + name + "': " + e.what(), name, name);
    }
    made = publish_assembly(open_assembly(std::move(image), name));
  }
  if (on_assembly_loaded) on_assembly_loaded(made);
  return made;
}

Assembly* Loader::load_name(const AssemblyName& wanted, Assembly* requester) {
  Lock lock;
  if (wanted.name == "mscorlib") return corlib_;
  for (Assembly* a : impl->assemblies) if (answers(a, wanted)) return a;

  const Options& o = impl->options;
  const std::string facades = o.framework_dir + "/Facades";
  Candidates c(wanted);
  for (const std::string& dir : o.search_paths) c.directory(dir);
  // A framework assembly is the framework's own whatever its version, even if the program carries a copy.
  if (has_framework_key(wanted)) c.directory(o.framework_dir), c.directory(facades);
  if (!application_base_.empty()) {
    c.directory(application_base_);
    for (const std::string& below : impl->private_paths) c.directory(application_base_ + "/" + below);
  }
  c.cache(o.gac_dir);
  c.directory(o.framework_dir);
  c.directory(facades);
  if (requester && requester->directory != application_base_) c.directory(requester->directory);
  std::string mismatch;
  for (const std::string& path : c.paths) {
    const std::string full = canonical_path(path);
    if (auto it = impl->by_path.find(full); it != impl->by_path.end()) {
      if (answers(it->second, wanted)) return it->second;
      continue;
    }
    std::unique_ptr<Assembly> opened = open_assembly(full);
    if (!answers(opened.get(), wanted)) {
      if (mismatch.empty()) mismatch = ": '" + full + "' is '" + opened->full_name() + "'.";
      continue;
    }
    Assembly* made = impl->by_path[full] = publish_assembly(std::move(opened));
    if (on_assembly_loaded) on_assembly_loaded(made);
    return made;
  }
  if (on_resolve_failure)
    if (Assembly* a = on_resolve_failure(wanted, requester)) return a;
  if (!mismatch.empty())
    throw LoadError(LoadErrorKind::FileLoad, "Could not load file or assembly '" + display_name(wanted) + "'" + mismatch, display_name(wanted), display_name(wanted));
  throw LoadError(LoadErrorKind::FileNotFound, "Could not load file or assembly '" + display_name(wanted) + "' or one of its dependencies.",
                  display_name(wanted), display_name(wanted));
}

void Loader::read_application_config(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const size_t element = text.find("<probing");
  const size_t end = element == std::string::npos ? element : text.find('>', element);
  if (end == std::string::npos) return;
  const std::string tag = text.substr(element, end - element);
  size_t at = tag.find("privatePath");
  if (at == std::string::npos || (at = tag.find_first_of("\"'", at)) == std::string::npos) return;
  const size_t close = tag.find(tag[at], at + 1);
  if (close == std::string::npos) return;
  std::string list = tag.substr(at + 1, close - at - 1);
  Lock lock;
  while (!list.empty()) {
    const size_t semicolon = list.find(';');
    std::string one = list.substr(0, semicolon);
    std::replace(one.begin(), one.end(), '\\', '/');
    if (!one.empty() && one[0] != '/' && one.find("..") == std::string::npos) impl->private_paths.push_back(one);
    list = semicolon == std::string::npos ? std::string() : list.substr(semicolon + 1);
  }
}

}  // namespace rapgo::load::types
