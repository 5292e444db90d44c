#include "../twin.h"
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

using String = std::u16string;

static void append_ascii(String& to, const std::string& s) { to.append(s.begin(), s.end()); }

struct Value {
  virtual ~Value() = default;
  virtual void write(String& to) const = 0;
  virtual uint64_t weigh() const = 0;
};
using Ref = std::unique_ptr<Value>;

struct Text final : Value {
  String content;
  explicit Text(String c) : content(std::move(c)) {}
  uint64_t weigh() const override { return content.size(); }
  void write(String& to) const override {
    to += u'"';
    for (char16_t c : content) {
      if (c == u'"' || c == u'\\') { to += u'\\'; to += c; }
      else if (c == u'\n') to += u"\\n";
      else if (c < u' ') { to += u"\\u00"; to += u"0123456789abcdef"[c >> 4]; to += u"0123456789abcdef"[c & 15]; }
      else to += c;
    }
    to += u'"';
  }
};

struct Number final : Value {
  int64_t content;
  explicit Number(int64_t c) : content(c) {}
  uint64_t weigh() const override { return static_cast<uint64_t>(content); }
  void write(String& to) const override { append_ascii(to, std::to_string(content)); }
};

struct Literal final : Value {
  const char16_t* word;
  explicit Literal(const char16_t* w) : word(w) {}
  uint64_t weigh() const override { return 1; }
  void write(String& to) const override { to += word; }
};

struct Sequence final : Value {
  std::vector<Ref> items;
  uint64_t weigh() const override {
    uint64_t sum = 0;
    for (const Ref& v : items) sum = sum * 3 + v->weigh();
    return sum;
  }
  void write(String& to) const override {
    to += u'[';
    for (size_t i = 0; i < items.size(); i++) {
      if (i > 0) to += u',';
      items[i]->write(to);
    }
    to += u']';
  }
};

struct Record final : Value {
  std::vector<String> names;
  std::unordered_map<String, Ref> fields;
  uint64_t weigh() const override {
    uint64_t sum = 0;
    for (const String& name : names) sum = sum * 5 + fields.at(name)->weigh();
    return sum;
  }
  void write(String& to) const override {
    to += u'{';
    for (size_t i = 0; i < names.size(); i++) {
      if (i > 0) to += u',';
      to += u'"';
      to += names[i];
      to += u"\":";
      fields.at(names[i])->write(to);
    }
    to += u'}';
  }
};

class Parser {
 public:
  explicit Parser(const String& text) : text_(text) {}

  Ref parse() {
    space();
    const char16_t c = text_[at_];
    if (c == u'{') {
      at_++;
      auto record = std::make_unique<Record>();
      if (take(u'}')) return record;
      do {
        space();
        String name = string();
        expect(u':');
        record->names.push_back(name);
        record->fields[name] = parse();
      } while (take(u','));
      expect(u'}');
      return record;
    }
    if (c == u'[') {
      at_++;
      auto sequence = std::make_unique<Sequence>();
      if (take(u']')) return sequence;
      do sequence->items.push_back(parse()); while (take(u','));
      expect(u']');
      return sequence;
    }
    if (c == u'"') return std::make_unique<Text>(string());
    if (c == u't') return word(u"true");
    if (c == u'f') return word(u"false");
    if (c == u'n') return word(u"null");
    const bool negative = c == u'-';
    if (negative) at_++;
    if (at_ >= text_.size() || text_[at_] < u'0' || text_[at_] > u'9') throw std::runtime_error("unexpected character");
    int64_t v = 0;
    while (at_ < text_.size() && text_[at_] >= u'0' && text_[at_] <= u'9') v = v * 10 + (text_[at_++] - u'0');
    return std::make_unique<Number>(negative ? -v : v);
  }

 private:
  void space() { while (at_ < text_.size() && (text_[at_] == u' ' || text_[at_] == u'\n' || text_[at_] == u'\t' || text_[at_] == u'\r')) at_++; }
  bool take(char16_t c) {
    space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    at_++;
    return true;
  }
  void expect(char16_t c) { if (!take(c)) throw std::runtime_error("expected another character"); }
  Ref word(const char16_t* w) {
    const String s = w;
    if (text_.compare(at_, s.size(), s) != 0) throw std::runtime_error("bad word");
    at_ += s.size();
    return std::make_unique<Literal>(w);
  }
  String string() {
    expect(u'"');
    buffer_.clear();
    while (text_[at_] != u'"') {
      char16_t c = text_[at_++];
      if (c == u'\\') {
        c = text_[at_++];
        if (c == u'n') c = u'\n';
        else if (c == u'u') {
          const std::string digits(text_.begin() + at_, text_.begin() + at_ + 4);
          c = static_cast<char16_t>(std::stoi(digits, nullptr, 16));
          at_ += 4;
        }
      }
      buffer_ += c;
    }
    at_++;
    return buffer_;
  }

  const String& text_;
  size_t at_ = 0;
  String buffer_;
};

static String make_document() {
  std::string b = "[\n";
  for (int i = 0; i < 200; i++) {
    if (i > 0) b += ",\n";
    b += "  { \"id\": " + std::to_string(i) + ", \"name\": \"record \\\"" + std::to_string(i * 7) + "\\\"\\n\", \"tags\": [";
    for (int k = 0; k < i % 5; k++) b += std::string(k > 0 ? ", " : "") + "\"tag" + std::to_string(k) + '"';
    b += std::string("], \"open\": ") + (i % 3 == 0 ? "true" : i % 3 == 1 ? "false" : "null");
    b += ", \"at\": { \"x\": " + std::to_string(i * 31 - 3000) + ", \"y\": -" + std::to_string(i) + " } }";
  }
  b += "\n]";
  return String(b.begin(), b.end());
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv);
  String text = make_document();
  uint64_t sum = 0;
  for (int r = 0; r < rounds; r++) {
    const Ref parsed = Parser(text).parse();
    auto* document = static_cast<Sequence*>(parsed.get());
    auto* record = static_cast<Record*>(document->items[r % 200].get());
    record->fields[u"id"] = std::make_unique<Number>(r % 1000 + 1000);
    sum = sum * 31 + document->weigh();
    String b;
    document->write(b);
    text = b;
    sum = sum * 31 + text.size();
  }
  return print_checksum(sum);
}
