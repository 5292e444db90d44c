// FileVersionInfo from the version resource, of assemblies that mcs and others made; the modules of a process.
using System;
using System.Diagnostics;
using System.IO;
using System.Linq;
using System.Reflection;

[assembly: AssemblyVersion("1.2.3.4")]
[assembly: AssemblyFileVersion("5.6.7.8")]
[assembly: AssemblyInformationalVersion("9.10 beta")]
[assembly: AssemblyTitle("Versions")]
[assembly: AssemblyDescription("what it is")]
[assembly: AssemblyCompany("Nobody & Co")]
[assembly: AssemblyProduct("Прöduct")]
[assembly: AssemblyCopyright("(c) 2020")]
[assembly: AssemblyTrademark("TM")]

class Versions {
  static void Print(string path) {
    var v = FileVersionInfo.GetVersionInfo(path);
    foreach (var p in typeof(FileVersionInfo).GetProperties().OrderBy(p => p.Name, StringComparer.Ordinal))
      if (p.Name != "FileName") Console.WriteLine("{0} = {1}", p.Name, p.GetValue(v, null) ?? "null");
    Console.WriteLine(Path.GetFileName(v.FileName));
  }

  static void Main() {
    var self = Assembly.GetExecutingAssembly().Location;
    Print(self);
    foreach (var name in new[] { "mscorlib.dll", "System.Xml.dll", "mcs.exe" }) Print("/usr/lib/mono/4.5/" + name);
    var empty = Path.GetTempFileName();
    File.WriteAllText(empty, "no image");
    var none = FileVersionInfo.GetVersionInfo(empty);
    Console.WriteLine("{0} {1} {2}", none.FileVersion == null, none.FileMajorPart, none.FileName == empty);
    // Cut anywhere, it is no worse than nothing.
    var bytes = File.ReadAllBytes(self);
    for (int n = 0; n < bytes.Length; n += 97) {
      File.WriteAllBytes(empty, bytes.Take(n).ToArray());
      FileVersionInfo.GetVersionInfo(empty);
    }
    File.Delete(empty);
    try {
      FileVersionInfo.GetVersionInfo(empty);
    } catch (FileNotFoundException) {
      Console.WriteLine("not found");
    }

    var process = Process.GetCurrentProcess();
    Console.WriteLine(process.Modules.Count > 3);
    Console.WriteLine(process.MainModule.ModuleName);
    Console.WriteLine(process.Modules.Cast<ProcessModule>().Any(m => m.ModuleName.StartsWith("libc.so") && m.ModuleMemorySize > 4096 && m.BaseAddress != IntPtr.Zero));
  }
}
