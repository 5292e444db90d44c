// Classes with an internal call or two.
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <sys/random.h>
#include <unistd.h>

#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

// ---- random numbers of the system ----
bool rng_open() { return true; }
intptr_t rng_initialize(const uint8_t*, intptr_t) { return 1; }
intptr_t rng_bytes(intptr_t handle, uint8_t* to, intptr_t count) {
  for (intptr_t done = 0; done < count;) {
    const ssize_t n = getrandom(to + done, static_cast<size_t>(count - done), 0);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return 0;  // the class library throws CryptographicException
    done += n;
  }
  return handle;
}
void rng_close(intptr_t) {}

// ---- code access security: off for good ----
bool security_enabled() { return false; }
void set_security_enabled(bool) {}
bool authenticode(Object*) { return false; }

// ---- remoting: there are no proxies ----
bool is_proxy(Object*) { return false; }
Object* allocate_uninitialized(Object* type) {
  Type* t = type_of_object(type);
  if (!t) stack::throw_argument_null("type");
  return calls::new_object(t);
}

// ---- application domains: there is one, and entering it is no change ----
Object* the_domain(Object*) { return current_domain(); }
Object* the_domain_by_id(int32_t) { return current_domain(); }
void push_domain(Object*) {}
void push_domain_by_id(int32_t) {}
void pop_domain() {}
Object* the_context(Object*) { return current_context(); }
String* process_guid(String* fresh) {  // the first one handed in is the process's
  static gc::Handle kept(fresh);
  return static_cast<String*>(kept.get());
}
void enable_proxy_activation(Object*, bool enable) {
  if (enable) stack::throw_not_implemented("activation of remote objects");
}

// ---- debugger ----
bool no_debugger() { return false; }
void debug_string(const char16_t*) {}
bool has_btls() { return access("/usr/lib/libmono-btls-shared.so", R_OK) == 0; }
void debugger_log(int32_t, String*, String*) {}

// ---- configuration ----
String* no_string() { return nullptr; }
String* machine_config() { return calls::new_string("/etc/mono/4.5/machine.config"); }

// ---- the rest ----
int32_t process_id() { return getpid(); }
String* libraries_root() { return calls::new_string("/usr/lib"); }
Array* logical_drives() {
  Array* list = calls::new_array(Loader::get().types().string, 1);
  gc::store(list, list->at<Object*>(0), calls::new_string("/"));
  return list;
}
String* temporary_directory() {
  const char* dir = std::getenv("TMPDIR");
  return calls::new_string(dir && *dir ? dir : "/tmp/");
}
int32_t runtime_id() { return 1; }
bool throw_unobserved() { return false; }
void zero_memory(uint8_t* at, uint32_t count) { std::memset(at, 0, count); }
String* architecture() { return calls::new_string("X64"); }
String* os_name() { return calls::new_string("linux"); }
void module_constructor(load::types::Assembly* assembly) {
  if (Type* module = assembly->type_of_row(1)) calls::ensure_initialized(module);
}

