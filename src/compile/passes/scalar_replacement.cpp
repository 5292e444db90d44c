#include "compile/passes/optimization.h"
namespace rapgo::compile::passes {
namespace {
class ScalarReplacement : public Optimization {
  const char* name() const override { return "scalar-replacement"; }
  const char* description() const override { return "keep objects that do not escape in registers"; }
  bool apply(hir::Graph&) const override { return false; }
};
}  // namespace
const Optimization& scalar_replacement() {
  static const ScalarReplacement o;
  return o;
}
}  // namespace rapgo::compile::passes
