#include "../twin.h"
#include <memory>
#include <vector>

struct Packet {
  Packet* link;
  int id, datum = 0;
  const int kind;
  std::vector<int> data = std::vector<int>(4);
  Packet(Packet* l, int i, int k) : link(l), id(i), kind(k) {}

  Packet* append_to(Packet* queue) {
    link = nullptr;
    if (queue == nullptr) return this;
    Packet* last = queue;
    while (last->link != nullptr) last = last->link;
    last->link = this;
    return queue;
  }
};

class Scheduler;
class TaskControl;

class Task {
 public:
  explicit Task(Scheduler& s) : scheduler(s) {}
  virtual ~Task() = default;
  virtual TaskControl* run(Packet* packet) = 0;

 protected:
  Scheduler& scheduler;
};

class TaskControl {
 public:
  static constexpr int kRunnable = 0, kHasPacket = 1, kSuspended = 2, kHeld = 4;
  TaskControl* const next;
  const int id, priority;
  std::unique_ptr<Task> body;

  TaskControl(TaskControl* n, int i, int p, Packet* queue) : next(n), id(i), priority(p), queue_(queue) {
    state_ = queue == nullptr ? kSuspended : kSuspended | kHasPacket;
  }
  void set_running() { state_ = kRunnable; }
  void release() { state_ &= ~kHeld; }
  void hold() { state_ |= kHeld; }
  void suspend() { state_ |= kSuspended; }
  bool blocked() const { return (state_ & kHeld) != 0 || state_ == kSuspended; }

  TaskControl* run() {
    Packet* packet = nullptr;
    if (state_ == (kSuspended | kHasPacket)) {
      packet = queue_;
      queue_ = packet->link;
      state_ = queue_ == nullptr ? kRunnable : kHasPacket;
    }
    return body->run(packet);
  }

  TaskControl* add(TaskControl* current, Packet* packet) {
    if (queue_ == nullptr) {
      queue_ = packet;
      state_ |= kHasPacket;
      if (priority > current->priority) return this;
    } else {
      queue_ = packet->append_to(queue_);
    }
    return current;
  }

 private:
  Packet* queue_;
  int state_;
};

class Scheduler {
 public:
  enum { kIdle, kWorker, kHandlerA, kHandlerB, kDeviceA, kDeviceB, kCount };
  enum { kDevicePacket, kWorkPacket };
  int queued = 0, holds = 0;

  void setup(int idle_count);

  void run() {
    current_ = list_;
    while (current_ != nullptr) {
      if (current_->blocked()) {
        current_ = current_->next;
      } else {
        current_id_ = current_->id;
        current_ = current_->run();
      }
    }
  }

  TaskControl* release(int id) {
    TaskControl* task = table_[id].get();
    task->release();
    return task->priority > current_->priority ? task : current_;
  }

  TaskControl* hold_current() {
    holds++;
    current_->hold();
    return current_->next;
  }

  TaskControl* suspend_current() {
    current_->suspend();
    return current_;
  }

  TaskControl* queue(Packet* packet) {
    TaskControl* target = table_[packet->id].get();
    queued++;
    packet->link = nullptr;
    packet->id = current_id_;
    return target->add(current_, packet);
  }

 private:
  TaskControl* add(int id, int priority, Packet* queue) {
    table_[id] = std::make_unique<TaskControl>(list_, id, priority, queue);
    return list_ = table_[id].get();
  }
  Packet* make(Packet* link, int id, int kind) {
    packets_.push_back(std::make_unique<Packet>(link, id, kind));
    return packets_.back().get();
  }

  std::unique_ptr<TaskControl> table_[kCount];
  std::vector<std::unique_ptr<Packet>> packets_;
  TaskControl *list_ = nullptr, *current_ = nullptr;
  int current_id_ = 0;
};

class IdleTask final : public Task {
 public:
  IdleTask(Scheduler& s, int seed, int count) : Task(s), seed_(seed), count_(count) {}
  TaskControl* run(Packet*) override {
    if (--count_ == 0) return scheduler.hold_current();
    if ((seed_ & 1) == 0) {
      seed_ >>= 1;
      return scheduler.release(Scheduler::kDeviceA);
    }
    seed_ = (seed_ >> 1) ^ 0xd008;
    return scheduler.release(Scheduler::kDeviceB);
  }

 private:
  int seed_, count_;
};

class DeviceTask final : public Task {
 public:
  using Task::Task;
  TaskControl* run(Packet* packet) override {
    if (packet != nullptr) {
      pending_ = packet;
      return scheduler.hold_current();
    }
    if (pending_ == nullptr) return scheduler.suspend_current();
    Packet* done = pending_;
    pending_ = nullptr;
    return scheduler.queue(done);
  }

 private:
  Packet* pending_ = nullptr;
};

class WorkerTask final : public Task {
 public:
  using Task::Task;
  TaskControl* run(Packet* packet) override {
    if (packet == nullptr) return scheduler.suspend_current();
    handler_ = Scheduler::kHandlerA + Scheduler::kHandlerB - handler_;
    packet->id = handler_;
    packet->datum = 0;
    for (int& v : packet->data) {
      if (++letter_ > 26) letter_ = 1;
      v = letter_;
    }
    return scheduler.queue(packet);
  }

 private:
  int handler_ = Scheduler::kHandlerA, letter_ = 0;
};

class HandlerTask final : public Task {
 public:
  using Task::Task;
  TaskControl* run(Packet* packet) override {
    if (packet != nullptr) {
      if (packet->kind == Scheduler::kWorkPacket) work_ = packet->append_to(work_);
      else devices_ = packet->append_to(devices_);
    }
    if (work_ != nullptr) {
      const int at = work_->datum;
      if (at >= static_cast<int>(work_->data.size())) {
        Packet* done = work_;
        work_ = work_->link;
        return scheduler.queue(done);
      }
      if (devices_ != nullptr) {
        Packet* device = devices_;
        devices_ = devices_->link;
        device->datum = work_->data[at];
        work_->datum = at + 1;
        return scheduler.queue(device);
      }
    }
    return scheduler.suspend_current();
  }

 private:
  Packet *work_ = nullptr, *devices_ = nullptr;
};

void Scheduler::setup(int idle_count) {
  TaskControl* idle = add(kIdle, 0, nullptr);
  idle->body = std::make_unique<IdleTask>(*this, 1, idle_count);
  idle->set_running();
  Packet* work = make(make(nullptr, kWorker, kWorkPacket), kWorker, kWorkPacket);
  add(kWorker, 1000, work)->body = std::make_unique<WorkerTask>(*this);
  Packet *a = nullptr, *b = nullptr;
  for (int i = 0; i < 3; i++) { a = make(a, kDeviceA, kDevicePacket); b = make(b, kDeviceB, kDevicePacket); }
  add(kHandlerA, 2000, a)->body = std::make_unique<HandlerTask>(*this);
  add(kHandlerB, 3000, b)->body = std::make_unique<HandlerTask>(*this);
  add(kDeviceA, 4000, nullptr)->body = std::make_unique<DeviceTask>(*this);
  add(kDeviceB, 5000, nullptr)->body = std::make_unique<DeviceTask>(*this);
}

int main(int argc, char** argv) {
  const int simulations = size_argument(argc, argv);
  uint64_t sum = 0;
  for (int i = 0; i < simulations; i++) {
    Scheduler scheduler;
    scheduler.setup(1000 + i % 7);
    scheduler.run();
    sum = sum * 31 + static_cast<uint64_t>(scheduler.queued * 10000ll + scheduler.holds);
  }
  return print_checksum(sum);
}
