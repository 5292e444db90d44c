// Reads the text form (docs/hir.md). One token stream; forward references to values, blocks and states are resolved by number.
#include <bit>
#include <cstdlib>
#include <map>

#include "compile/hir/graph.h"
#include "compile/hir/names.h"

namespace rapgo::compile::hir {

namespace {

struct Error { std::string message; };

class Parser {
 public:
  Parser(Graph& g, std::string_view text) : g_(g), text_(text) {}

  void run() {
    skip_lines();
    expect("graph");
    while (!at_line_end()) {
      if (accept("method")) { expect("="); g_.method.value = number(); }
      else if (accept("osr")) { expect("="); g_.is_osr = true; g_.osr_il_offset = number(); }
      else if (accept("params")) g_.params = passes();
      else if (accept("returns")) results(g_.results);
      else fail("unknown graph attribute");
    }
    g_.frames.push_back({g_.method});
    Block* block = nullptr;
    while (skip_lines()) {
      std::string_view t = peek();
      if (t == "frame") frame();
      else if (t == "assume") assume();
      else if (is_ref(t, 'b')) block = block_header();
      else if (is_ref(t, 's') && peek_after() == "=") state();
      else if (is_ref(t, 'o') && peek_after() == "=") virtual_object();
      else if (block) node(block);
      else fail("node outside a block");
      if (!at_line_end()) fail("unexpected text");
    }
    finish();
  }

  size_t line() const {
    size_t n = 1;
    for (size_t i = 0; i < token_start_ && i < text_.size(); i++) n += text_[i] == '\n';
    return n;
  }

 private:
  [[noreturn]] void fail(std::string m) { throw Error{std::move(m)}; }

  // ---- tokens: names with dots, numbers, single signs -----------------------------------------------------------------
  static bool word_char(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '.' || c == '?'; }
  void blanks() {
    while (pos_ < text_.size() && (text_[pos_] == ' ' || text_[pos_] == '\t' || text_[pos_] == '\r' || text_[pos_] == ';')) {
      if (text_[pos_] == ';') {
        while (pos_ < text_.size() && text_[pos_] != '\n') pos_++;
      } else {
        pos_++;
      }
    }
  }
  bool at_line_end() { blanks(); return pos_ >= text_.size() || text_[pos_] == '\n'; }
  bool skip_lines() {
    for (blanks(); pos_ < text_.size() && text_[pos_] == '\n'; blanks()) pos_++;
    return pos_ < text_.size();
  }
  std::string_view next() {
    blanks();
    token_start_ = pos_;
    if (at_line_end()) return {};
    size_t start = pos_;
    if (word_char(text_[pos_])) {
      while (pos_ < text_.size() && word_char(text_[pos_])) pos_++;
    } else if (text_.substr(pos_, 2) == "->") {
      pos_ += 2;
    } else {
      pos_++;
    }
    return text_.substr(start, pos_ - start);
  }
  std::string_view peek() { size_t p = pos_; auto t = next(); pos_ = p; return t; }
  std::string_view peek_after() { size_t p = pos_; next(); auto t = next(); pos_ = p; return t; }
  bool accept(std::string_view s) { size_t p = pos_; if (next() == s) return true; pos_ = p; return false; }
  void expect(std::string_view s) { if (!accept(s)) fail("expected " + std::string(s)); }
  int64_t integer() {
    bool minus = accept("-");
    if (!minus) accept("+");
    std::string t(next());
    char* end;
    uint64_t v = strtoull(t.c_str(), &end, 0);
    if (t.empty() || *end) fail("expected a number");
    return static_cast<int64_t>(minus ? -v : v);
  }
  uint32_t number() { return static_cast<uint32_t>(integer()); }
  static bool is_ref(std::string_view t, char c) {
    if (t.size() < 2 || t[0] != c) return false;
    for (char x : t.substr(1)) if (!isdigit(static_cast<unsigned char>(x))) return false;
    return true;
  }
  uint32_t ref(char c) {
    std::string_view t = next();
    if (!is_ref(t, c)) fail(std::string("expected ") + c + "<number>");
    return static_cast<uint32_t>(atoi(std::string(t.substr(1)).c_str()));
  }
  template <class E> E one_of() {
    auto e = parse_enum<E>(next());
    if (!e) fail("unknown name");
    return *e;
  }
  Type type() { auto t = parse_type(next()); if (!t) fail("unknown type"); return *t; }
  MemKind mem_kind() { auto t = parse_mem_kind(next()); if (!t) fail("unknown memory kind"); return *t; }

