#include "run/classlib/file_versions.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>
#include <fstream>
#include <map>
#include <vector>

#include <unistd.h>

#include "gc/binding/api.h"
#include "load/image/version_resource.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/classlib.h"
#include "run/classlib/culture_tables.h"

namespace rapgo::run::classlib {

using load::types::Loader;
using namespace load::image;

namespace {

uint8_t* field_of(Object* object, const char* name) {
  return reinterpret_cast<uint8_t*>(object) + calls::type_of(object)->find_field(name)->offset();
}
template <class T>
void put(Object* object, const char* name, T value) { *reinterpret_cast<T*>(field_of(object, name)) = value; }
void put_text(Object* object, const char* name, const std::string& text) {
  gc::store(object, reinterpret_cast<Object**>(field_of(object, name)), calls::new_string(text.c_str()));
}

// As the class library writes the culture's name out in English.
std::string language_of(uint16_t lcid) {
  constexpr uint16_t kInvariant = 0x7F;
  if (lcid != 0 && lcid != kInvariant)
    for (const TableRow& row : all_rows(Table::Culture))
      if (number_in(row[kCultureId]) == lcid) return std::string(row[kCultureEnglish]);
  return "Invariant Language (Invariant Country)";
}

std::optional<VersionResource> resource_of(const std::string& path) {
  try {
    return version_resource(*Image::open(path));
  } catch (const std::exception&) {  // no image: nothing is known of it
    return std::nullopt;
  }
}

constexpr struct { const char* field; const char16_t* key; } kTexts[] = {
    {"comments", u"Comments"}, {"companyname", u"CompanyName"}, {"filedescription", u"FileDescription"}, {"fileversion", u"FileVersion"},
    {"internalname", u"InternalName"}, {"legalcopyright", u"LegalCopyright"}, {"legaltrademarks", u"LegalTrademarks"},
    {"originalfilename", u"OriginalFilename"}, {"privatebuild", u"PrivateBuild"}, {"productname", u"ProductName"},
    {"productversion", u"ProductVersion"}, {"specialbuild", u"SpecialBuild"}};
constexpr const char* kFileParts[] = {"filemajorpart", "fileminorpart", "filebuildpart", "fileprivatepart"};
constexpr const char* kProductParts[] = {"productmajorpart", "productminorpart", "productbuildpart", "productprivatepart"};
constexpr struct { const char* field; uint32_t flag; } kFlags[] = {
    {"isdebug", VersionResource::kDebug}, {"isprerelease", VersionResource::kPrerelease}, {"ispatched", VersionResource::kPatched},
    {"isprivatebuild", VersionResource::kPrivateBuild}, {"isspecialbuild", VersionResource::kSpecialBuild}};

void fill(Object* info, const std::string& path) {
  put_text(info, "filename", path);
  const std::optional<VersionResource> resource = resource_of(path);
  if (!resource) return;
  for (const auto& t : kTexts) {
    const auto at = resource->strings.find(t.key);
    const std::u16string text = at == resource->strings.end() ? std::u16string() : at->second;
    gc::store(info, reinterpret_cast<Object**>(field_of(info, t.field)), calls::new_string(text.data(), text.size()));
  }
  for (int i = 0; i < 4; i++) {
    put<int32_t>(info, kFileParts[i], resource->file_version[i]);
    put<int32_t>(info, kProductParts[i], resource->product_version[i]);
  }
  for (const auto& f : kFlags) put<bool>(info, f.field, (resource->flags & f.flag) != 0);
  put_text(info, "language", language_of(resource->language.value_or(0)));
}

void get_version_info(Object* self, const char16_t* name, int32_t length) {
  fill(self, calls::to_utf8(name, length));
}

// ---- modules ----
struct Module {
  std::string path;
  uint64_t start = 0, end = 0;
};
std::vector<Module> mapped_files(pid_t pid) {
  std::vector<Module> modules;
  std::ifstream file("/proc/" + std::to_string(pid) + "/maps");
  for (std::string line; std::getline(file, line);) {
    uint64_t start = 0, end = 0;
    const size_t slash = line.find('/');
    if (slash == std::string::npos || std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &start, &end) != 2) continue;
    const std::string path = line.substr(slash);
    if (path.ends_with(" (deleted)") || path.starts_with("/dev/")) continue;
    const auto known = std::ranges::find(modules, path, &Module::path);
    if (known != modules.end()) known->end = std::max(known->end, end);
    else modules.push_back({path, start, end});
  }
  return modules;
}

const calls::IcallEntry kEntries[] = {RAPGO_ICALL("System.Diagnostics.FileVersionInfo::GetVersionInfo_icall", get_version_info)};

}  // namespace

Array* process_modules(pid_t pid, Type* process_class) {
  std::vector<Module> files = mapped_files(pid);
  if (pid == getpid()) {
    const auto program = std::ranges::find(files, application().path, &Module::path);
    if (program != files.end()) std::rotate(files.begin(), program, program + 1);
  }
  auto* assembly = process_class->assembly;
  Type* module_type = assembly->find_type("System.Diagnostics", "ProcessModule");
  Type* info_type = assembly->find_type("System.Diagnostics", "FileVersionInfo");
  Array* list = calls::new_array(module_type, static_cast<int64_t>(files.size()));
  for (size_t i = 0; i < files.size(); i++) {
    const Module& file = files[i];
    Object* module = calls::new_object(module_type);
    gc::store(list, list->at<Object*>(i), module);
    put<intptr_t>(module, "baseaddr", static_cast<intptr_t>(file.start));
    put<int32_t>(module, "memory_size", static_cast<int32_t>(file.end - file.start));
    put_text(module, "filename", file.path);
    put_text(module, "modulename", file.path.substr(file.path.rfind('/') + 1));
    Object* info = calls::new_object(info_type);
    gc::store(module, reinterpret_cast<Object**>(field_of(module, "version_info")), info);
    fill(info, file.path);
  }
  return list;
}

void register_file_versions() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
