#include "../twin.h"
#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

namespace strength {  // smaller is stronger
constexpr int kRequired = 0, kPreferred = 2, kDefault = 4, kWeakest = 6;
}

class Constraint;
class Planner;

struct Variable {
  int value, mark = 0, walk_strength = strength::kWeakest;
  Constraint* determined_by = nullptr;
  bool stay = true;
  std::vector<Constraint*> constraints;
  explicit Variable(int v) : value(v) {}
  void remove(Constraint* c) {
    auto at = std::find(constraints.begin(), constraints.end(), c);
    if (at != constraints.end()) constraints.erase(at);
  }
};

class Constraint {
 public:
  const int power;
  explicit Constraint(int p) : power(p) {}
  virtual ~Constraint() = default;
  virtual bool is_satisfied() const = 0;
  virtual void add_to_graph() = 0;
  virtual void remove_from_graph() = 0;
  virtual void choose_method(int mark) = 0;
  virtual void mark_inputs(int mark) = 0;
  virtual bool inputs_known(int mark) const = 0;
  virtual Variable* output() const = 0;
  virtual void mark_unsatisfied() = 0;
  virtual void recalculate() = 0;
  virtual void execute() = 0;
  virtual bool is_input() const { return false; }
  Constraint* satisfy(int mark, Planner& planner);
  void add(Planner& planner);
  void destroy(Planner& planner);
};

class Planner {
 public:
  // Owns the constraints and variables of one round.
  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    auto owned = std::make_unique<T>(std::forward<Arguments>(arguments)...);
    T* c = owned.get();
    owned_.push_back(std::move(owned));
    c->add(*this);
    return c;
  }

  void incremental_add(Constraint* c) {
    const int m = ++mark_;
    for (Constraint* overridden = c->satisfy(m, *this); overridden != nullptr;) overridden = overridden->satisfy(m, *this);
  }

  void incremental_remove(Constraint* c) {
    Variable* output = c->output();
    c->mark_unsatisfied();
    c->remove_from_graph();
    const std::vector<Constraint*> unsatisfied = remove_propagate(output);
    for (int s = strength::kRequired; s <= strength::kWeakest; s++)
      for (Constraint* u : unsatisfied) if (u->power == s) incremental_add(u);
  }

  bool add_propagate(Constraint* c, int m) {
    std::vector<Constraint*> todo{c};
    while (!todo.empty()) {
      Constraint* d = todo.back();
      todo.pop_back();
      if (d->output()->mark == m) { incremental_remove(c); return false; }
      d->recalculate();
      add_consumers(d->output(), todo);
    }
    return true;
  }

  std::vector<Constraint*> extract_plan(const std::vector<Constraint*>& sources) {
    const int m = ++mark_;
    std::vector<Constraint*> plan, todo;
    for (Constraint* c : sources) if (c->is_input() && c->is_satisfied()) todo.push_back(c);
    while (!todo.empty()) {
      Constraint* c = todo.back();
      todo.pop_back();
      if (c->output()->mark == m || !c->inputs_known(m)) continue;
      plan.push_back(c);
      c->output()->mark = m;
      add_consumers(c->output(), todo);
    }
    return plan;
  }

 private:
  static void add_consumers(Variable* v, std::vector<Constraint*>& list) {
    Constraint* determining = v->determined_by;
    for (Constraint* c : v->constraints) if (c != determining && c->is_satisfied()) list.push_back(c);
  }

  static std::vector<Constraint*> remove_propagate(Variable* output) {
    output->determined_by = nullptr;
    output->walk_strength = strength::kWeakest;
    output->stay = true;
    std::vector<Constraint*> unsatisfied;
    std::vector<Variable*> todo{output};
    while (!todo.empty()) {
      Variable* v = todo.back();
      todo.pop_back();
      for (Constraint* c : v->constraints) if (!c->is_satisfied()) unsatisfied.push_back(c);
      Constraint* determining = v->determined_by;
      for (Constraint* next : v->constraints)
        if (next != determining && next->is_satisfied()) { next->recalculate(); todo.push_back(next->output()); }
    }
    return unsatisfied;
  }

  int mark_ = 0;
  std::vector<std::unique_ptr<Constraint>> owned_;
};

Constraint* Constraint::satisfy(int mark, Planner& planner) {
  choose_method(mark);
  if (!is_satisfied()) {
    if (power == strength::kRequired) throw std::logic_error("a required constraint cannot be satisfied");
    return nullptr;
  }
  mark_inputs(mark);
  Variable* out = output();
  Constraint* overridden = out->determined_by;
  if (overridden != nullptr) overridden->mark_unsatisfied();
  out->determined_by = this;
  if (!planner.add_propagate(this, mark)) throw std::logic_error("cycle");
  out->mark = mark;
  return overridden;
}

void Constraint::add(Planner& planner) {
  add_to_graph();
  planner.incremental_add(this);
}

void Constraint::destroy(Planner& planner) {
  if (is_satisfied()) planner.incremental_remove(this);
  remove_from_graph();
}

class Unary : public Constraint {
 public:
  Unary(Variable* output, int power) : Constraint(power), output_(output) {}
  bool is_satisfied() const override { return satisfied_; }
  void add_to_graph() override { output_->constraints.push_back(this); satisfied_ = false; }
  void remove_from_graph() override { output_->remove(this); satisfied_ = false; }
  void choose_method(int mark) override { satisfied_ = output_->mark != mark && power < output_->walk_strength; }
  void mark_inputs(int) override {}
  bool inputs_known(int) const override { return true; }
  Variable* output() const override { return output_; }
  void mark_unsatisfied() override { satisfied_ = false; }
  void recalculate() override {
    output_->walk_strength = power;
    output_->stay = !is_input();
    if (output_->stay) execute();
  }

