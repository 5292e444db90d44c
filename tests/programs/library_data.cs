// mcs: -r:System.Xml.dll -r:System.Xml.Linq.dll -r:System.Data.dll -r:System.Core.dll -r:System.IO.Compression.dll
using System; using System.Collections.Generic; using System.Linq; using System.Xml; using System.Xml.Linq; using System.Text; using System.IO; using System.IO.Compression; using System.Security.Cryptography; using System.Linq.Expressions; using System.Runtime.Serialization.Formatters.Binary; using System.Data; using System.Threading; using System.Runtime.CompilerServices; using System.Reflection; using System.ComponentModel; using System.Globalization; using System.Diagnostics; using System.Net;
[Serializable] public class Node { public int A; public string B; public List<Node> Kids = new List<Node>(); [NonSerialized] public int skip; }
class Fin { public static int n; ~Fin(){ n++; } }
class Prox : IDisposable { public void Dispose(){ Console.WriteLine("disposed"); } }
static class Ext { public static int Twice(this int x) => x*2; }
struct Big { public long a,b,c,d; public override string ToString()=>a+","+d; }
delegate void RefD(ref int x, out string s); delegate Big BigD(Big b, int k); delegate T GD<T>(T a);
class P {
  static void T(string n, Action a) { try { Console.WriteLine("-- "+n); a(); } catch (Exception e) { Console.WriteLine(n+": "+e.GetType().FullName+": "+e.Message); for (var i=e.InnerException;i!=null;i=i.InnerException) Console.WriteLine("  inner "+i.GetType()+": "+i.Message); Console.Error.WriteLine(e);} }
  static void W(params object[] o) { Console.WriteLine(string.Join("|", o.Select(x=>x==null?"null":Convert.ToString(x,CultureInfo.InvariantCulture)))); }
  static void RefM(ref int x, out string s) { x++; s="v"+x; }
  Big BigM(Big b, int k) { b.d+=k; return b; }
  static IEnumerable<int> It(int n) { try { for (int i=0;i<n;i++) yield return i; } finally { W("itfin"); } } 
  static void Main() {
    T("xml", () => { var x=XDocument.Parse("<a q='1'><b>t</b><b>u &amp; v</b><!-- c --></a>"); W(x.Root.Elements("b").Select(e=>e.Value).Aggregate((p,q)=>p+q),x.Root.Attribute("q").Value,x); var d=new XmlDocument(); d.LoadXml("<r><i n='1'/><i n='2'/></r>"); W(d.SelectNodes("/r/i[@n>1]").Count,d.OuterXml); var sb=new StringBuilder(); using (var w=XmlWriter.Create(sb,new XmlWriterSettings{Indent=true})) { w.WriteStartElement("z"); w.WriteElementString("k","v<"); w.WriteEndElement(); } W(sb); });
    T("crypto", () => { W(BitConverter.ToString(MD5.Create().ComputeHash(Encoding.UTF8.GetBytes("abc"))),BitConverter.ToString(SHA256.Create().ComputeHash(new byte[0])).Substring(0,20),BitConverter.ToString(new HMACSHA1(new byte[]{1}).ComputeHash(new byte[]{2})).Substring(0,11)); var aes=Aes.Create(); aes.Key=new byte[16]; aes.IV=new byte[16]; W(BitConverter.ToString(aes.CreateEncryptor().TransformFinalBlock(new byte[]{1,2,3},0,3)).Substring(0,20)); });
    T("binfmt", () => { var n=new Node{A=1,B="b"}; n.Kids.Add(new Node{A=2}); n.skip=9; var ms=new MemoryStream(); new BinaryFormatter().Serialize(ms,n); ms.Position=0; var m=(Node)new BinaryFormatter().Deserialize(ms); W(m.A,m.B,m.Kids.Count,m.Kids[0].A,m.skip); });
    T("deflate", () => { var ms=new MemoryStream(); using (var g=new GZipStream(ms,CompressionMode.Compress,true)) g.Write(new byte[1000],0,1000); ms.Position=0; var o=new MemoryStream(); using (var g=new GZipStream(ms,CompressionMode.Decompress)) g.CopyTo(o); W(o.Length); });
    T("deleg", () => { RefD r=RefM; int x=1; string s; r(ref x,out s); W(x,s); BigD b=new P().BigM; W(b(new Big{a=1,d=2},5)); GD<string> g=string.Copy; W(g("cc")); });
    T("deleg3", () => {  Func<Big> mk=()=>new Big{d=3}; W(mk()); Func<int,Func<int,int>> add=a=>bb=>a+bb; W(add(1)(2)); Action<int> multi=null; multi+=i=>W("a",i); multi+=i=>W("b",i); multi(3); var un=multi.GetInvocationList()[0]; multi-=(Action<int>)un; multi(4); Func<int> mf=()=>1; mf+=()=>2; W(mf()); Comparison<string> cmp=string.CompareOrdinal; W(cmp("a","b")); EventHandler eh=(o,e)=>W(o,e==EventArgs.Empty); eh("snd",EventArgs.Empty); Predicate<string> pr="abc".Contains; W(pr("b")); });
    T("desc", () => { W(TypeDescriptor.GetConverter(typeof(int)).ConvertFromString("12"),TypeDescriptor.GetConverter(typeof(DayOfWeek)).ConvertFromString("Monday"),TypeDescriptor.GetProperties(typeof(Version)).Count,new DefaultValueAttribute(5).Value); });
    T("data", () => { var t=new DataTable("t"); t.Columns.Add("a",typeof(int)); t.Columns.Add("b",typeof(string)); t.Rows.Add(1,"x"); t.Rows.Add(2,"y"); W(t.Select("a > 1")[0]["b"],t.Compute("SUM(a)",""),t.Rows.Count); });
    T("iter", () => { foreach (var i in It(5)) { if (i==2) break; W(i); } using (new Prox()) W("in"); (int a,string b) tup=(1,"x"); var (q,z)=tup; W(q,z); object o=5; if (o is int ii && ii>3) W("pat",ii);   Span<int> sp=new int[3]; sp[1]=4; W(sp.ToArray().Sum()); W(nameof(Main),default(int)); });
    T("cond", () => { var cwt=new ConditionalWeakTable<object,string>(); var key=new object(); cwt.Add(key,"v"); string v; W(cwt.TryGetValue(key,out v),v); for (int i=0;i<10;i++) new Fin(); GC.Collect(); GC.WaitForPendingFinalizers(); W(Fin.n>0); });
    T("sw", () => { var sw=Stopwatch.StartNew(); W(sw.ElapsedMilliseconds<1000,Stopwatch.Frequency>0); Debug.WriteLine("x"); Trace.Assert(true); });
  }
}
