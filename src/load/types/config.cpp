#include "load/types/config.h"

#include <algorithm>
#include <cstring>

#include "load/types/impl.h"

namespace rapgo::load::types {

namespace {
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string decoded(std::string_view s) {
  static constexpr std::pair<std::string_view, char> kEntities[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
  std::string out;
  while (!s.empty()) {
    size_t used = 1;
    char c = s[0];
    for (auto& [entity, meaning] : kEntities)
      if (s.starts_with(entity)) c = meaning, used = entity.size();
    out += c;
    s.remove_prefix(used);
  }
  return out;
}

// "1.2.3.4", missing parts 0; false: not a version.
bool parse_version(std::string_view text, uint64_t& out) {
  uint16_t parts[4] = {};
  int part = 0;
  uint32_t value = 0;
  bool any = false;
  for (size_t i = 0; i <= text.size(); ++i) {
    if (i == text.size() || text[i] == '.') {
      if (!any || part >= 4) return false;
      parts[part++] = static_cast<uint16_t>(value);
      value = 0, any = false;
    } else if (text[i] >= '0' && text[i] <= '9' && value < 6554) {
      value = value * 10 + static_cast<uint32_t>(text[i] - '0'), any = true;
      if (value > 0xFFFF) return false;
    } else {
      return false;
    }
  }
  out = pack_version(parts);
  return true;
}

BindingIdentity identity_of(const XmlAttributes& a) {
  const AssemblyName n = parse_assembly_name(a.get("name") + ", Culture=" + a.get("culture") + ", PublicKeyToken=" + a.get("publicKeyToken"));
  BindingIdentity i;
  i.name = n.name, i.culture = n.culture, i.has_token = n.has_token;
  std::memcpy(i.token, n.token, 8);
  return i;
}

void add_private_paths(std::vector<std::string>& out, std::string list) {
  while (!list.empty()) {
    const size_t semicolon = list.find(';');
    std::string one = list.substr(0, semicolon);
    std::replace(one.begin(), one.end(), '\\', '/');
    // Only below the application base.
    if (!one.empty() && one[0] != '/' && one != ".." && one.find("../") == std::string::npos) out.push_back(one);
    list = semicolon == std::string::npos ? std::string() : list.substr(semicolon + 1);
  }
}
}  // namespace

std::string XmlAttributes::get(std::string_view name) const {
  std::string_view rest = text_;
  while (true) {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    const size_t equals = rest.find('=');
    if (equals == rest.npos) return {};
    std::string_view key = rest.substr(0, equals);
    while (!key.empty() && is_space(key.back())) key.remove_suffix(1);
    rest.remove_prefix(equals + 1);
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return {};
    const size_t close = rest.find(rest[0], 1);
    if (close == rest.npos) return {};
    if (key == name) return decoded(rest.substr(1, close - 1));
    rest.remove_prefix(close + 1);
  }
}

void scan_xml(std::string_view text, const std::function<void(std::string_view, const XmlAttributes&)>& element,
              const std::function<void(std::string_view)>& end) {
  auto skip = [&](size_t at, std::string_view closing) {
    const size_t to = text.find(closing, at);
    return to == text.npos ? text.size() : to + closing.size();
  };
  for (size_t at = 0; (at = text.find('<', at)) != text.npos;) {
    if (text.substr(at).starts_with("<!--")) { at = skip(at, "-->"); continue; }
    if (text.substr(at).starts_with("<![CDATA[")) { at = skip(at, "]]>"); continue; }
    if (text.substr(at).starts_with("<?") || text.substr(at).starts_with("<!")) { at = skip(at, ">"); continue; }
    // The tag ends at a '>' outside quotes.
    size_t to = at + 1;
    for (char quote = 0; to < text.size() && (quote || text[to] != '>'); ++to) {
      if (quote) quote = text[to] == quote ? 0 : quote;
      else if (text[to] == '"' || text[to] == '\'') quote = text[to];
    }
    if (to >= text.size()) return;
    std::string_view tag = text.substr(at + 1, to - at - 1);
    at = to + 1;
    const bool closing = tag.starts_with("/"), empty = tag.ends_with("/");
    if (closing) tag.remove_prefix(1);
    if (empty) tag.remove_suffix(1);
    const auto space = std::find_if(tag.begin(), tag.end(), is_space);
    const std::string_view name = tag.substr(0, static_cast<size_t>(space - tag.begin()));
    if (name.empty()) return;
    if (!closing) element(name, XmlAttributes(tag.substr(name.size())));
    if ((closing || empty) && end) end(name);
  }
}

bool BindingIdentity::fits(const AssemblyName& n) const {
  return n.name == name && n.culture == culture && (!has_token || (n.has_token && std::memcmp(n.token, token, 8) == 0));
}

BindingConfig parse_binding_config(std::string_view text) {
  BindingConfig config;
  BindingIdentity identity;
  std::vector<std::string> inside;
  auto in_binding = [&] { return std::find(inside.begin(), inside.end(), "assemblyBinding") != inside.end(); };
  scan_xml(
      text,
      [&](std::string_view element, const XmlAttributes& a) {
        inside.emplace_back(element);
        if (!in_binding()) return;
        if (element == "probing") {
          add_private_paths(config.private_paths, a.get("privatePath"));
        } else if (element == "dependentAssembly") {
          identity = {};
        } else if (element == "assemblyIdentity") {
          identity = identity_of(a);
        } else if (element == "bindingRedirect") {
          BindingRedirect r{identity};
          const std::string old = a.get("oldVersion");
          const size_t dash = old.find('-');
          if (!parse_version(std::string_view(old).substr(0, dash), r.low) || !parse_version(a.get("newVersion"), r.to)) return;
          r.high = r.low;
          if (dash != std::string::npos && !parse_version(std::string_view(old).substr(dash + 1), r.high)) return;
          config.redirects.push_back(std::move(r));
        } else if (element == "codeBase") {
          CodeBase c{identity};
          if (parse_version(a.get("version"), c.version) && !(c.href = a.get("href")).empty()) config.code_bases.push_back(std::move(c));
        }
      },
      [&](std::string_view element) {
        while (!inside.empty()) {
          const bool same = inside.back() == element;
          inside.pop_back();
          if (same) break;
        }
      });
  return config;
}

}  // namespace rapgo::load::types
