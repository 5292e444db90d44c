#pragma once
// A runtime for the collector's tests: threads that stop cooperatively, explicit stacks, made-up types.
//
// A test thread calls attach(), keeps references in its MockThread (conservative words or precise slots), and is stopped at the
// marked points of gc's own functions or poll(). Native stacks are scanned only where scan_own_stack is set (collecting thread).
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "abi/thread_state.h"
#include "gc/binding/binding.h"

namespace rapgo::gc {

struct MockThread {
  std::deque<uint64_t> words;    // conservative
  std::deque<Object*> slots;     // precise
  ThreadState* state = nullptr;
  bool native = false;           // as in Mode::Native: does not keep anyone from stopping the world
  const void* stack_high = nullptr;
};

class MockBinding : public Binding {
 public:
  // Makes the calling thread known to gc and to this binding; detach() before it ends.
  MockThread& attach();
  void detach();
  static MockThread& self();
  int fork_stopped();  // fork(), with the world stopped meanwhile
  void enter_native();
  void leave_native();

  void stop_world() override;
  void resume_world() override;
  void poll() override;
  void visit_conservative(ConservativeRoots&, const void* own_sp) override;
  void visit_precise(PreciseRoots&) override;
  void visit_weak(Survivors& s) override {
    if (on_weak) on_weak(s);
  }
  bool is_finalized_late(const TypeHead* head) override { return head == late; }
  void finalizers_ready() override { finalizer_notices++; }

  const TypeHead* late = nullptr;

  bool scan_own_stack = false;
  struct Mapped {
    void* base;
    const GcMap* map;
  };
  std::vector<Mapped> statics;
  std::function<void(Survivors&)> on_weak;
  int finalizer_notices = 0, stops = 0;

 private:
  void wake();
  void wait_while_stopping(std::unique_lock<std::mutex>&);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<MockThread*> threads_;
  MockThread* stopper_ = nullptr;
  size_t stopped_ = 0;
  bool forked_ = false;
};

// Types for tests, at addresses of 32 bits. Never freed.
namespace mock {
// An instance of `words` 8-byte words behind the header, references at these word numbers (from 0, ascending).
TypeHead* object_type(uint32_t words, std::vector<uint32_t> references, uint32_t flags = 0);
TypeHead* ref_vector_type();
TypeHead* plain_vector_type(uint32_t element_size);
TypeHead* struct_vector_type(uint32_t element_words, std::vector<uint32_t> references);
TypeHead* ref_matrix_type();
TypeHead* string_type();
const GcMap* map(uint32_t base_offset, std::vector<uint32_t> references);
}  // namespace mock

}  // namespace rapgo::gc
