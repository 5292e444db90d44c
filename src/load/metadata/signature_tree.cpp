#include "load/metadata/metadata.h"
#include "load/metadata/signature.h"

namespace rapgo::load::metadata {

namespace {

SigType read_type(SigReader& r, unsigned depth);

MethodSig read_method(SigReader& r, unsigned depth) {
  MethodSig m;
  m.header = r.method_header();
  m.ret = read_type(r, depth);
  m.params.reserve(m.header.param_count);
  m.fixed_params = m.header.param_count;
  for (uint32_t i = 0; i < m.header.param_count; ++i) {
    SigType p = read_type(r, depth);
    if (p.sentinel_before) m.fixed_params = std::min(m.fixed_params, i);
    m.params.push_back(std::move(p));
  }
  return m;
}

SigType read_type(SigReader& r, unsigned depth) {
  if (depth > kMaxSigDepth) throw BadImage("signature nested too deeply");
  SigType t;
  t.sentinel_before = r.skip_if(ElementType::Sentinel);
  CustomMod mod;
  while (r.next_mod(mod)) t.mods.push_back(mod);
  t.kind = r.element();
  switch (t.kind) {
    case ElementType::Void: case ElementType::Boolean: case ElementType::Char: case ElementType::I1:
    case ElementType::U1: case ElementType::I2: case ElementType::U2: case ElementType::I4: case ElementType::U4:
    case ElementType::I8: case ElementType::U8: case ElementType::R4: case ElementType::R8: case ElementType::String:
    case ElementType::TypedByRef: case ElementType::I: case ElementType::U: case ElementType::Object:
      break;
    case ElementType::Ptr: case ElementType::ByRef: case ElementType::SzArray: case ElementType::Pinned:
      t.args.push_back(read_type(r, depth + 1));
      break;
    case ElementType::ValueType: case ElementType::Class:
      t.is_value_type = t.kind == ElementType::ValueType;
      t.token = r.type_token();
      break;
    case ElementType::Var: case ElementType::MVar:
      t.number = r.number();
      break;
    case ElementType::Array: {
      t.args.push_back(read_type(r, depth + 1));
      SigReader check = r;
      check.skip_array_shape();  // validates the counts
      t.shape.rank = r.number();
      for (uint32_t n = r.number(); n > 0; --n) t.shape.sizes.push_back(r.number());
      for (uint32_t n = r.number(); n > 0; --n) t.shape.lower_bounds.push_back(r.raw().compressed_signed());
      break;
    }
    case ElementType::GenericInst: {
      const ElementType e = r.element();
      if (e != ElementType::Class && e != ElementType::ValueType) throw BadImage("malformed generic instance");
      t.is_value_type = e == ElementType::ValueType;
      t.token = r.type_token();
      const uint32_t count = r.number();
      if (count == 0 || count > r.rest().size()) throw BadImage("malformed generic instance");
      t.args.reserve(count);
      for (uint32_t i = 0; i < count; ++i) t.args.push_back(read_type(r, depth + 1));
      break;
    }
    case ElementType::FnPtr:
      t.function = std::make_shared<MethodSig>(read_method(r, depth + 1));
      break;
    default:
      throw BadImage("unknown element type in a signature");
  }
  return t;
}

}  // namespace

SigType parse_type(SigReader& reader) { return read_type(reader, 0); }

MethodSig parse_method_sig(image::Bytes blob) {
  SigReader r(blob);
  return read_method(r, 0);
}

SigType parse_field_sig(image::Bytes blob) {
  SigReader r(blob);
  r.field_header();
  return read_type(r, 0);
}

std::vector<SigType> parse_local_sig(image::Bytes blob) {
  SigReader r(blob);
  std::vector<SigType> locals(r.local_header());
  for (SigType& l : locals) l = read_type(r, 0);
  return locals;
}

std::vector<SigType> parse_method_spec(image::Bytes blob) {
  SigReader r(blob);
  std::vector<SigType> args(r.method_spec_header());
  for (SigType& a : args) a = read_type(r, 0);
  return args;
}

SigType parse_type_spec(image::Bytes blob) {
  SigReader r(blob);
  return read_type(r, 0);
}

namespace {

const char* primitive_name(ElementType e) {
  switch (e) {
    case ElementType::Void: return "void";
    case ElementType::Boolean: return "bool";
    case ElementType::Char: return "char";
    case ElementType::I1: return "int8";
    case ElementType::U1: return "uint8";
    case ElementType::I2: return "int16";
    case ElementType::U2: return "uint16";
    case ElementType::I4: return "int32";
    case ElementType::U4: return "uint32";
    case ElementType::I8: return "int64";
    case ElementType::U8: return "uint64";
    case ElementType::R4: return "float32";
    case ElementType::R8: return "float64";
    case ElementType::String: return "string";
    case ElementType::TypedByRef: return "typedref";
    case ElementType::I: return "native int";
    case ElementType::U: return "native uint";
    case ElementType::Object: return "object";
    default: return "?";
  }
}

// Hostile type specs may refer to themselves: those print as their token.
std::string token_name(const Metadata& m, Token t) {
  if (t.table() != Table::TypeSpec) return m.type_name(t);
  return "typespec#" + std::to_string(t.row());
}

void print(std::string& out, const Metadata& m, const SigType& t);

void print_list(std::string& out, const Metadata& m, const std::vector<SigType>& types) {
  for (size_t i = 0; i < types.size(); ++i) {
    if (i) out += ", ";
    if (types[i].sentinel_before) out += "..., ";
    print(out, m, types[i]);
  }
}

void print_method(std::string& out, const Metadata& m, const MethodSig& s, const char* name) {
  if (s.header.has_this()) out += "instance ";
  if (s.header.is_vararg()) out += "vararg ";
  print(out, m, s.ret);
  out += name;
  out += '(';
  print_list(out, m, s.params);
  out += ')';
}

void print(std::string& out, const Metadata& m, const SigType& t) {
  switch (t.kind) {
    case ElementType::Ptr: print(out, m, t.args[0]); out += '*'; break;
    case ElementType::ByRef: print(out, m, t.args[0]); out += '&'; break;
    case ElementType::SzArray: print(out, m, t.args[0]); out += "[]"; break;
    case ElementType::Pinned: print(out, m, t.args[0]); out += " pinned"; break;
    case ElementType::Array:
      print(out, m, t.args[0]);
      out += '[';
      out.append(t.shape.rank - 1, ',');
      out += ']';
      break;
    case ElementType::ValueType: case ElementType::Class: out += token_name(m, t.token); break;
    case ElementType::Var: out += '!' + std::to_string(t.number); break;
    case ElementType::MVar: out += "!!" + std::to_string(t.number); break;
    case ElementType::GenericInst:
      out += token_name(m, t.token);
      out += '<';
      print_list(out, m, t.args);
      out += '>';
      break;
    case ElementType::FnPtr:
      out += "method ";
      print_method(out, m, *t.function, " *");
      break;
    default: out += primitive_name(t.kind);
  }
  for (const CustomMod& mod : t.mods) out += (mod.required ? " modreq(" : " modopt(") + token_name(m, mod.type) + ")";
}

}  // namespace

std::string to_string(const Metadata& metadata, const SigType& type) {
  std::string out;
  print(out, metadata, type);
  return out;
}

std::string to_string(const Metadata& metadata, const MethodSig& sig) {
  std::string out;
  print_method(out, metadata, sig, " ");
  return out;
}

}  // namespace rapgo::load::metadata