  // ---- things by number -------------------------------------------------------------------------------------------------
  Block* block_of(uint32_t id) {
    auto [it, fresh] = blocks_.try_emplace(id);
    if (fresh) { it->second = g_.new_block(); g_.blocks.pop_back(); }
    return it->second;
  }
  FrameState* state_of(uint32_t id) {
    auto [it, fresh] = states_.try_emplace(id);
    if (fresh) it->second = g_.new_state();
    return it->second;
  }
  Node* node_of(uint32_t id) {
    auto [it, fresh] = nodes_.try_emplace(id);
    if (fresh) it->second = g_.new_node(Op::Count_, Type::Void);
    return it->second;
  }

  std::vector<ArgPass> passes() {
    std::vector<ArgPass> list;
    expect("(");
    while (!accept(")")) {
      if (accept("stack")) { expect(":"); list.push_back({Type::Ptr, number()}); }
      else list.push_back({type()});
      accept(",");
    }
    return list;
  }
  void results(Type* r) {
    expect("(");
    if (!accept(")")) {
      r[0] = type();
      if (accept(",")) r[1] = type();
      expect(")");
    }
  }

  void frame() {
    expect("frame");
    if (number() != g_.frames.size()) fail("frames must be in order");
    loop::InlinedFrame f;
    expect("method"); expect("="); f.method.value = number();
    expect("caller"); expect("="); f.caller = number();
    expect("il"); expect("="); f.caller_il_offset = number();
    g_.frames.push_back(f);
  }
  void assume() {
    expect("assume");
    loop::Assumption a;
    a.kind = static_cast<loop::AssumptionKind>(number());
    a.id = number();
    a.extra = number();
    a.value = static_cast<uint64_t>(integer());
    g_.assumptions.push_back(a);
  }
  Block* block_header() {
    Block* b = block_of(ref('b'));
    g_.blocks.push_back(b);
    expect(":");
    if (accept("preds"))
      while (is_ref(peek(), 'b')) b->preds.push_back(block_of(ref('b')));
    if (accept("entry")) { expect("="); b->entry_state = state_of(ref('s')); }
    if (accept("nohoist")) b->no_hoist = true;
    return b;
  }

  void node(Block* b) {
    Node* n = nullptr;
    if (is_ref(peek(), 'v') && peek_after() == ":") {
      n = node_of(ref('v'));
      if (n->op != Op::Count_) fail("value defined twice");
      expect(":");
      n->type = type();
      expect("=");
    } else {
      n = g_.new_node(Op::Count_, Type::Void);
    }
    auto op = parse_op(next());
    if (!op) fail("unknown operation");
    n->op = *op;
    n->block = b;
    b->nodes.push_back(n);
    while (is_ref(peek(), 'v')) {
      n->operands.push_back(node_of(ref('v')));
      if (!accept(",")) break;
    }
    while (!at_line_end()) attribute(n, b);
  }

  void immediate(Node* n) {
    if (n->op != Op::Const || !is_float(n->type)) { n->imm = integer(); return; }
    blanks();
    size_t end = text_.find_first_of(" \n;", pos_);
    std::string t(text_.substr(pos_, end == std::string_view::npos ? end : end - pos_));
    pos_ += t.size();
    if (t.starts_with("0x")) n->imm = static_cast<int64_t>(strtoull(t.c_str(), nullptr, 16));
    else if (n->type == Type::F64) n->imm = std::bit_cast<int64_t>(strtod(t.c_str(), nullptr));
    else n->imm = std::bit_cast<uint32_t>(strtof(t.c_str(), nullptr));
  }

