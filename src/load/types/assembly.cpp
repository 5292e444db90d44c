// Opening assemblies, finding types in them, following forwards.
#include <sys/mman.h>

#include "load/types/impl.h"
#include "load/types/sha1.h"

namespace rapgo::load::types {

namespace {
// Row-indexed tables are mostly untouched: anonymous pages cost nothing until a row is used.
template <class T> T* row_table(const md::Metadata& m, md::Table table) {
  const size_t bytes = (size_t{m.row_count(table)} + 1) * sizeof(T);
  void* p = bytes < 16384 ? std::calloc(1, bytes) : mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (!p || p == MAP_FAILED) throw std::bad_alloc();
  return static_cast<T*>(p);
}

void set_token(AssemblyName& n, image::Bytes key_or_token, bool is_key) {
  if (key_or_token.empty()) return;
  n.has_token = true;
  if (is_key) {
    const auto hash = sha1(key_or_token);
    for (int i = 0; i < 8; ++i) n.token[i] = hash[static_cast<size_t>(19 - i)];
  } else {
    if (key_or_token.size() != 8) throw image::BadImage("a public key token has eight bytes");
    std::copy(key_or_token.begin(), key_or_token.end(), n.token);
  }
}

AssemblyName name_of(const md::Metadata& m) {
  AssemblyName n;
  if (!m.row_count(md::Table::Assembly)) throw image::BadImage("a module without manifest is not an assembly");
  const md::AssemblyRow r = m.assembly();
  n.name = m.string(r.name);
  n.culture = m.string(r.culture);
  const uint16_t v[4] = {r.major, r.minor, r.build, r.revision};
  std::copy(v, v + 4, n.version);
  set_token(n, m.blob(r.public_key), true);
  return n;
}

AssemblyName name_of_reference(const md::Metadata& m, uint32_t row) {
  AssemblyName n;
  const md::AssemblyRefRow r = m.assembly_ref(row);
  n.name = m.string(r.name);
  n.culture = m.string(r.culture);
  const uint16_t v[4] = {r.major, r.minor, r.build, r.revision};
  std::copy(v, v + 4, n.version);
  set_token(n, m.blob(r.public_key_or_token), r.flags & 1);
  return n;
}

Type* follow_exported(Assembly* a, uint32_t row, unsigned depth = 0) {
  if (depth > kMaxTypeNesting) throw image::BadImage("exported types are nested in a circle");
  const md::ExportedTypeRow r = a->metadata->exported_type(row);
  const std::string_view ns = a->metadata->string(r.name_space), name = a->metadata->string(r.name);
  if (r.implementation.is(md::Table::AssemblyRef)) {
    Assembly* to = a->referenced(r.implementation.row());
    static thread_local unsigned hops = 0;
    struct Hop {
      Hop() { if (++hops > 32) { --hops; throw image::BadImage("type forwards lead in a circle"); } }
      ~Hop() { --hops; }
    } hop;
    return to->find_type(ns, name);
  }
  if (r.implementation.is(md::Table::ExportedType)) {
    Type* outer = follow_exported(a, r.implementation.row(), depth + 1);
    const uint32_t nested = outer ? outer->assembly->metadata->find_nested_type(outer->typedef_row, name) : 0;
    return nested ? outer->assembly->type_of_row(nested) : nullptr;
  }
  throw LoadError(LoadErrorKind::NotSupported, "Assemblies of several modules are not supported: '" + std::string(name) + "'", std::string(name));
}
}  // namespace

std::unique_ptr<Assembly> open_assembly(std::unique_ptr<md::Image> image, const std::string& path) {
  auto a = std::make_unique<Assembly>();
  try {
    a->image = std::move(image);
    a->metadata = std::make_unique<md::Metadata>(*a->image);
    a->name = name_of(*a->metadata);
    for (uint32_t row = 1; row <= a->metadata->row_count(md::Table::File); ++row) {
      const md::FileRow f = a->metadata->file(row);
      if (!(f.flags & 1))  // code and types, not resources
        throw LoadError(LoadErrorKind::NotSupported,
                        "Could not load file or assembly '" + path + "': assemblies of several modules are not supported ('" + std::string(a->metadata->string(f.name)) + "')", path, path);
    }
  } catch (const image::BadImage& e) {
    throw LoadError(LoadErrorKind::BadImage, "Could not load file or assembly '" + path + "': " + e.what(), path, path);
  }
  a->path = path;
  const size_t slash = path.rfind('/');
  a->directory = slash == std::string::npos ? "." : path.substr(0, slash);
  return a;
}

std::unique_ptr<Assembly> open_assembly(const std::string& path) {
  try {
    return open_assembly(image::Image::open(path), path);
  } catch (const image::BadImage& e) {
    throw LoadError(LoadErrorKind::BadImage, "Could not load file or assembly '" + path + "': " + e.what(), path, path);
  } catch (const image::CannotOpen& e) {
    throw LoadError(LoadErrorKind::FileNotFound, "Could not load file or assembly '" + path + "' or one of its dependencies. " + e.what(), path, path);
  }
}

Assembly* publish_assembly(std::unique_ptr<Assembly> a) {
  const md::Metadata& m = *a->metadata;
  a->impl = new Assembly::Impl();
  a->impl->types = row_table<Type*>(m, md::Table::TypeDef);
  a->impl->type_refs = row_table<Type*>(m, md::Table::TypeRef);
  a->impl->type_specs = row_table<Type*>(m, md::Table::TypeSpec);
  a->impl->methods = row_table<Method*>(m, md::Table::MethodDef);
  a->impl->method_specs = row_table<Method*>(m, md::Table::MethodSpec);
  a->impl->fields = row_table<Field*>(m, md::Table::Field);
  a->impl->member_refs = row_table<void*>(m, md::Table::MemberRef);
  a->impl->member_ref_defs = row_table<void*>(m, md::Table::MemberRef);
  a->impl->refs = row_table<Assembly*>(m, md::Table::AssemblyRef);
  Loader::Impl& l = loader();
  a->is_framework = a->path.starts_with(l.options.gac_dir + "/") || a->path.starts_with(l.options.framework_dir + "/");
  auto** handle = static_cast<Assembly**>(l.low(sizeof(Assembly*), 16));
  *handle = a.get();
  a->id.value = word(handle);
  l.assemblies.push_back(a.get());
  return a.release();
}

Assembly* Assembly::referenced(uint32_t row) {
  Lock lock;
  return guarded(this, [&] {
    if (row == 0 || row > metadata->row_count(md::Table::AssemblyRef)) throw image::BadImage("assembly reference row out of range");
    Assembly*& known = impl->refs[row];
    if (!known) known = Loader::get().load_name(name_of_reference(*metadata, row), this);
    return known;
  });
}

Type* Assembly::find_type(std::string_view ns, std::string_view name) {
  Lock lock;
  return guarded(this, [&]() -> Type* {
    if (const uint32_t row = metadata->find_type(ns, name)) return type_of_row(row);
    if (const uint32_t row = metadata->find_exported_type(ns, name)) return follow_exported(this, row);
    return nullptr;
  });
}

Method* Assembly::entry_point() {
  const uint32_t token = image->cli().entry_point_token;
  if ((token & 0xFFFFFF) == 0) return nullptr;
  if (md::Token(token).is(md::Table::File))
    throw LoadError(LoadErrorKind::NotSupported, "Assemblies of several modules are not supported: the entry point lies in another file");
  if (!md::Token(token).is(md::Table::MethodDef)) throw_bad_image(this, "the entry point is not a method");
  return method_of_row(token & 0xFFFFFF);
}

std::string Assembly::full_name() const { return display_name(name); }

std::string display_name(const AssemblyName& n) {
  std::string out = n.name + ", Version=";
  for (int i = 0; i < 4; ++i) out += (i ? "." : "") + std::to_string(n.version[i]);
  out += ", Culture=" + (n.culture.empty() ? std::string("neutral") : n.culture) + ", PublicKeyToken=";
  if (!n.has_token) return out + "null";
  static constexpr char kHex[] = "0123456789abcdef";
  for (uint8_t b : n.token) out += kHex[b >> 4], out += kHex[b & 15];
  return out;
}

std::vector<Assembly*> Loader::assemblies() {
  Lock lock;
  return impl->assemblies;
}

}  // namespace rapgo::load::types
