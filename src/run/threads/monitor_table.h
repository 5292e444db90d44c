// Inflated monitors: a table of entries that are never freed, so that a stale index is always safe to look at.
// Private to run/threads. Thread safety: take/give lock inside; fields of a Monitor under its lock.
#pragma once
#include <atomic>
#include <cstdint>
#include <mutex>

#include "abi/object.h"

namespace rapgo::run::threads {

class Thread;

struct Waiter {
  Thread* thread;
  Waiter* next = nullptr;
  bool queued = false;
  bool notified = false;
};

struct WaiterQueue {
  Waiter *head = nullptr, *tail = nullptr;
  bool empty() const { return head == nullptr; }
  void push(Waiter* w);
  void push_front(Waiter* w);
  Waiter* pop();
  void remove(Waiter* w);
};

struct Monitor {
  std::mutex lock;         // held for a few instructions, never across a marked point
  abi::Object* object = nullptr;  // weak
  uint32_t index = 0;
  uint32_t owner = 0;      // thread_index
  uint32_t recursion = 0;
  uint32_t hash = 0;
  uint32_t calm = 0;       // exits in a row without anyone waiting
  WaiterQueue entering, waiting;
  Monitor* next_free = nullptr;
};

Monitor* take_monitor();        // a fresh one
void give_monitor(Monitor*);    // back to the free list; caller holds its lock or the world
Monitor* monitor_at(uint32_t index);
uint32_t monitor_limit();       // indexes below have entries

}  // namespace rapgo::run::threads
