#include "run/classlib/boot.h"

#include <cstdlib>

#include "gc/binding/api.h"
#include "run/calls/class_init.h"
#include "run/calls/invoke.h"
#include "run/classlib/objects.h"
#include "run/classlib/threads.h"
#include "run/stack/border.h"
#include "run/stack/throw.h"
#include "run/threads/binding.h"
#include "run/threads/thread.h"

namespace rapgo::run::classlib {

using load::types::Loader;

static Object *domain, *context;
static Application app;
static int32_t environment_exit_code;

int32_t& exit_code() { return environment_exit_code; }
const Application& application() { return app; }

static constinit const FieldOffset kApplicationBase("System", "AppDomainSetup", "application_base"), kConfiguration("System", "AppDomainSetup", "configuration_file"),
    kApplicationName("System", "AppDomainSetup", "application_name"), kUnhandled("System", "AppDomain", "UnhandledException"),
    kProcessExit("System", "AppDomain", "ProcessExit");
static Object* domain_setup;

void boot(const Application& application) {
  app = application;
  Loader& loader = Loader::get();
  const auto& types = loader.types();
  threads::register_root(&domain);
  threads::register_root(&context);
  threads::register_root(&domain_setup);

  // String has no static constructor: the runtime provides String.Empty.
  if (Field* empty = types.string->find_field("Empty")) {
    types.string->head();
    abi::String* text = calls::intern(calls::new_string(u"", 0));
    *reinterpret_cast<Object**>(types.string->statics() + empty->offset()) = text;
  }
  gc::set_ephemeron_tombstone(gc::alloc_frozen_object(types.object->head()));
  domain = calls::new_object(loader.corlib_type("System", "AppDomain"));
  domain_setup = calls::new_object(loader.corlib_type("System", "AppDomainSetup"));
  const size_t slash = app.path.rfind('/');
  kApplicationBase.set(domain_setup, calls::new_string(app.path.substr(0, slash + 1).c_str()));
  kConfiguration.set(domain_setup, calls::new_string((app.path + ".config").c_str()));
  kApplicationName.set(domain_setup, calls::new_string(app.path.substr(slash + 1).c_str()));
  context = calls::new_object(loader.corlib_type("System.Runtime.Remoting.Contexts", "Context"));
  gc::suppress_finalize(context);
  attach_main_thread();
  stack::preallocate_exceptions();
  watch_assemblies();
}

Object* current_domain() { return domain; }
Object* current_context() { return context; }
Object* application_setup() { return domain_setup; }

static void call_handler(Object* handler, Object* sender, Object* arguments) {
  calls::invoke<void>(stack_type(handler)->find_method("Invoke"), handler, sender, arguments);
}

void process_exit() {
  try {
    if (Object* handler = kProcessExit.ref(domain)) call_handler(handler, domain, nullptr);
  } catch (const ManagedException& e) {
    stack::report_unhandled(e.object());
  }
}

// true: there were some.
static bool run_unhandled_handlers(Object* exception) {
  try {
    Object* handler = kUnhandled.ref(domain);
    if (!handler) return false;
    Type* type = Loader::get().corlib_type("System", "UnhandledExceptionEventArgs");
    Object* args = calls::new_object(type);
    calls::ensure_initialized(type);
    calls::invoke<void>(type->find_method(".ctor", 2), args, exception, true);
    call_handler(handler, domain, args);
  } catch (const ManagedException& e) {
    stack::report_unhandled(e.object());
  }
  return true;
}

void (*on_death)(int) = nullptr;

void die_of(Object* exception) {
  const int status = stack::report_unhandled(exception, run_unhandled_handlers(exception));
  if (on_death) on_death(status);
  std::_Exit(status);
}

}  // namespace rapgo::run::classlib
