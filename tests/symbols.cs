// Rewrites a program with an .mdb so that it has portable symbols instead: symbols.exe pdb|embedded IN OUT.
using System.Collections.Generic;
using System.Linq;
using Mono.Cecil;
using Mono.Cecil.Cil;
using Mono.CompilerServices.SymbolWriter;

static class Symbols {
  static int Main(string[] args) {
    var documents = new Dictionary<string, Document>();
    using (var symbols = MonoSymbolFile.ReadSymbolFile(args[1] + ".mdb"))
    using (var module = ModuleDefinition.ReadModule(args[1])) {
      foreach (var entry in symbols.Methods) {
        var method = (MethodDefinition)module.LookupToken(entry.Token);
        var instructions = method.Body.Instructions.ToDictionary(i => i.Offset);
        foreach (var line in entry.GetLineNumberTable().LineNumbers) {
          Instruction at;
          if (!instructions.TryGetValue(line.Offset, out at) || line.Row == 0xfeefee) continue;
          var name = symbols.GetSourceFile(line.File).FileName;
          Document document;
          if (!documents.TryGetValue(name, out document)) documents[name] = document = new Document(name);
          method.DebugInformation.SequencePoints.Add(new SequencePoint(at, document) { StartLine = line.Row, StartColumn = 1, EndLine = line.Row, EndColumn = 80 });
        }
      }
      module.Write(args[2], new WriterParameters {
        WriteSymbols = true,
        SymbolWriterProvider = args[0] == "embedded" ? new EmbeddedPortablePdbWriterProvider() : (ISymbolWriterProvider)new PortablePdbWriterProvider()
      });
    }
    return 0;
  }
}
