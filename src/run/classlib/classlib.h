// The internal calls of the class library, one file per managed type family.
#pragma once

namespace rapgo::run::classlib {

// Registers all of them. Before managed code runs.
void register_all();

// One per family; each knows its own types only.
void register_core();           // Object, ValueType, GC, RuntimeHelpers, Buffer, Marshal
void register_arrays();
void register_strings();
void register_environment();    // Environment, AppDomain
void register_io();             // MonoIO
void register_console();        // the terminal
void register_files();          // MonoIO: attributes, times, locks, pipes
void register_globalization();
void register_math();
void register_reflection();
void register_types();          // RuntimeType, RuntimeTypeHandle, Enum
void register_threading();
void register_waits();          // events, mutexes, semaphores; after register_threading
void register_thread_pool();
void register_exceptions();     // stack traces
void register_delegates();
void register_async_calls();    // BeginInvoke, EndInvoke
void register_dynamic_methods();
void register_marshal();        // Marshal
void register_processes();      // System.Diagnostics.Process
void register_attribute_builder();  // CustomAttributeBuilder
void register_sockets();        // System.Net.Sockets
void register_dns();
void register_memory_maps();
void register_system_facts();   // drives, users, key folders, process data
void register_performance_counters();
void register_file_versions();  // FileVersionInfo
void register_misc();           // small classes with an internal call or two
void register_variable_arguments();  // ArgIterator
void register_numbers();        // digits of floating-point numbers

}  // namespace rapgo::run::classlib
