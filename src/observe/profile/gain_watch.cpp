#include "observe/profile/gain_watch.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <utility>

namespace rapgo::observe {

namespace {
constexpr size_t kRecent = 1024;             // samples kept for "before": about a second
constexpr size_t kChanges = 64;
constexpr size_t kWatches = 16;
constexpr double kFew = 20;                  // samples below which a ratio says nothing
constexpr double kEnough = 600;              // and beyond which more would say little more
constexpr double kMatters = 0.1;             // a method with so large a share disturbs a measurement when it is replaced
constexpr uint64_t kSettle = 2'000'000;      // activations that began in the old version come to their end
constexpr uint64_t kPatience = 10'000'000'000;

// Each method on the stack once.
template <class Visit>
void for_each_method(const loop::Sample& s, const Visit& visit) {
  for (int i = 0; i < s.frame_count; i++) {
    const auto same = [&](const loop::SampleFrame& f) { return f.method == s.frames[i].method; };
    if (std::none_of(s.frames, s.frames + i, same)) visit(s.frames[i].method);
  }
}

bool has(const loop::Sample& s, loop::MethodId method) {
  for (int i = 0; i < s.frame_count; i++)
    if (s.frames[i].method == method.value) return true;
  return false;
}

double weight_of(const loop::Sample& s) { return s.weight ? s.weight : 1; }
}  // namespace

// The outermost activation counts: what a method's own recursion costs is its own.
GainWatch::Side GainWatch::side(const loop::Sample& s, loop::MethodId method, loop::MethodId yardstick, int* frame) {
  bool inside_yardstick = yardstick.value == 0;
  for (int i = s.frame_count - 1; i >= 0; i--) {
    if (inside_yardstick && s.frames[i].method == method.value) {
      *frame = i;
      return Side::In;
    }
    inside_yardstick |= s.frames[i].method == yardstick.value;
  }
  return inside_yardstick && s.frame_count ? Side::Out : Side::Neither;
}

void GainWatch::add(const loop::Sample& sample) {
  recent_.push_back(sample);
  if (recent_.size() > kRecent) recent_.pop_front();
  for (size_t i = 0; i < watches_.size();) {
    Watch& w = watches_[i];
    const char* why_not = nullptr;
    bool enough = false;
    if (sample.time_ns > w.since_ns + kSettle) {
      int frame = 0;
      const Side where = side(sample, w.method, w.yardstick, &frame);
      if (where == Side::Out) w.out_after += weight_of(sample);
      else if (where == Side::In) (sample.frames[frame].version == w.version.value ? w.in_after : w.in_old) += weight_of(sample);
      const double before = w.in_before + w.out_before, after = w.in_after + w.out_after;
      enough = after >= std::clamp(before, 5 * kFew, kEnough) && w.out_after >= kFew;
      if (w.in_old > kFew && w.in_old > 0.2 * after) why_not = "activations of the old version go on";
      else if (sample.time_ns > w.since_ns + kPatience) why_not = "too few samples";
    }
    if (!enough && !why_not) {
      i++;
      continue;
    }
    finish(w, why_not);
    watches_.erase(watches_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// Samples from before a change of something that matters cannot be compared with those after it.
uint64_t GainWatch::quiet_since(uint64_t now_ns) const {
  std::map<uint32_t, double> with;  // in the samples since the change that is looked at
  double all = 0;
  auto s = recent_.rbegin();
  for (auto change = changes_.rbegin(); change != changes_.rend(); ++change) {
    for (; s != recent_.rend() && s->time_ns > change->time_ns; ++s) {
      if (s->time_ns > now_ns) continue;
      all += weight_of(*s);
      for_each_method(*s, [&](uint32_t method) { with[method] += weight_of(*s); });
    }
    if (all > 0 && with[change->method.value] >= kMatters * all) return change->time_ns + kSettle;
  }
  return 0;
}

void GainWatch::start(loop::MethodId method, loop::VersionId version, uint64_t now_ns) {
  const uint64_t since = quiet_since(now_ns);
  std::vector<const loop::Sample*> before;
  std::set<uint32_t> threads;
  for (const auto& s : recent_) {
    if (s.time_ns < since || s.time_ns > now_ns || s.frame_count == 0) continue;
    before.push_back(&s);
    if (has(s, method)) threads.insert(s.thread);
  }
  std::erase_if(before, [&](const loop::Sample* s) { return !threads.contains(s->thread); });

  // The nearest caller that does enough besides; in the end everything else that its threads do.
  Watch w{.method = method, .version = version, .yardstick = {}, .since_ns = now_ns, .shares = {}};
  loop::MethodId inner = method;
  for (bool last = false; !last;) {
    std::map<uint32_t, double> callers;
    double all = 0;
    for (const auto* s : before)
      for (int i = s->frame_count - 1; i >= 0; i--)
        if (s->frames[i].method == inner.value) {
          all += weight_of(*s);
          if (i + 1 < s->frame_count) callers[s->frames[i + 1].method] += weight_of(*s);
          break;
        }
    auto most = std::max_element(callers.begin(), callers.end(), [](auto& a, auto& b) { return a.second < b.second; });
    last = most == callers.end() || most->second < 0.6 * all;
    w.yardstick = last ? loop::MethodId{} : loop::MethodId{most->first};
    inner = w.yardstick;
    w.in_before = w.out_before = 0;
    w.shares.clear();
    for (const auto* s : before) {
      int frame = 0;
      const Side where = side(*s, method, w.yardstick, &frame);
      if (where == Side::Neither) continue;
      (where == Side::In ? w.in_before : w.out_before) += weight_of(*s);
      for_each_method(*s, [&](uint32_t id) { w.shares[id] += weight_of(*s); });
    }
    if (w.out_before >= kFew) break;
  }
  if (w.in_before < kFew) return finish(w, "too few samples before");
  if (w.out_before < kFew) return finish(w, "nothing beside it to measure it by");
  for (auto& [id, share] : w.shares) share /= w.in_before + w.out_before;
  if (watches_.size() >= kWatches) {
    finish(watches_.front(), "too many measurements at once");
    watches_.erase(watches_.begin());
  }
  watches_.push_back(std::move(w));
}

void GainWatch::replaced(loop::MethodId method, loop::VersionId version, uint64_t now_ns) {
  for (size_t i = 0; i < watches_.size();) {
    auto share = watches_[i].shares.find(method.value);
    if (watches_[i].method != method && (share == watches_[i].shares.end() || share->second < kMatters)) {
      i++;
      continue;
    }
    finish(watches_[i], "something that matters was replaced meanwhile");
    watches_.erase(watches_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  start(method, version, now_ns);
  changes_.push_back({method, now_ns});
  if (changes_.size() > kChanges) changes_.pop_front();
}

void GainWatch::finish(const Watch& w, const char* why_not) {
  Gain g{.method = w.method, .version = w.version, .measured = why_not == nullptr, .why_not = why_not ? why_not : ""};
  if (g.measured) {
    const double in_after = std::max(w.in_after, 0.5);  // it may be too fast to be seen
    g.before = w.in_before / w.out_before;
    g.after = in_after / w.out_after;
    g.error = std::sqrt(1 / w.in_before + 1 / w.out_before + 1 / in_after + 1 / w.out_after);
  }
  done_.push_back(g);
}

std::vector<GainWatch::Gain> GainWatch::take() { return std::exchange(done_, {}); }

}  // namespace rapgo::observe
