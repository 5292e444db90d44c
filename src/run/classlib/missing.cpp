#include "run/classlib/missing.h"

#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "load/il/instruction.h"
#include "load/types/loader.h"
#include "run/calls/icall.h"

namespace rapgo::run::classlib {

namespace {

using load::types::Assembly;
using load::types::Body;
using load::types::LoadError;
using load::types::Method;
using load::types::Type;
namespace il = load::il;

// Works on definitions: what an instantiation calls, its definition calls too.
class Reach {
 public:
  void method(Method* m) {
    if (m->definition) m = m->definition;
    if (Type* d = m->declaring->definition; d && d != m->declaring)
      if (Method* open = same_row(d, m)) m = open;
    if (seen_.insert(m).second) work_.push_back(m);
  }
  void run() {
    while (!work_.empty()) {
      Method* m = work_.back();
      work_.pop_back();
      visit(m);
    }
  }
  std::set<std::string> missing;

 private:
  static Method* same_row(Type* definition, Method* m) {
    for (Method* candidate : definition->methods())
      if (candidate->row == m->row) return candidate;
    return nullptr;
  }
  // A type whose code may run: its initialiser, and its overrides of what is called virtually.
  void type(Type* t) {
    if (t->definition) t = t->definition;
    if (t->is_array() || !types_.insert(t).second) return;
    if (Method* m = t->static_constructor()) method(m);
    for (Method* m : t->methods()) {
      if (!m->is_virtual()) continue;
      // Explicit implementations are named "Ns.IFace.Member".
      const size_t dot = m->name.rfind('.');
      const std::string_view name = dot == m->name.npos || dot == 0 ? m->name : m->name.substr(dot + 1);
      waiting_[name].push_back(m);
      if (called_.contains(name) || m->name == "Finalize") method(m);
    }
    if (t->parent()) type(t->parent());
  }
  void virtual_name(std::string_view name) {
    if (!called_.insert(name).second) return;
    const auto found = waiting_.find(name);
    if (found == waiting_.end()) return;
    for (Method* m : std::vector<Method*>(found->second)) method(m);
  }
  void visit(Method* m) {
    if (m->body == Body::InternalCall && m->intrinsic == load::types::Intrinsic::None) {
      if (!calls::find_icall(m)) missing.insert(calls::icall_name(m, true));
      return;
    }
    if (m->body != Body::Il) return;
    try {
      const auto body = m->il_body();
      for (const il::Instruction& i : il::Instructions(body.code)) token(m, i);
    } catch (const LoadError&) {  // cannot run either
    } catch (const load::image::BadImage&) {
    }
  }
  void token(Method* m, const il::Instruction& i) {
    Assembly* assembly = m->declaring->assembly;
    try {
      switch (i.op) {
        case il::Opcode::Callvirt: case il::Opcode::Ldvirtftn: {
          Method* target = assembly->resolve_method(i.token(), m->context());
          if (target->is_virtual()) virtual_name(target->name);
          method(target);
          break;
        }
        case il::Opcode::Call: case il::Opcode::Ldftn: case il::Opcode::Jmp: {
          Method* target = assembly->resolve_method(i.token(), m->context());
          if (target->is_static()) type(target->declaring);
          method(target);
          break;
        }
        case il::Opcode::Newobj: {
          Method* target = assembly->resolve_method(i.token(), m->context());
          type(target->declaring);
          method(target);
          break;
        }
        case il::Opcode::Ldsfld: case il::Opcode::Ldsflda: case il::Opcode::Stsfld:
          type(assembly->resolve_field(i.token(), m->context())->declaring);
          break;
        case il::Opcode::Box: case il::Opcode::Initobj:
          type(assembly->resolve_type(i.token(), m->context()));
          break;
        default: break;
      }
    } catch (const LoadError&) {
    } catch (const load::image::BadImage&) {
    }
  }

  std::unordered_set<Method*> seen_;
  std::unordered_set<Type*> types_;
  std::unordered_set<std::string_view> called_;
  std::unordered_map<std::string_view, std::vector<Method*>> waiting_;
  std::vector<Method*> work_;
};

}  // namespace

std::vector<std::string> missing_icalls(Assembly* assembly) {
  Reach reach;
  if (Method* entry = assembly->entry_point()) {
    reach.method(entry);
  } else {  // a library: everything in it
    for (uint32_t row = 1; row <= assembly->metadata->row_count(load::metadata::Table::MethodDef); row++) reach.method(assembly->method_of_row(row));
  }
  reach.run();
  return {reach.missing.begin(), reach.missing.end()};
}

}  // namespace rapgo::run::classlib
