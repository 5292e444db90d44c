// Graph: one compilation unit of the optimizer. Owns its nodes, blocks and frame states.
//
// Invariants (verify() checks them): blocks[0] is the entry and has no predecessors; every block ends in exactly one
// terminator; uses are dominated by definitions; every Exit op has a state; loop headers have an entry_state or are marked no_hoist.
// Thread safety: one thread at a time.
#pragma once
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compile/hir/node.h"

namespace rapgo::compile::hir {

class Graph {
 public:
  loop::MethodId method;
  bool is_osr = false;
  uint32_t osr_il_offset = 0;
  std::vector<ArgPass> params;   // ABI values coming in, hidden result pointer included; empty for OSR graphs
  Type results[2] = {Type::Void, Type::Void};
  std::vector<loop::InlinedFrame> frames;  // [0] = {method}; FrameState::frame and Node::frame index it
  std::vector<VirtualObject> virtuals;     // StateOperand::index
  std::vector<loop::Assumption> assumptions;  // copied to CompiledCode
  std::vector<std::string> notes;          // "inlined Foo.Bar", "removed 3 bounds checks"; copied to CompiledCode
  uint32_t il_bytes = 0;
  std::vector<Block*> blocks;

  Graph() = default;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;

  Block* entry() const { return blocks.front(); }
  Block* new_block();                       // appended to `blocks`
  Node* new_node(Op, Type);                 // not in a block yet
  Node* append(Block*, Op, Type, std::initializer_list<Node*> = {});
  FrameState* new_state();
  FrameState* copy_state(const FrameState&);
  CallInfo* new_call_info();
  // Adds the edge to both lists. The terminator's successor order is the order of these calls.
  void add_edge(Block* from, Block* to);
  // Removes one edge and the phi operands that belong to it.
  void remove_edge(Block* from, size_t succ_index);
  // Redirects from->succs[i] to a new empty block that jumps on to the old target (phi operands keep their place).
  Block* split_edge(Block* from, size_t succ_index);

  // Resolves copies everywhere (operands and states), drops Copy nodes, unreachable blocks and phi operands of them.
  void clean();
  size_t node_count() const;
  uint32_t node_limit() const { return next_node_; }  // ids are below this: for side tables
  const std::deque<FrameState>& states() const { return states_; }
  std::deque<FrameState>& states() { return states_; }
  // Numbers blocks, nodes and used states in order of appearance, so that equal graphs print equally.
  void renumber();

 private:
  std::deque<Node> nodes_;
  std::deque<Block> all_blocks_;
  std::deque<FrameState> states_;
  std::deque<CallInfo> calls_;
  uint32_t next_node_ = 0, next_block_ = 0, next_state_ = 0;
};

// Visits every StateOperand of one state (its exposed block's and its result's address included; not its callers, not virtual objects).
template <class F>
void for_each_state_operand(FrameState* s, F&& visit) {
  for (auto* list : {&s->args, &s->locals, &s->stack})
    for (auto& o : *list) visit(o);
  for (Node** address : {&s->exposed, &s->result}) {
    if (!*address) continue;
    StateOperand o;
    o.where = StateOperand::Where::Value;
    o.value = *address;
    visit(o);
    *address = o.value;
  }
}

// Text form (docs/hir.md): print, parse (nullptr and `error` on bad text), and check. verify returns "" or the first
// broken invariant with the node's text.
std::string print(const Graph&);
std::string print(const Node&);
std::unique_ptr<Graph> parse(std::string_view text, std::string* error);
std::string verify(const Graph&);

}  // namespace rapgo::compile::hir
