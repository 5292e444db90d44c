// P/Invoke (ECMA-335 II.15.5): libraries, symbols, marshalling.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw DllNotFoundException, EntryPointNotFoundException,
// MarshalDirectiveException.
#pragma once
#include <cstdint>
#include <string>

#include "load/types/method.h"

namespace rapgo::run::calls {

// Makes, installs and publishes the method's code; returns its entry.
uint64_t install_pinvoke_method(load::types::Method* method);
// dllmap lines of a configuration file; `assembly` empty: for everybody (/etc/mono/config, app.exe.config), else for its own
// P/Invokes only (lib.dll.config). Missing files are ignored.
void read_dllmap(const std::string& path, const std::string& assembly = {});
struct MappedName {
  std::string library, function;
};
MappedName map_name(const std::string& library, const std::string& function, const std::string& assembly_path);
// dlopen with the names that Mono tries; null: none. Remembered.
void* open_library(const std::string& name, const std::string& beside);
void* find_symbol(void* library, const std::string& name);

// Marshal.GetLastWin32Error.
int32_t last_pinvoke_error();
void set_last_pinvoke_error(int32_t error);
void save_errno();  // stub_bodies.save_errno

}  // namespace rapgo::run::calls
