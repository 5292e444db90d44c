// Writes src/run/classlib/normalization.bin.
using System; using System.IO; using System.Reflection;
static class DumpN {
  const BindingFlags All = BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Static;
  static unsafe void Main(string[] args) {
    var t = typeof(object).Assembly.GetType("System.Text.Normalization");
    var u = typeof(object).Assembly.GetType("Mono.Globalization.Unicode.NormalizationTableUtil");
    var a = new object[6]; for (int i = 0; i < 6; i++) a[i] = IntPtr.Zero;
    t.GetMethod("load_normalization_resource", All).Invoke(null, a);
    Func<string, int> count = n => { var x = u.GetField(n, All).GetValue(null); return (int)x.GetType().GetField("TotalCount", All).GetValue(x); };
    int prop = count("Prop"), map = count("Map"), comb = count("Combining"), comp = count("Composite"), help = count("Helper");
    Console.WriteLine(prop + " " + map + " " + comb + " " + comp + " " + help);
    var props = (byte*)(IntPtr)a[0]; var mapped = (int*)(IntPtr)a[1]; var cmi = (short*)(IntPtr)a[2]; var hi = (short*)(IntPtr)a[3]; var mtc = (ushort*)(IntPtr)a[4]; var cc = (byte*)(IntPtr)a[5];
    int last = comp;
    for (int i = 0; i < map; i++) if (cmi[i] > last) last = cmi[i];
    for (int i = 0; i < help; i++) if (hi[i] > last) last = hi[i];
    while (mapped[last] != 0) last++;
    last += 2;
    Console.WriteLine("mapped " + last);
    using (var w = new BinaryWriter(File.Create(args[0]))) {
      int at = 24, mappedAt = at, cmiAt = mappedAt + 4 * last, hiAt = cmiAt + 2 * map, mtcAt = hiAt + 2 * help, propsAt = mtcAt + 2 * comp, ccAt = propsAt + prop;
      w.Write(propsAt); w.Write(mappedAt); w.Write(cmiAt); w.Write(hiAt); w.Write(mtcAt); w.Write(ccAt);
      for (int i = 0; i < last; i++) w.Write(mapped[i]);
      for (int i = 0; i < map; i++) w.Write(cmi[i]);
      for (int i = 0; i < help; i++) w.Write(hi[i]);
      for (int i = 0; i < comp; i++) w.Write(mtc[i]);
      for (int i = 0; i < prop; i++) w.Write(props[i]);
      for (int i = 0; i < comb; i++) w.Write(cc[i]);
    }
  }
}
