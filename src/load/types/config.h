// What binding looks at in configuration files: application configuration (probing, bindingRedirect, codeBase). Enough XML for
// such files: elements with attributes; comments, declarations and text are skipped. Thread safety: values.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rapgo::load::types {

struct AssemblyName;

// Calls `element` for each start tag in order, `end` for each end tag (of an empty element too); stops at malformed text.
class XmlAttributes {
 public:
  explicit XmlAttributes(std::string_view text) : text_(text) {}
  std::string get(std::string_view name) const;  // "" if there is none

 private:
  std::string_view text_;
};
void scan_xml(std::string_view text, const std::function<void(std::string_view element, const XmlAttributes&)>& element,
              const std::function<void(std::string_view element)>& end = {});

// Four parts of 16 bits, to be compared as one number.
inline uint64_t pack_version(const uint16_t (&v)[4]) { return uint64_t{v[0]} << 48 | uint64_t{v[1]} << 32 | uint64_t{v[2]} << 16 | v[3]; }

struct BindingIdentity {
  std::string name, culture;
  uint8_t token[8] = {};
  bool has_token = false;
  bool fits(const AssemblyName& name) const;
};
struct BindingRedirect {
  BindingIdentity identity;
  uint64_t low = 0, high = 0, to = 0;  // packed versions
};
struct CodeBase {
  BindingIdentity identity;
  uint64_t version = 0;
  std::string href;
};
struct BindingConfig {
  std::vector<std::string> private_paths;  // below the application base
  std::vector<BindingRedirect> redirects;
  std::vector<CodeBase> code_bases;
};
BindingConfig parse_binding_config(std::string_view text);

}  // namespace rapgo::load::types
