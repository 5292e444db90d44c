// What the class library asks the system for: drives, processes, mapped memory, watched folders, users, domain data, web encoding; and transforms, which
// make dynamic methods.
// mcs: -r:System.Web -r:System.Core -r:System.Numerics -r:System.Xml
// move: 200
// deopt: 50
// timeout: 120
using System; using System.Collections.Generic; using System.Diagnostics; using System.Globalization; using System.IO; using System.IO.MemoryMappedFiles;
using System.Linq; using System.Security.Principal; using System.Text; using System.Threading; using System.Web;
class P {
  static void W(params object[] o) { Console.WriteLine(string.Join(" ", o.Select(x => Convert.ToString(x, CultureInfo.InvariantCulture)))); }
  static void T(string name, Action a) { try { a(); } catch (Exception e) { Console.WriteLine(name + ": " + e.GetType().Name + ": " + e.Message); } }
  static void Main() {
    var dir = Path.Combine(Path.GetTempPath(), "rapgo-test-" + Process.GetCurrentProcess().Id);
    Directory.CreateDirectory(dir);
    try { All(dir); } finally { Directory.Delete(dir, true); }
  }
  static void All(string dir) {
    T("xslt", () => {
      var sheet = "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'><xsl:output omit-xml-declaration='yes'/><xsl:template match='/'><o>" +
        "<xsl:for-each select='//b'><xsl:sort select='.' order='descending'/><i><xsl:value-of select='position()'/>=<xsl:value-of select='concat(., @n)'/></i></xsl:for-each>" +
        "<xsl:if test='sum(//b/@n) > 2'>more</xsl:if></o></xsl:template></xsl:stylesheet>";
      var t = new System.Xml.Xsl.XslCompiledTransform();
      t.Load(System.Xml.XmlReader.Create(new StringReader(sheet)));
      var o = new StringWriter();
      t.Transform(System.Xml.XmlReader.Create(new StringReader("<r><b n='1'>t</b><b n='2'>u</b></r>")), null, o);
      W(o);
    });
    T("attribute", () => {
      var b = new System.Reflection.Emit.CustomAttributeBuilder(typeof(ObsoleteAttribute).GetConstructor(new[] { typeof(string), typeof(bool) }), new object[] { "old", true });
      W(b != null);
      var u = new System.Reflection.Emit.CustomAttributeBuilder(typeof(AttributeUsageAttribute).GetConstructor(new[] { typeof(AttributeTargets) }), new object[] { AttributeTargets.Class }, new[] { typeof(AttributeUsageAttribute).GetProperty("Inherited") }, new object[] { false });
      W(u != null);
    });
    T("drives", () => {
      var root = new DriveInfo("/");
      W(root.IsReady, root.TotalSize > 0, root.AvailableFreeSpace <= root.TotalFreeSpace, root.Name, root.RootDirectory);
      W(DriveInfo.GetDrives().Any(d => d.Name == "/"));
    });
    T("process", () => {
      using (var p = Process.GetCurrentProcess()) {
        W(p.Threads.Count > 0, p.WorkingSet64 > 1 << 20, p.PeakWorkingSet64 >= 1 << 20, p.VirtualMemorySize64 > p.WorkingSet64, p.PrivateMemorySize64 > 0);
        W(p.TotalProcessorTime > TimeSpan.Zero, p.UserProcessorTime <= TimeSpan.FromHours(1), p.StartTime <= DateTime.Now, p.HasExited, p.Responding);
        W(Process.GetProcessById(p.Id).Id == p.Id, Process.GetProcesses().Any(q => q.Id == p.Id));
      }
    });
    T("mapped", () => {
      var file = Path.Combine(dir, "mapped");
      File.WriteAllBytes(file, new byte[10000]);
      using (var m = MemoryMappedFile.CreateFromFile(file)) {
        using (var a = m.CreateViewAccessor()) { a.Write(4, 77); a.Write(9000, 1.5); W(a.Capacity >= 10000, a.ReadInt32(4), a.ReadDouble(9000)); }
        using (var a = m.CreateViewAccessor(5000, 100, MemoryMappedFileAccess.Read)) { W(a.ReadByte(0), a.CanWrite); try { a.Write(0, 1); } catch (NotSupportedException) { W("read only"); } }
        using (var s = m.CreateViewStream(4, 8)) { var b = new byte[8]; W(s.Read(b, 0, 8), b[0]); }
      }
      W(File.ReadAllBytes(file)[4], new FileInfo(file).Length);
      using (var m = MemoryMappedFile.CreateFromFile(file, FileMode.Open, null, 20000)) using (var a = m.CreateViewAccessor()) a.Write(19999, (byte)5);
      W(new FileInfo(file).Length, File.ReadAllBytes(file)[19999]);
      using (var m = MemoryMappedFile.CreateNew("rapgo-" + Process.GetCurrentProcess().Id, 100)) using (var a = m.CreateViewAccessor()) { a.Write(0, 123456789L); W(a.ReadInt64(0)); }
      using (var m = MemoryMappedFile.CreateFromFile(file, FileMode.Open)) using (var a = m.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite)) a.Write(4, 1);
      W(File.ReadAllBytes(file)[4]);
    });
    T("mapped missing", () => { try { MemoryMappedFile.CreateFromFile(dir + "/missing", FileMode.Open); } catch (FileNotFoundException) { W("not found"); } });
    T("odds", () => {
      W(Process.GetCurrentProcess().PriorityClass > 0, PerformanceCounterCategory.Exists("none"));
      foreach (var n in new[] { "Sinh", "Cosh", "Tanh", "Asinh", "Cbrt" }) W(n, Convert.ToSingle(typeof(object).Assembly.GetType("System.MathF").GetMethod(n, new[] { typeof(float) }).Invoke(null, new object[] { 0.5f })).ToString("R", CultureInfo.InvariantCulture));
      Trace.WriteLine("nobody listens");
    });
    T("watch", () => {
      using (var w = new FileSystemWatcher(dir)) {
        var seen = new List<string>(); var two = new CountdownEvent(2);
        FileSystemEventHandler note = (s, e) => { lock (seen) { var line = e.ChangeType + " " + e.Name; if (!seen.Contains(line)) { seen.Add(line); if (two.CurrentCount > 0) two.Signal(); } } };
        w.Created += note; w.Deleted += note; w.EnableRaisingEvents = true;
        File.WriteAllText(dir + "/new", "x"); File.Delete(dir + "/new");
        W(two.Wait(10000)); lock (seen) W(string.Join(",", seen.OrderBy(x => x, StringComparer.Ordinal)));
      }
    });
    T("users", () => { var i = WindowsIdentity.GetCurrent(); W(i.Name == Environment.UserName, i.IsAuthenticated, i.IsAnonymous, new WindowsPrincipal(i).Identity.Name == i.Name); });
    T("domain", () => {
      var d = AppDomain.CurrentDomain;
      d.SetData("k", new[] { 5 }); GC.Collect(); W(((int[])d.GetData("k"))[0], d.GetData("none") == null, d.FriendlyName);
    });
    T("web", () => W(HttpUtility.UrlEncode("a b&ü"), HttpUtility.HtmlEncode("<a href=\"x\">ä"), HttpUtility.HtmlDecode("&lt;&eacute;&#65;"), HttpUtility.ParseQueryString("a=1&b=2&a=3")["a"], HttpUtility.JavaScriptStringEncode("a'\n"), HttpUtility.HtmlAttributeEncode("<'\">")));
  }
}
