// A JSON reader and writer of our own: a document of 200 records is parsed into objects, changed and written; SIZE rounds.
using System;
using System.Collections.Generic;
using System.Text;

abstract class Value {
  public abstract void Write(StringBuilder to);
  public abstract long Weigh();
}

sealed class Text : Value {
  public readonly string Content;
  public Text(string content) { Content = content; }
  public override long Weigh() { return Content.Length; }
  public override void Write(StringBuilder to) {
    to.Append('"');
    foreach (char c in Content) {
      if (c == '"' || c == '\\') to.Append('\\').Append(c);
      else if (c == '\n') to.Append("\\n");
      else if (c < ' ') to.Append("\\u00").Append("0123456789abcdef"[c >> 4]).Append("0123456789abcdef"[c & 15]);
      else to.Append(c);
    }
    to.Append('"');
  }
}

sealed class Number : Value {
  public readonly long Content;
  public Number(long content) { Content = content; }
  public override long Weigh() { return Content; }
  public override void Write(StringBuilder to) { to.Append(Content); }
}

sealed class Literal : Value {
  public static readonly Literal True = new Literal("true"), False = new Literal("false"), Null = new Literal("null");
  readonly string word;
  Literal(string word) { this.word = word; }
  public override long Weigh() { return 1; }
  public override void Write(StringBuilder to) { to.Append(word); }
}

sealed class Sequence : Value {
  public readonly List<Value> Items = new List<Value>();
  public override long Weigh() {
    long sum = 0;
    foreach (Value v in Items) sum = sum * 3 + v.Weigh();
    return sum;
  }
  public override void Write(StringBuilder to) {
    to.Append('[');
    for (int i = 0; i < Items.Count; i++) {
      if (i > 0) to.Append(',');
      Items[i].Write(to);
    }
    to.Append(']');
  }
}

sealed class Record : Value {
  public readonly List<string> Names = new List<string>();
  public readonly Dictionary<string, Value> Fields = new Dictionary<string, Value>();
  public override long Weigh() {
    long sum = 0;
    foreach (string name in Names) sum = sum * 5 + Fields[name].Weigh();
    return sum;
  }
  public override void Write(StringBuilder to) {
    to.Append('{');
    for (int i = 0; i < Names.Count; i++) {
      if (i > 0) to.Append(',');
      to.Append('"').Append(Names[i]).Append("\":");
      Fields[Names[i]].Write(to);
    }
    to.Append('}');
  }
}

sealed class Parser {
  readonly string text;
  int at;
  readonly StringBuilder buffer = new StringBuilder();
  public Parser(string text) { this.text = text; }

  void Space() { while (at < text.Length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\t' || text[at] == '\r')) at++; }

  bool Take(char c) {
    Space();
    if (at >= text.Length || text[at] != c) return false;
    at++;
    return true;
  }

  void Expect(char c) { if (!Take(c)) throw new FormatException("expected " + c + " at " + at); }

  Value Word(string word, Value value) {
    if (string.CompareOrdinal(text, at, word, 0, word.Length) != 0) throw new FormatException("bad word at " + at);
    at += word.Length;
    return value;
  }

  string String() {
    Expect('"');
    buffer.Length = 0;
    while (text[at] != '"') {
      char c = text[at++];
      if (c == '\\') {
        c = text[at++];
        if (c == 'n') c = '\n';
        else if (c == 'u') { c = (char)int.Parse(text.Substring(at, 4), System.Globalization.NumberStyles.HexNumber); at += 4; }
      }
      buffer.Append(c);
    }
    at++;
    return buffer.ToString();
  }

  public Value Parse() {
    Space();
    char c = text[at];
    if (c == '{') {
      at++;
      var record = new Record();
      if (Take('}')) return record;
      do {
        Space();
        string name = String();
        Expect(':');
        record.Names.Add(name);
        record.Fields[name] = Parse();
      } while (Take(','));
      Expect('}');
      return record;
    }
    if (c == '[') {
      at++;
      var sequence = new Sequence();
      if (Take(']')) return sequence;
      do sequence.Items.Add(Parse()); while (Take(','));
      Expect(']');
      return sequence;
    }
    if (c == '"') return new Text(String());
    if (c == 't') return Word("true", Literal.True);
    if (c == 'f') return Word("false", Literal.False);
    if (c == 'n') return Word("null", Literal.Null);
    bool negative = c == '-';
    if (negative) at++;
    if (at >= text.Length || text[at] < '0' || text[at] > '9') throw new FormatException("unexpected character at " + at);
    long v = 0;
    while (at < text.Length && text[at] >= '0' && text[at] <= '9') v = v * 10 + (text[at++] - '0');
    return new Number(negative ? -v : v);
  }
}

static class Program {
  static string Document() {
    var b = new StringBuilder("[\n");
    for (int i = 0; i < 200; i++) {
      if (i > 0) b.Append(",\n");
      b.Append("  { \"id\": ").Append(i).Append(", \"name\": \"record \\\"").Append(i * 7).Append("\\\"\\n\", \"tags\": [");
      for (int k = 0; k < i % 5; k++) b.Append(k > 0 ? ", " : "").Append("\"tag").Append(k).Append('"');
      b.Append("], \"open\": ").Append(i % 3 == 0 ? "true" : i % 3 == 1 ? "false" : "null");
      b.Append(", \"at\": { \"x\": ").Append(i * 31 - 3000).Append(", \"y\": -").Append(i).Append(" } }");
    }
    return b.Append("\n]").ToString();
  }

  static void Main(string[] args) {
    int rounds = args.Length > 0 ? int.Parse(args[0]) : 1;
    string text = Document();
    ulong sum = 0;
    for (int r = 0; r < rounds; r++) {
      var document = (Sequence)new Parser(text).Parse();
      var record = (Record)document.Items[r % 200];
      record.Fields["id"] = new Number(r % 1000 + 1000);
      sum = sum * 31 + (ulong)document.Weigh();
      var b = new StringBuilder();
      document.Write(b);
      text = b.ToString();
      sum = sum * 31 + (ulong)text.Length;
    }
    Console.WriteLine("checksum: " + sum);
  }
}