// ---- TypedReference ----
struct Reference { Type* type; uint8_t* at; uint64_t klass; };
void make_reference(Reference* out, Object* target, Array* fields, Object*) {
  uint8_t* at = reinterpret_cast<uint8_t*>(target);
  Type* type = calls::type_of(target);
  for (int32_t i = 0; i < fields->length; i++) {
    Field* f = *fields->at<Field*>(static_cast<size_t>(i));
    const bool value = f->declaring->is_value_type();
    at += f->offset() + (value && i == 0 ? sizeof(Object) : 0);
    type = f->type();
    if (type->is_reference() && i + 1 < fields->length) at = *reinterpret_cast<uint8_t**>(at);
  }
  *out = {type, at, reinterpret_cast<uint64_t>(type)};
}
Object* reference_value(Reference* r) {
  if (!r->type) stack::throw_null_reference();
  return r->type->is_reference() ? *reinterpret_cast<Object**>(r->at) : calls::box(r->type, r->at);
}

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Security.Cryptography.RNGCryptoServiceProvider::RngOpen", rng_open),
    RAPGO_ICALL("System.Security.Cryptography.RNGCryptoServiceProvider::RngInitialize", rng_initialize),
    RAPGO_ICALL("System.Security.Cryptography.RNGCryptoServiceProvider::RngGetBytes", rng_bytes),
    RAPGO_ICALL("System.Security.Cryptography.RNGCryptoServiceProvider::RngClose", rng_close),
    RAPGO_ICALL("System.Security.SecurityManager::get_SecurityEnabled", security_enabled),
    RAPGO_ICALL("System.Security.SecurityManager::set_SecurityEnabled", set_security_enabled),
    RAPGO_ICALL("System.Security.Policy.Evidence::IsAuthenticodePresent", authenticode),
    RAPGO_ICALL("System.Runtime.Remoting.RemotingServices::IsTransparentProxy", is_proxy),
    RAPGO_ICALL("System.Runtime.Remoting.Activation.ActivationServices::AllocateUninitializedClassInstance", allocate_uninitialized),
    RAPGO_ICALL("System.Diagnostics.Debugger::IsAttached_internal", no_debugger),
    RAPGO_ICALL("System.Diagnostics.Debugger::IsLogging", no_debugger),
    RAPGO_ICALL("System.Diagnostics.DefaultTraceListener::WriteWindowsDebugString", debug_string),
    RAPGO_ICALL("Mono.Net.Security.MonoTlsProviderFactory::IsBtlsSupported", has_btls),
    RAPGO_ICALL("System.Diagnostics.Debugger::Log", debugger_log),
    RAPGO_ICALL("System.Configuration.DefaultConfig::get_bundled_machine_config", no_string),
    RAPGO_ICALL("System.Configuration.DefaultConfig::get_machine_config_path", machine_config),
    RAPGO_ICALL("System.Configuration.InternalConfigurationHost::get_bundled_machine_config", no_string),
    RAPGO_ICALL("System.Configuration.InternalConfigurationHost::get_bundled_app_config", no_string),
    RAPGO_ICALL("System.Runtime.Versioning.VersioningHelper::GetRuntimeId", runtime_id),
    RAPGO_ICALL("System.Environment::internalGetGacPath", libraries_root),
    RAPGO_ICALL("System.Environment::GetLogicalDrivesInternal", logical_drives),
    RAPGO_ICALL("System.IO.Path::get_temp_path", temporary_directory),
    RAPGO_ICALL("System.AppDomain::InternalSetDomain", the_domain),
    RAPGO_ICALL("System.AppDomain::InternalSetDomainByID", the_domain_by_id),
    RAPGO_ICALL("System.AppDomain::InternalPushDomainRef", push_domain),
    RAPGO_ICALL("System.AppDomain::InternalPushDomainRefByID", push_domain_by_id),
    RAPGO_ICALL("System.AppDomain::InternalPopDomainRef", pop_domain),
    RAPGO_ICALL("System.AppDomain::InternalSetContext", the_context),
    RAPGO_ICALL("System.AppDomain::InternalGetProcessGuid", process_guid),
    RAPGO_ICALL("System.Runtime.Remoting.Activation.ActivationServices::EnableProxyActivation", enable_proxy_activation),
    RAPGO_ICALL("Microsoft.Win32.NativeMethods::GetCurrentProcessId", process_id),
    RAPGO_ICALL("System.CLRConfig::CheckThrowUnobservedTaskExceptions", throw_unobserved),
    RAPGO_ICALL("System.Runtime.RuntimeImports::ZeroMemory", zero_memory),
    RAPGO_ICALL("System.Runtime.InteropServices.RuntimeInformation::GetRuntimeArchitecture", architecture),
    RAPGO_ICALL("System.Runtime.InteropServices.RuntimeInformation::GetOSName", os_name),
    RAPGO_ICALL("System.Runtime.CompilerServices.RuntimeHelpers::RunModuleConstructor", module_constructor),
    RAPGO_ICALL("System.TypedReference::InternalMakeTypedReference", make_reference),
    RAPGO_ICALL("System.TypedReference::InternalToObject", reference_value),
};

}  // namespace

void register_misc() { calls::register_icalls(kEntries); }

}  // namespace rapgo::run::classlib
