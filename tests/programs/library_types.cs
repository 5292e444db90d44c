using System; using System.Collections.Generic; using System.Linq; using System.Text; using System.Reflection; using System.Globalization;
[Flags] enum F { None=0, A=1, B=2, C=4, AB=3 }
enum S : short { X=-1, Y=5 }
enum UL : ulong { Big = ulong.MaxValue, One=1 }
class Foo { public int x; public string Name { get; set; } public Foo(){} public Foo(int a){x=a;} public virtual int M(int a, ref string s, out double d, params object[] r) { d=1; s+="!"; return a+x; } public static T Id<T>(T t){return t;} public event EventHandler Ev; private int secret=42; protected internal void PI(){} public int this[int i]{get{return i;} set{}} public class Nested<T>{ public T val; } }
class Bar : Foo { public override int M(int a, ref string s, out double d, params object[] r) { return base.M(a, ref s, out d, r)*2; } public new int x; public const int K=7; public const string KS="ks"; public static readonly DateTime dt=new DateTime(2000,1,1); }
interface IA<T> { T Get(); void Put(T t); int P {get;} }
struct St : IA<int>, IEquatable<St> { public int a; public string b; public int Get(){return a;} public void Put(int t){a=t;} public int P{get{return 9;}} public bool Equals(St o){return a==o.a;} }
class P {
  static void T(string n, Action a) { try { Console.WriteLine("-- "+n); a(); } catch (Exception e) { Console.WriteLine(n+": "+e.GetType().FullName+": "+e.Message); if (e.InnerException!=null) Console.WriteLine("  inner "+e.InnerException.GetType()+": "+e.InnerException.Message);} }
  static void Main() {
    T("enum", () => {
      foreach (var v in Enum.GetValues(typeof(F))) Console.Write(v+" "); Console.WriteLine();
      Console.WriteLine(string.Join(",", Enum.GetNames(typeof(UL))));
      Console.WriteLine((F)7+" "+(F)8+" "+F.AB+" "+(F)5+" "+((F)5).ToString("X")+" "+((F)5).ToString("D")+" "+S.X+" "+(S)77+" "+UL.Big);
      Console.WriteLine(Enum.Parse(typeof(F),"a, c",true)+" "+Enum.IsDefined(typeof(S),(short)5)+" "+Enum.GetUnderlyingType(typeof(UL)));
      F f; Console.WriteLine(Enum.TryParse("B",out f)+" "+f+" "+F.AB.HasFlag(F.B)+" "+F.A.CompareTo(F.B)+" "+F.A.Equals(F.A)+" "+S.X.GetHashCode()+" "+UL.Big.GetHashCode()+" "+F.C.GetHashCode());
      Console.WriteLine(Enum.ToObject(typeof(S),5)+" "+Enum.GetName(typeof(S),(short)-1)+" "+Enum.Format(typeof(F),3,"G"));
      try { Enum.Parse(typeof(F),"zzz"); } catch(ArgumentException e){Console.WriteLine(e.Message);}
      var d=new Dictionary<F,int>{{F.A,1},{F.B,2}}; Console.WriteLine(d[F.B]);
    });
    T("types", () => {
      foreach (var t in new Type[]{typeof(int),typeof(List<int>),typeof(List<>),typeof(Dictionary<string,List<int[]>>),typeof(int[,]),typeof(int[][]),typeof(Foo.Nested<string>),typeof(Foo.Nested<>),typeof(int*),typeof(St?),typeof(void),typeof(F),typeof(IA<>)})
        Console.WriteLine(t.Name+"|"+t.FullName+"|"+t+"|"+t.Namespace+"|"+t.BaseType+"|"+t.IsValueType+t.IsClass+t.IsGenericType+t.IsGenericTypeDefinition+t.IsArray+t.IsEnum+t.IsInterface+t.IsPrimitive+t.IsNested+"|"+t.Attributes+"|"+Type.GetTypeCode(t));
      Console.WriteLine(typeof(List<>).GetGenericArguments()[0]+" "+typeof(Dictionary<,>).MakeGenericType(typeof(int),typeof(string)));
      Console.WriteLine(typeof(int).MakeArrayType()+" "+typeof(int).MakeArrayType(2)+" "+typeof(int).MakeArrayType(1)+" "+typeof(int).MakeByRefType()+" "+typeof(int).MakePointerType()+" "+typeof(int[]).GetElementType()+" "+typeof(int[,]).GetArrayRank());
      Console.WriteLine(Type.GetType("System.Int32")+" "+(Type.GetType("Nope")==null)+" "+Type.GetType("Foo")+" "+Type.GetType("System.Collections.Generic.List`1[[Foo]]")+" "+Type.GetType("foo",false,true)+" "+Type.GetType("System.Linq.Enumerable, System.Core"));
      Console.WriteLine(typeof(Foo).IsAssignableFrom(typeof(Bar))+" "+typeof(IEnumerable<object>).IsAssignableFrom(typeof(List<string>))+" "+typeof(object).IsAssignableFrom(typeof(int))+" "+typeof(int?).IsAssignableFrom(typeof(int))+" "+typeof(Bar).IsSubclassOf(typeof(Foo))+typeof(Foo).IsSubclassOf(typeof(Foo))+" "+typeof(Foo).IsInstanceOfType(new Bar()));
      Console.WriteLine(typeof(Foo).AssemblyQualifiedName+" "+typeof(int).Assembly+" "+typeof(Foo).Module+" "+typeof(Foo).GUID.ToString().Length);
      Console.WriteLine(string.Join(",", typeof(St).GetInterfaces().Select(i=>i.ToString()).OrderBy(x=>x,StringComparer.Ordinal))+" "+string.Join(",", typeof(List<int>).GetInterfaces().Select(i=>i.Name).OrderBy(x=>x,StringComparer.Ordinal)));
      var map=typeof(St).GetInterfaceMap(typeof(IA<int>)); for(int i=0;i<map.InterfaceMethods.Length;i++) Console.WriteLine(map.InterfaceMethods[i]+" -> "+map.TargetMethods[i]);
      try { Type.GetType("Nope.X",true); } catch(TypeLoadException e){Console.WriteLine(e.Message);}
    });
    T("members", () => {
      foreach (var t in new[]{typeof(Foo),typeof(Bar),typeof(IA<>),typeof(St)}) { Console.WriteLine(t);
      foreach (var m in t.GetMembers(BindingFlags.Public|BindingFlags.NonPublic|BindingFlags.Instance|BindingFlags.Static|BindingFlags.DeclaredOnly).OrderBy(m=>m.MetadataToken)) Console.WriteLine("  "+m.MemberType+" "+m+" "+m.DeclaringType+" "+m.ReflectedType);
      foreach (var m in t.GetMethods().OrderBy(m=>m.Name,StringComparer.Ordinal).ThenBy(m=>m.ToString(),StringComparer.Ordinal)) Console.WriteLine("   m "+m+" "+m.DeclaringType+" "+m.Attributes+" "+m.CallingConvention);
      foreach (var m in t.GetFields().OrderBy(m=>m.Name)) Console.WriteLine("   f "+m+" "+m.DeclaringType+" "+m.Attributes);
      foreach (var m in t.GetProperties()) Console.WriteLine("   p "+m+" "+m.CanRead+m.CanWrite+m.GetIndexParameters().Length+" "+m.Attributes);}
    });
    T("invoke", () => {
      var m=typeof(Foo).GetMethod("M"); var args=new object[]{3,"s",null,new object[0]}; Console.WriteLine(m.Invoke(new Bar{},args)+" "+args[1]+" "+args[2]);
      foreach (var p in m.GetParameters()) Console.WriteLine(p.Name+" "+p.ParameterType+" "+p.IsOut+" "+p.Position+" "+p.Attributes+" "+p.IsDefined(typeof(ParamArrayAttribute),false)+" "+p);
      Console.WriteLine(typeof(Foo).GetMethod("Id").MakeGenericMethod(typeof(string)).Invoke(null,new object[]{"hey"})+" "+typeof(Foo).GetMethod("Id")+" "+typeof(Foo).GetMethod("Id").MakeGenericMethod(typeof(int)));
      try { m.Invoke(null,args); } catch(TargetException e){Console.WriteLine(e.Message);}
      try { m.Invoke(new Foo(),new object[1]); } catch(TargetParameterCountException e){Console.WriteLine(e.Message);}
      try { m.Invoke(new Foo(),new object[]{"x","s",null,null}); } catch(ArgumentException e){Console.WriteLine(e.Message);}
      try { typeof(int).GetMethod("Parse",new[]{typeof(string)}).Invoke(null,new object[]{"zz"}); } catch(TargetInvocationException e){Console.WriteLine(e.Message+" / "+e.InnerException.Message);}
      Console.WriteLine(typeof(Foo).GetField("secret",BindingFlags.NonPublic|BindingFlags.Instance).GetValue(new Foo()));
      var b=new Bar(); typeof(Foo).GetField("x").SetValue(b,12); typeof(Bar).GetField("x").SetValue(b,(byte)13); Console.WriteLine(((Foo)b).x+" "+b.x);
      Console.WriteLine(typeof(Bar).GetField("K").GetValue(null)+" "+typeof(Bar).GetField("KS").GetRawConstantValue()+" "+((DateTime)typeof(Bar).GetField("dt").GetValue(null)).Year);
      var pr=typeof(Foo).GetProperty("Name"); pr.SetValue(b,"nm",null); Console.WriteLine(pr.GetValue(b,null));
      Console.WriteLine(((Foo)Activator.CreateInstance(typeof(Foo),5)).x+" "+Activator.CreateInstance<St>().a+" "+Activator.CreateInstance(typeof(int))+" "+Activator.CreateInstance(typeof(List<string>))+" "+(Activator.CreateInstance(typeof(int?))==null));
      Console.WriteLine(typeof(string).GetConstructor(new[]{typeof(char),typeof(int)}).Invoke(new object[]{'z',3}));
      try { Activator.CreateInstance(typeof(IA<int>)); } catch(MissingMethodException e){Console.WriteLine(e.Message);}
      Console.WriteLine(typeof(Foo).InvokeMember("Name",BindingFlags.GetProperty,null,b,null));
      object bs=new St{a=1}; typeof(St).GetMethod("Put").Invoke(bs,new object[]{55}); Console.WriteLine(((St)bs).a);
    });
    T("deleg2", () => {
      var d=(Func<string,string>)Delegate.CreateDelegate(typeof(Func<string,string>),typeof(P),"Up"); Console.WriteLine(d("x")+d.Method+" "+(d.Target==null));
      Action a=()=>Console.Write("1 "); a+=()=>Console.Write("2 "); a+=a; a(); Console.WriteLine(a.GetInvocationList().Length); 
      Action c=Stat; c+=Stat; c-=Stat; c(); Console.WriteLine(c==(Action)Stat); Console.WriteLine(c.Equals(new Action(Stat))+" "+(c.GetHashCode()==new Action(Stat).GetHashCode())+c.Method.Name);
      var toS=(Func<object,string>)Delegate.CreateDelegate(typeof(Func<object,string>),typeof(object).GetMethod("ToString")); Console.WriteLine(toS(5)+toS("q"));
      Console.WriteLine(d.DynamicInvoke("dyn")); Console.WriteLine(((Delegate)a).DynamicInvoke());
    });
  }
  public static string Up(string s){return s.ToUpper();}
  static void Stat(){Console.WriteLine("stat");}
}
