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
    for (const std::string& stem : {dir + name_.name, dir + name_.name + "/" + name_.name})
      for (const char* ext : {".dll", ".exe"}) add(stem + ext);
  }
  void file(const std::string& path) { add(path); }

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

// Silverlight's and portable libraries' key: their references mean the framework's own assemblies.
bool is_portable_key(const AssemblyName& n) {
  static constexpr uint8_t kToken[] = {0x7c, 0xec, 0x85, 0xd7, 0xbe, 0xa7, 0x79, 0x8e};
  return n.has_token && std::memcmp(n.token, kToken, 8) == 0;
}

bool answers(const AssemblyName& have, const AssemblyName& wanted) {
  if (have.name != wanted.name || have.culture != wanted.culture) return false;
  return !wanted.has_token || same_token(have, wanted) || (is_portable_key(wanted) && has_framework_key(have));
}

bool same_version(const AssemblyName& a, const AssemblyName& b) { return std::equal(a.version, a.version + 4, b.version); }

AssemblyName redirected(AssemblyName n, const BindingConfig& config) {
  const uint64_t version = pack_version(n.version);
  for (const BindingRedirect& r : config.redirects) {
    if (!r.identity.fits(n) || version < r.low || version > r.high) continue;
    for (int i = 0; i < 4; ++i) n.version[i] = static_cast<uint16_t>(r.to >> (48 - 16 * i));
    break;
  }
  return n;
}

// Names without a strong one are compared without regard to case.
bool loaded_as(const Assembly* a, const AssemblyName& wanted) {
  if (a->reflection_only) return false;
  if (wanted.has_token) return answers(a->name, wanted) && (same_version(a->name, wanted) || has_framework_key(a->name));
  return a->name.culture == wanted.culture && strcasecmp(a->name.name.c_str(), wanted.name.c_str()) == 0;
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

Assembly* Loader::load_from(const std::string& path) {
  {
    Lock lock;
    const std::string full = canonical_path(path);
    if (!impl->by_path.count(full)) {
      const AssemblyName name = open_assembly(full)->name;
      for (Assembly* a : impl->assemblies)
        if (!a->reflection_only && answers(a->name, name) && same_version(a->name, name)) return a;
    }
  }
  return load_file(path);
}

Assembly* Loader::load_reflection_only(const std::string& path) {
  Assembly* made;
  {
    Lock lock;
    const std::string full = canonical_path(path), key = "reflection only: " + full;
    if (auto it = impl->by_path.find(key); it != impl->by_path.end()) return it->second;
    std::unique_ptr<Assembly> opened = open_assembly(full);
    opened->reflection_only = true;
    made = impl->by_path[key] = publish_assembly(std::move(opened));
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

Assembly* Loader::load_name(const AssemblyName& asked, Assembly* requester) {
  Lock lock;
  if (asked.name == "mscorlib") return corlib_;
  const AssemblyName wanted = asked.has_token ? redirected(asked, impl->config) : asked;
  for (Assembly* a : impl->assemblies) if (loaded_as(a, wanted)) return a;

  const Options& o = impl->options;
  const std::string facades = o.framework_dir + "/Facades";
  Candidates c(wanted);
  for (const CodeBase& base : impl->config.code_bases)
    if (base.identity.fits(wanted) && base.version == pack_version(wanted.version))
      c.file(base.href.starts_with("file://") ? base.href.substr(7) : base.href.starts_with("/") ? base.href : application_base_ + "/" + base.href);
  // A framework assembly is the framework's own whatever its version, even if the program carries a copy: such copies are
  // often facades of another runtime.
  if (has_framework_key(wanted)) {
    for (const std::string& dir : o.search_paths) c.directory(dir);
    c.directory(o.framework_dir), c.directory(facades);
  }
  if (!application_base_.empty()) {
    c.directory(application_base_);
    for (const std::string& below : impl->config.private_paths) c.directory(application_base_ + "/" + below);
  }
  for (const std::string& dir : o.search_paths) c.directory(dir);
  c.cache(o.gac_dir);
  c.directory(o.framework_dir);
  c.directory(facades);
  if (requester && requester->directory != application_base_) c.directory(requester->directory);
  std::string mismatch;
  for (const std::string& path : c.paths) {
    const std::string full = canonical_path(path);
    if (auto it = impl->by_path.find(full); it != impl->by_path.end()) {
      if (answers(it->second->name, wanted)) return it->second;
      continue;
    }
    std::unique_ptr<Assembly> opened;
    try {
      opened = open_assembly(full);
    } catch (const LoadError& e) {  // as if it were not there, but said at the end
      if (mismatch.empty()) mismatch = e.what();
      continue;
    }
    if (!answers(opened->name, wanted)) {
      if (mismatch.empty()) mismatch = "'" + full + "' is '" + opened->full_name() + "'.";
      continue;
    }
    Assembly* made = impl->by_path[full] = publish_assembly(std::move(opened));
    if (on_assembly_loaded) on_assembly_loaded(made);
    return made;
  }
  if (on_resolve_failure)
    if (Assembly* a = on_resolve_failure(asked, requester)) return a;
  const std::string name = display_name(asked);
  throw LoadError(LoadErrorKind::FileNotFound, "Could not load file or assembly '" + name + "' or one of its dependencies." + (mismatch.empty() ? "" : " " + mismatch), name, name);
}

void Loader::read_application_config(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return;
  const std::string text(std::istreambuf_iterator<char>(in), {});
  Lock lock;
  impl->config = parse_binding_config(text);
}

}  // namespace rapgo::load::types