  void attribute(Node* n, Block* b) {
    std::string_view t = next();
    if (t == "#") return immediate(n);
    if (t == "->") {
      while (is_ref(peek(), 'b')) b->succs.push_back(block_of(ref('b')));
      return;
    }
    if (t == "@") { n->frame = number(); expect(":"); n->il_offset = number(); return; }
    if (t == "nothrow" && n->call) { n->call->no_throw = true; return; }
    if (t == "pure" && n->call) { n->call->pure_helper = true; return; }
    expect("=");
    if (t == "imm2") n->imm2 = integer();
    else if (t == "sym") {
      n->symbol.kind = one_of<loop::SymbolKind>();
      expect(":");
      n->symbol.id = number();
      if (accept(":")) n->symbol.extra = number();
    } else if (t == "mem") {
      n->mem.kind = mem_kind();
      expect("/");
      n->mem.alias = one_of<AliasKind>();
      if (accept(":")) n->mem.alias_id = number();
      while (accept("/")) {
        if (accept("volatile")) n->mem.is_volatile = true;
        else if (accept("poll")) n->mem.poll = true;
        else if (accept("unaligned")) n->mem.unaligned = true;
        else { expect("immutable"); n->mem.immutable = true; }
      }
    } else if (t == "call") {
      n->call = g_.new_call_info();
      n->call->args = passes();
      results(n->call->results);
    } else if (t == "this") {
      if (!n->call) fail("this= without call=");
      n->call->this_index = number();
    } else if (t == "reason") n->reason = one_of<loop::ExitReason>();
    else if (t == "state") n->state = state_of(ref('s'));
    else if (t == "weights") {
      do n->weights.push_back(number()); while (accept(":"));
    } else {
      fail("unknown attribute " + std::string(t));
    }
  }

  StateOperand operand() {
    using W = StateOperand::Where;
    StateOperand o;
    if (accept("dead")) return o;
    if (accept("mem")) { o.where = W::Memory; o.value = node_of(ref('v')); }
    else if (accept("pieces")) { o.where = W::Pieces; o.index = ref('o'); }
    else if (accept("virtual")) { o.where = W::Virtual; o.index = ref('o'); }
    else if (accept("exposed")) { o.where = W::Exposed; o.imm = integer(); }
    else { o.where = W::Value; o.value = node_of(ref('v')); }
    expect(":");
    o.kind = one_of<loop::ValueKind>();
    if (is_ref(peek(), 'x')) o.words = ref('x');
    return o;
  }
  void operands(const char* name, std::vector<StateOperand>& list) {
    expect(name);
    expect("[");
    while (!accept("]")) {
      list.push_back(operand());
      accept(",");
    }
  }
  void state() {
    FrameState* s = state_of(ref('s'));
    defined_states_[s] = true;
    expect("=");
    expect("frame"); s->frame = number();
    expect("il"); s->il_offset = number();
    s->resume = one_of<loop::Resume>();
    operands("args", s->args);
    operands("locals", s->locals);
    operands("stack", s->stack);
    if (accept("exposed")) s->exposed = node_of(ref('v'));
    if (accept("result")) s->result = node_of(ref('v'));
    if (accept("caller")) s->caller = state_of(ref('s'));
  }
  void virtual_object() {
    if (ref('o') != g_.virtuals.size()) fail("virtual objects must be in order");
    expect("=");
    VirtualObject v;
    expect("type"); v.type.value = number();
    expect("length"); v.array_length = number();
    expect("{");
    while (!accept("}")) {
      VirtualObject::Piece p;
      p.offset = number();
      p.kind = mem_kind();
      p.value = operand();
      v.pieces.push_back(p);
      accept(",");
    }
    g_.virtuals.push_back(std::move(v));
  }

  void finish() {
    for (auto& [id, b] : blocks_)
      if (b->nodes.empty()) fail("block b" + std::to_string(id) + " is missing or empty");
    for (auto& [id, n] : nodes_)
      if (n->op == Op::Count_) fail("value v" + std::to_string(id) + " is not defined");
    for (auto& [id, s] : states_)
      if (!defined_states_.count(s)) fail("state s" + std::to_string(id) + " is not defined");
    if (g_.blocks.empty()) fail("no blocks");
  }

  Graph& g_;
  std::string_view text_;
  size_t pos_ = 0, token_start_ = 0;
  std::map<uint32_t, Block*> blocks_;
  std::map<uint32_t, FrameState*> states_;
  std::map<uint32_t, Node*> nodes_;
  std::map<FrameState*, bool> defined_states_;
};

}  // namespace

std::unique_ptr<Graph> parse(std::string_view text, std::string* error) {
  auto g = std::make_unique<Graph>();
  Parser p(*g, text);
  try {
    p.run();
  } catch (const Error& e) {
    if (error) *error = "line " + std::to_string(p.line()) + ": " + e.message;
    return nullptr;
  }
  g->renumber();
  return g;
}

}  // namespace rapgo::compile::hir
