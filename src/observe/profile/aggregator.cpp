#include "observe/profile/aggregator.h"

#include <algorithm>
#include <cmath>

namespace rapgo::observe {

static constexpr size_t kMaxNodes = 1 << 16;  // beyond this contexts are cut, methods still counted

uint32_t Aggregator::child(uint32_t parent, loop::MethodId method, uint32_t call_il) {
  for (uint32_t c : nodes_[parent].children)
    if (nodes_[c].method == method && nodes_[c].call_il == call_il) return c;
  if (nodes_.size() >= kMaxNodes) return parent;
  const auto made = static_cast<uint32_t>(nodes_.size());
  nodes_.push_back({method, call_il, 0, {}});
  nodes_[parent].children.push_back(made);
  return made;
}

void Aggregator::add(const loop::Sample& sample) {
  decay_to(sample.time_ns);
  const double weight = sample.weight ? sample.weight : 1;
  total_ += weight;
  if (sample.frame_count == 0) return;
  const loop::SampleFrame& top = sample.frames[0];
  const loop::MethodId method{top.method};
  loop::MethodProfile& m = methods_[method];
  recent_total_ = recent_total_ * 0.98 + weight;
  recent_new_ *= 0.98;
  if (m.samples < 2) recent_new_ += weight;
  m.samples += weight;
  m.hot_il[top.il_offset] += weight;
  touched_[method] = {method, m.samples, top.il_offset, top.version, sample.thread};

  uint32_t node = 0, call_il = 0;
  for (int i = sample.frame_count - 1; i >= 0; i--) {
    node = child(node, {sample.frames[i].method}, call_il);
    call_il = sample.frames[i].il_offset;
  }
  nodes_[node].self += weight;
}

void Aggregator::decay_to(uint64_t now_ns) {
  if (last_decay_ns_ == 0) last_decay_ns_ = now_ns;
  const double passed = static_cast<double>(now_ns) - static_cast<double>(last_decay_ns_);
  if (passed < half_life_ns_ / 8) return;
  last_decay_ns_ = now_ns;
  const double keep = std::exp2(-passed / half_life_ns_);
  total_ *= keep;
  for (auto& [id, m] : methods_) {
    m.samples *= keep;
    for (auto it = m.hot_il.begin(); it != m.hot_il.end();)
      it = (it->second *= keep) < 0.01 ? m.hot_il.erase(it) : std::next(it);
  }
  for (ContextNode& n : nodes_) n.self *= keep;
}

static void add_histogram(loop::TypeHistogram& to, const loop::TypeHistogram& from, double weight) {
  for (const auto& row : from.rows) {
    const auto count = static_cast<uint64_t>(static_cast<double>(row.count) * weight);
    auto it = std::find_if(to.rows.begin(), to.rows.end(), [&](auto& r) { return r.id == row.id; });
    if (it != to.rows.end()) it->count += count;
    else to.rows.push_back({row.id, count});
  }
  to.other += static_cast<uint64_t>(static_cast<double>(from.other) * weight);
  std::stable_sort(to.rows.begin(), to.rows.end(), [](auto& a, auto& b) { return a.count > b.count; });
}

void Aggregator::merge(loop::MethodId method, const loop::MethodProfile& counts, double weight) {
  loop::MethodProfile& m = methods_[method];
  auto scale = [&](uint64_t n) { return static_cast<uint64_t>(static_cast<double>(n) * weight); };
  for (auto& [k, n] : counts.edges) m.edges[k] += scale(n);
  for (auto& [k, n] : counts.blocks) m.blocks[k] += scale(n);
  for (auto& [k, h] : counts.receivers) add_histogram(m.receivers[k], h, weight);
  for (auto& [k, h] : counts.targets) add_histogram(m.targets[k], h, weight);
  for (auto& [k, n] : counts.exits) m.exits[k] += scale(n);
  m.probed |= counts.probed;
}

void Aggregator::count_exit(loop::MethodId method, uint32_t il) { methods_[method].exits[il]++; }

std::shared_ptr<const loop::Profile> Aggregator::snapshot() {
  auto p = std::make_shared<loop::Profile>();
  p->epoch = ++epoch_;
  p->methods = methods_;
  return p;
}

std::vector<Aggregator::Hot> Aggregator::hottest(size_t most) {
  std::vector<Hot> list;
  for (auto& [id, h] : touched_) {
    h.samples = methods_[id].samples;
    list.push_back(h);
  }
  touched_.clear();
  std::sort(list.begin(), list.end(), [](const Hot& a, const Hot& b) { return a.samples > b.samples; });
  if (list.size() > most) list.resize(most);
  return list;
}

}  // namespace rapgo::observe
