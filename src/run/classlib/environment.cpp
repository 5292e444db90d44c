// Environment, AppDomain, Assembly entry points, Encoding, Runtime.
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <map>
#include <mutex>
#include <string>

#include <sys/utsname.h>
#include <unistd.h>

#include "base/clock.h"
#include "gc/binding/api.h"
#include "run/calls/icall.h"
#include "run/calls/invoke.h"
#include "run/classlib/boot.h"
#include "run/classlib/caller.h"
#include "run/classlib/console.h"
#include "run/classlib/classlib.h"
#include "run/classlib/objects.h"
#include "run/stack/throw.h"
#include "run/stack/walk.h"

namespace rapgo::run::classlib {

using load::types::Loader;

namespace {

// ---- Environment ----
String* new_line() { return calls::new_string("\n"); }
int32_t platform() { return 4; }  // Unix
bool is_running_on_windows() { return false; }
String* variable(const char* name) {
  const char* value = std::getenv(name);
  return value ? calls::new_string(value) : nullptr;
}
Array* variable_names() {
  std::vector<std::string> names;
  for (char** e = environ; *e; e++)
    if (const char* eq = std::strchr(*e, '=')) names.emplace_back(*e, static_cast<size_t>(eq - *e));
  return string_array(names);
}
void set_variable(const char16_t* name, int32_t name_length, const char16_t* value, int32_t value_length) {
  String* n = calls::new_string(name, static_cast<size_t>(name_length));
  if (!value || value_length == 0) unsetenv(calls::to_utf8(n).c_str());
  else setenv(calls::to_utf8(n).c_str(), calls::to_utf8(value, value_length).c_str(), 1);
}
int32_t get_exit_code() { return exit_code(); }
void set_exit_code(int32_t code) { exit_code() = code; }
bool has_shutdown_started() { return false; }
String* machine_name() {
  char name[256] = {};
  gethostname(name, sizeof name - 1);
  return calls::new_string(name);
}
String* user_name() {
  const char* user = std::getenv("USER");
  return calls::new_string(user ? user : "root");
}
String* os_version() {
  utsname u;
  uname(&u);
  return calls::new_string(u.release);
}
int32_t tick_count() { return static_cast<int32_t>(base::monotonic_ns() / 1000000); }
int64_t tick_count64() { return static_cast<int64_t>(base::monotonic_ns() / 1000000); }
// Asked for by every spinning wait: the system reads a file to answer.
int32_t processor_count() {
  static const auto count = static_cast<int32_t>(sysconf(_SC_NPROCESSORS_ONLN));
  return count;
}
int32_t page_size() { return static_cast<int32_t>(sysconf(_SC_PAGESIZE)); }
bool is_64bit_os() { return true; }
String* machine_config() { return calls::new_string("/etc/mono/4.5/machine.config"); }
String* bundled_config() { return nullptr; }
Array* command_line() { return string_array(application().command_line); }
String* windows_folder(int32_t) { return calls::new_string(""); }
String* home() {
  const char* h = std::getenv("HOME");
  return calls::new_string(h ? h : "/");
}
}  // namespace
void (*on_exit)(int) = nullptr;
namespace {
[[noreturn]] void do_exit(int32_t code) {
  exit_code() = code;
  if (on_exit) on_exit(code);
  std::exit(code);
}
void fail_fast(String* message, Object* exception, String*) {
  const std::string text = message ? calls::to_utf8(message) : "";
  dprintf(2, message ? "CLR: Managed code called FailFast, saying \"%s\"\n" : "CLR: Managed code called FailFast without specifying a reason\n", text.c_str());
  if (exception) stack::report_unhandled(exception);
  dprintf(2, "%s", stack::format_stack(stack::capture_stack()).c_str());
  restore_terminal();
  std::abort();
}

// ---- time ----
int64_t utc_now() {
  timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t{t.tv_sec} + 11644473600) * 10000000 + t.tv_nsec / 100;  // since 1601
}
int64_t monotonic_100ns() { return static_cast<int64_t>(base::monotonic_ns() / 100); }

// ---- AppDomain ----
Object* domain() { return current_domain(); }
Object* setup(Object*) { return application_setup(); }
int32_t domain_id() { return 1; }
String* friendly_name(Object*) {
  const std::string& p = application().path;
  return calls::new_string(p.substr(p.rfind('/') + 1).c_str());
}
// AppDomain.GetData and SetData: what the class library does not answer from the setup itself.
struct DomainData {
  std::mutex lock;
  std::map<std::string, gc::Handle> values;
};
DomainData& domain_data() {
  static auto* d = new DomainData;
  return *d;
}
Object* get_data(Object*, String* name) {
  if (!name) stack::throw_argument_null("name");
  const std::string key = calls::to_utf8(name);
  if (key == "APPBASE") return calls::new_string(application().path.substr(0, application().path.rfind('/') + 1).c_str());
  std::lock_guard hold(domain_data().lock);
  const auto found = domain_data().values.find(key);
  return found == domain_data().values.end() ? nullptr : found->second.get();
}
void set_data(Object*, String* name, Object* value) {
  if (!name) stack::throw_argument_null("name");
  gc::Handle kept(value);
  std::lock_guard hold(domain_data().lock);
  domain_data().values[calls::to_utf8(name)] = std::move(kept);
}
Array* assemblies(Object*, bool only_reflection) {
  auto all = Loader::get().assemblies();
  std::erase_if(all, [&](load::types::Assembly* a) { return a->reflection_only != only_reflection; });
  Array* a = calls::new_array(Loader::get().corlib_type("System.Reflection", "Assembly"), static_cast<int64_t>(all.size()));
  for (size_t i = 0; i < all.size(); i++) gc::store(a, a->at<Object*>(i), assembly_object(all[i]));
  return a;
}
int32_t execute_assembly(Object*, Object* assembly, Array* arguments) {
  load::types::Assembly* a = assembly_of_object(assembly);
  Method* entry = a ? a->entry_point() : nullptr;
  if (!entry) throw_new("System", "MissingMethodException", "Entry point not found in assembly.");
  if (!arguments) arguments = calls::new_array(Loader::get().types().string, 0);
  const bool takes = !entry->signature().params.empty();
  if (!entry->signature().ret->is_void()) return takes ? calls::invoke<int32_t>(entry, arguments) : calls::invoke<int32_t>(entry);
  if (takes) calls::invoke<void>(entry, arguments);
  else calls::invoke<void>(entry);
  return exit_code();
}
void do_unhandled(Object*, Object* exception) { die_of(exception); }
Object* the_context() { return current_context(); }
bool is_default_finalizing(Object*) { return false; }

// ---- Encoding ----
// 1: ASCII, 0x10000003: UTF-8 without a mark; -1: by name. startup_contract 8.
String* internal_code_page(int32_t* code_page) {
  const char* locale = nullptr;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"})
    if (const char* v = std::getenv(name); v && *v) {
      locale = v;
      break;
    }
  const bool utf8 = locale && (std::strstr(locale, "UTF-8") || std::strstr(locale, "utf8") || std::strstr(locale, "utf-8"));
  const char* charset = locale ? std::strchr(locale, '.') : nullptr;
  *code_page = utf8 ? 0x10000003 : 1;  // EncodingHelper's numbers: UTF-8 without a mark; ASCII
  if (utf8 || !charset) return nullptr;
  std::string name = charset + 1;
  name.resize(std::min(name.find('@'), name.size()));
  if (name == "ISO-8859-1" || name == "ISO8859-1" || name == "iso88591") {
    *code_page = 6;
    return nullptr;
  }
  *code_page = -1;  // by name
  return calls::new_string(name.c_str());
}

// ---- Mono.Runtime ----
String* display_name() { return calls::new_string("6.8.0.105 (Rapgo)"); }

const calls::IcallEntry kEntries[] = {
    RAPGO_ICALL("System.Environment::GetNewLine", new_line),
    RAPGO_ICALL("System.Environment::get_Platform", platform),
    RAPGO_ICALL("System.Environment::GetIs64BitOperatingSystem", is_64bit_os),
    RAPGO_ICALL("System.Environment::get_IsRunningOnWindows", is_running_on_windows),
    RAPGO_ICALL("System.Environment::internalGetEnvironmentVariable_native", variable),
    RAPGO_ICALL("System.Environment::GetEnvironmentVariableNames", variable_names),
    RAPGO_ICALL("System.Environment::InternalSetEnvironmentVariable", set_variable),
    RAPGO_ICALL("System.Environment::get_ExitCode", get_exit_code),
    RAPGO_ICALL("System.Environment::set_ExitCode", set_exit_code),
    RAPGO_ICALL("System.Environment::get_HasShutdownStarted", has_shutdown_started),
    RAPGO_ICALL("System.Environment::get_MachineName", machine_name),
    RAPGO_ICALL("System.Environment::get_UserName", user_name),
    RAPGO_ICALL("System.Environment::GetOSVersionString", os_version),
    RAPGO_ICALL("System.Environment::get_TickCount", tick_count),
    RAPGO_ICALL("System.Environment::get_TickCount64", tick_count64),
    RAPGO_ICALL("System.Environment::get_ProcessorCount", processor_count),
    RAPGO_ICALL("System.Environment::GetPageSize", page_size),
    RAPGO_ICALL("System.Environment::GetMachineConfigPath", machine_config),
    RAPGO_ICALL("System.Environment::get_bundled_machine_config", bundled_config),
    RAPGO_ICALL("System.Environment::GetCommandLineArgs", command_line),
    RAPGO_ICALL("System.Environment::GetWindowsFolderPath", windows_folder),
    RAPGO_ICALL("System.Environment::internalGetHome", home),
    RAPGO_ICALL("System.Environment::FailFast", fail_fast),
    RAPGO_ICALL("System.DateTime::GetSystemTimeAsFileTime", utc_now),
    RAPGO_ICALL("System.DateTime::GetTimeMonotonic", monotonic_100ns),
    RAPGO_ICALL("System.Diagnostics.Stopwatch::GetTimestamp", monotonic_100ns),
    RAPGO_ICALL("System.Threading.Timer::GetTimeMonotonic", monotonic_100ns),
    RAPGO_ICALL("System.AppDomain::getCurDomain", domain),
    RAPGO_ICALL("System.AppDomain::getRootDomain", domain),
    RAPGO_ICALL("System.AppDomain::getSetup", setup),
    RAPGO_ICALL("System.AppDomain::getDomainID", domain_id),
    RAPGO_ICALL("System.AppDomain::getFriendlyName", friendly_name),
    RAPGO_ICALL("System.AppDomain::GetData", get_data),
    RAPGO_ICALL("System.AppDomain::ExecuteAssembly", execute_assembly),
    RAPGO_ICALL("System.AppDomain::DoUnhandledException", do_unhandled),
    RAPGO_ICALL("System.AppDomain::SetData", set_data),
    RAPGO_ICALL("System.AppDomain::GetAssemblies", assemblies),
    RAPGO_ICALL("System.AppDomain::InternalGetContext", the_context),
    RAPGO_ICALL("System.AppDomain::InternalGetDefaultContext", the_context),
    RAPGO_ICALL("System.AppDomain::InternalIsFinalizingForUnload", is_default_finalizing),
    RAPGO_ICALL("System.Text.EncodingHelper::InternalCodePage", internal_code_page),
    RAPGO_ICALL("Mono.Runtime::GetDisplayName", display_name),
};
const calls::IcallEntry kExit = {"System.Environment::Exit", reinterpret_cast<void*>(&do_exit), false};

}  // namespace

void register_environment() {
  calls::register_icalls(kEntries);
  calls::register_icall(kExit.name, kExit.function);
}

}  // namespace rapgo::run::classlib
