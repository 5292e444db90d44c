#include "run/calls/class_init.h"

#include <condition_variable>
#include <mutex>
#include <unordered_map>

#include "gc/binding/handle.h"
#include "load/types/loader.h"
#include "run/calls/invoke.h"
#include "run/stack/abort.h"
#include "run/stack/call.h"
#include "run/stack/throw.h"
#include "run/threads/thread.h"

namespace rapgo::run::calls {

using load::types::Type;
using stack::ManagedException;
using threads::Thread;

namespace {

enum State : uint32_t { kUntouched = 0, kRunning = 1, kDone = 2, kFailed = 3 };

struct Table {
  std::mutex lock;  // guards init_state and init_owner of all types, and what follows; no marked point inside
  std::condition_variable changed;
  std::unordered_map<Thread*, Type*> waiting;  // who waits for which type
  std::unordered_map<Type*, gc::Handle> failures;
};
Table& table() {
  static auto* t = new Table;
  return *t;
}

// Would waiting for `type` close a circle of waiters that ends in `self`?
bool would_deadlock(const Table& t, Type* type, Thread* self) {
  for (;;) {
    auto* owner = static_cast<Thread*>(type->init_owner);
    if (owner == self) return true;
    const auto next = t.waiting.find(owner);
    if (next == t.waiting.end()) return false;
    type = next->second;
  }
}

void finish(Type* type, State state) {
  Table& t = table();
  {
    std::lock_guard hold(t.lock);
    if (state == kDone) __atomic_fetch_or(&type->head()->flags, static_cast<uint32_t>(abi::kIsInitialized), __ATOMIC_RELEASE);
    type->init_owner = nullptr;
    __atomic_store_n(&type->init_state, static_cast<uint32_t>(state), __ATOMIC_RELEASE);
  }
  t.changed.notify_all();
}

abi::Object* wrap(Type* type, abi::Object* inner) {
  auto& loader = load::types::Loader::get();
  Type* wrapper = loader.corlib_type("System", "TypeInitializationException");
  Type* params[] = {loader.types().string, loader.types().exception};
  auto* constructor = wrapper->find_method(".ctor", std::span<Type* const>(params));
  abi::Object* object = new_object(wrapper);
  if (!constructor) return object;
  // Without enclosing types, as Mono names it.
  abi::String* name = new_string((type->name_space.empty() ? std::string(type->name) : std::string(type->name_space) + "." + std::string(type->name)).c_str());
  const void* args[] = {&object, &name, &inner};
  stack::call_managed(constructor, args, nullptr);
  return object;
}

[[noreturn]] void throw_failure(Type* type) {
  abi::Object* exception;
  {
    std::lock_guard hold(table().lock);
    exception = table().failures[type].get();
  }
  stack::forget_trace(exception);
  throw ManagedException(exception);
}

void run(Type* type) {
  try {
    if (load::types::Method* initializer = type->static_constructor()) stack::call_managed(initializer, nullptr, nullptr);
  } catch (const ManagedException& e) {
    abi::Object* wrapped = e.object();
    try {
      stack::AbortShield shield;  // an abort that was put off must not get in between
      wrapped = wrap(type, e.object());
    } catch (const ManagedException&) {  // no room for the wrapper: the cause itself
    }
    gc::Handle kept(wrapped);
    {
      std::lock_guard hold(table().lock);
      table().failures[type] = std::move(kept);
    }
    finish(type, kFailed);
    throw ManagedException(wrapped);
  } catch (...) {
    finish(type, kUntouched);
    throw;
  }
  finish(type, kDone);
  stack::remind_of_abort();  // it was put off
  if (on_class_initialized) on_class_initialized(type);
}

}  // namespace

void (*on_class_initialized)(Type*) = nullptr;

void ensure_initialized(Type* type) {
  if (type->is_initialized()) return;
  type->head();  // complete before the lock is taken
  Table& t = table();
  Thread* self = threads::current_thread();
  {
    std::unique_lock hold(t.lock);
    for (;;) {
      if (type->init_state == kDone || type->is_initialized()) return;
      if (type->init_state == kFailed) {
        hold.unlock();
        throw_failure(type);
      }
      if (type->init_state == kUntouched) break;
      if (would_deadlock(t, type, self)) return;
      t.waiting[self] = type;
      hold.unlock();
      {
        threads::NativeScope native;
        hold.lock();
        t.changed.wait(hold, [&] { return type->init_state != kRunning || would_deadlock(t, type, self); });
        t.waiting.erase(self);
        hold.unlock();
      }
      hold.lock();
    }
    type->init_state = kRunning;
    type->init_owner = self;
  }
  run(type);
}

}  // namespace rapgo::run::calls