 private:
  Variable* const output_;
  bool satisfied_ = false;
};

class StayConstraint final : public Unary {
 public:
  using Unary::Unary;
  void execute() override {}
};

class EditConstraint final : public Unary {
 public:
  using Unary::Unary;
  bool is_input() const override { return true; }
  void execute() override {}
};

class Binary : public Constraint {
 public:
  Binary(Variable* first, Variable* second, int power) : Constraint(power), first_(first), second_(second) {}
  bool is_satisfied() const override { return direction_ != 0; }
  void add_to_graph() override { first_->constraints.push_back(this); second_->constraints.push_back(this); direction_ = 0; }
  void remove_from_graph() override { first_->remove(this); second_->remove(this); direction_ = 0; }
  Variable* output() const override { return direction_ > 0 ? second_ : first_; }
  void mark_inputs(int mark) override { input()->mark = mark; }
  void mark_unsatisfied() override { direction_ = 0; }

  void choose_method(int mark) override {
    if (first_->mark == mark) {
      direction_ = second_->mark != mark && power < second_->walk_strength ? 1 : 0;
    } else if (second_->mark == mark) {
      direction_ = power < first_->walk_strength ? -1 : 0;
    } else if (first_->walk_strength > second_->walk_strength) {
      direction_ = power < first_->walk_strength ? -1 : 0;
    } else {
      direction_ = power < second_->walk_strength ? 1 : 0;
    }
  }

  bool inputs_known(int mark) const override {
    Variable* in = input();
    return in->mark == mark || in->stay || in->determined_by == nullptr;
  }

  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walk_strength = std::max(power, in->walk_strength);
    out->stay = in->stay;
    if (out->stay) execute();
  }

 protected:
  Variable* input() const { return direction_ > 0 ? first_ : second_; }
  Variable *const first_, *const second_;
  int direction_ = 0;
};

class EqualConstraint final : public Binary {
 public:
  using Binary::Binary;
  void execute() override { output()->value = input()->value; }
};

class ScaleConstraint final : public Binary {
 public:
  ScaleConstraint(Variable* from, Variable* scale, Variable* offset, Variable* to, int power)
      : Binary(from, to, power), scale_(scale), offset_(offset) {}
  void add_to_graph() override { Binary::add_to_graph(); scale_->constraints.push_back(this); offset_->constraints.push_back(this); }
  void remove_from_graph() override { Binary::remove_from_graph(); scale_->remove(this); offset_->remove(this); }
  void mark_inputs(int mark) override { Binary::mark_inputs(mark); scale_->mark = offset_->mark = mark; }
  void execute() override {
    if (direction_ > 0) second_->value = first_->value * scale_->value + offset_->value;
    else first_->value = (second_->value - offset_->value) / scale_->value;
  }
  void recalculate() override {
    Variable *in = input(), *out = output();
    out->walk_strength = std::max(power, in->walk_strength);
    out->stay = in->stay && scale_->stay && offset_->stay;
    if (out->stay) execute();
  }

 private:
  Variable *const scale_, *const offset_;
};

static void change(Planner& planner, Variable* v, int value) {
  auto* edit = planner.make<EditConstraint>(v, strength::kPreferred);
  const std::vector<Constraint*> plan = planner.extract_plan({edit});
  for (int i = 0; i < 10; i++) {
    v->value = value + i;
    for (Constraint* c : plan) c->execute();
  }
  edit->destroy(planner);
}

static uint64_t chain(int n, int round) {
  std::vector<std::unique_ptr<Variable>> variables;
  Planner planner;
  for (int i = 0; i <= n; i++) variables.push_back(std::make_unique<Variable>(0));
  for (int i = 0; i < n; i++) planner.make<EqualConstraint>(variables[i].get(), variables[i + 1].get(), strength::kRequired);
  planner.make<StayConstraint>(variables[n].get(), strength::kDefault);
  auto* edit = planner.make<EditConstraint>(variables[0].get(), strength::kPreferred);
  const std::vector<Constraint*> plan = planner.extract_plan({edit});
  uint64_t sum = plan.size();
  for (int i = 0; i < 20; i++) {
    variables[0]->value = round + i;
    for (Constraint* c : plan) c->execute();
    sum = sum * 31 + static_cast<uint64_t>(variables[n]->value);
  }
  edit->destroy(planner);
  return sum;
}

static uint64_t projection(int n, int round) {
  std::vector<std::unique_ptr<Variable>> variables;
  Planner planner;
  auto make = [&](int value) { variables.push_back(std::make_unique<Variable>(value)); return variables.back().get(); };
  Variable *scale = make(10), *offset = make(1000 + round % 5), *from = nullptr, *to = nullptr;
  std::vector<Variable*> targets;
  for (int i = 0; i < n; i++) {
    from = make(i);
    to = make(i);
    targets.push_back(to);
    planner.make<StayConstraint>(from, strength::kDefault);
    planner.make<ScaleConstraint>(from, scale, offset, to, strength::kRequired);
  }
  uint64_t sum = 0;
  change(planner, from, 17);
  sum = sum * 31 + static_cast<uint64_t>(to->value);
  change(planner, to, 1050);
  sum = sum * 31 + static_cast<uint32_t>(from->value);
  change(planner, scale, 5);
  for (Variable* v : targets) sum = sum * 31 + static_cast<uint32_t>(v->value);
  change(planner, offset, 2000);
  for (Variable* v : targets) sum = sum * 31 + static_cast<uint32_t>(v->value);
  return sum;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    sum = sum * 31 + chain(100, r);
    sum = sum * 31 + projection(100, r);
  }
  return print_checksum(sum);
}
