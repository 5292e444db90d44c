#include "run/classlib/classlib.h"

namespace rapgo::run::classlib {

void register_all() {
  register_core();
  register_arrays();
  register_strings();
  register_environment();
  register_io();
  register_console();
  register_files();
  register_globalization();
  register_math();
  register_reflection();
  register_types();
  register_threading();
  register_waits();
  register_thread_pool();
  register_exceptions();
  register_delegates();
  register_async_calls();
  register_dynamic_methods();
  register_marshal();
  register_processes();
  register_attribute_builder();
  register_sockets();
  register_dns();
  register_memory_maps();
  register_system_facts();
  register_file_versions();
  register_performance_counters();
  register_misc();
  register_variable_arguments();
  register_numbers();
}

}  // namespace rapgo::run::classlib
