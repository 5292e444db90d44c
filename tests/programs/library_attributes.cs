using System; using System.Collections.Generic; using System.Linq; using System.Text; using System.Reflection; using System.Diagnostics; using System.Runtime.InteropServices; using System.Threading.Tasks; using System.Runtime.CompilerServices;
[AttributeUsage(AttributeTargets.All, AllowMultiple=true)] class MyA : Attribute { public string S; public int[] Arr; public Type Ty {get;set;} public object O; public DayOfWeek D; public MyA(){} public MyA(string s, params int[] a){S=s;Arr=a;} public override string ToString(){return "MyA("+S+","+(Arr==null?"null":string.Join("/",Arr))+","+Ty+","+O+","+D+")";} }
class Inh : Attribute { public int V=1; public Inh(int v){V=v;} }
[MyA("cls",1,2,Ty=typeof(string),O=5,D=DayOfWeek.Friday)] [Inh(3)] [Serializable] class A { [MyA(O="str")] public int f; [MyA] public int P {[return:MyA("ret")] get; set;} [Obsolete("old")] public void M([MyA("p")] int a, [Optional] string s, int z=5, double dd=1.5, string q="def", DayOfWeek w=DayOfWeek.Monday, decimal dec=1.25m, object nul=null){} [DllImport("libc", SetLastError=true, EntryPoint="getpid")] public static extern int Pid(); }
class B : A { public virtual void V<T>(T t) where T : class, IComparable<T>, new() {} }
[StructLayout(LayoutKind.Sequential, Pack=1)] struct Pk { public byte a; public int b; }
[StructLayout(LayoutKind.Sequential, CharSet=CharSet.Ansi)] struct Ms { public int a; [MarshalAs(UnmanagedType.ByValTStr, SizeConst=10)] public string s; public bool b; [MarshalAs(UnmanagedType.ByValArray, SizeConst=3)] public short[] arr; public string ps; public double d; public Pk pk; public char c; }
[StructLayout(LayoutKind.Explicit)] struct Ex { [FieldOffset(0)] public int i; [FieldOffset(0)] public float f; [FieldOffset(8)] public long l; }
class P {
  static void T(string n, Action a) { try { Console.WriteLine("-- "+n); a(); } catch (Exception e) { Console.WriteLine(n+": "+e.GetType().FullName+": "+e.Message); if (e.InnerException!=null) Console.WriteLine("  inner "+e.InnerException.GetType()+": "+e.InnerException.Message);} }
  static void Show(IEnumerable<CustomAttributeData> l) { foreach (var d in l) Console.WriteLine("  data "+d); }
  [MethodImpl(MethodImplOptions.NoInlining)] static void Thrower(int x, string[] s, List<int> l, ref double d) { throw new InvalidOperationException("boom"); }
  class G<T> { [MethodImpl(MethodImplOptions.NoInlining)] public void Do<U>(T t, U u, T[] ts, Dictionary<T,U> d){ throw new ArgumentException("gen","t"); } }
  static void Mid() { double d=1; try { Thrower(1,null,null,ref d);} finally { Console.WriteLine("fin"); } }
  static string Clean(string s) { return System.Text.RegularExpressions.Regex.Replace(s, @"\[0x[0-9a-f]+\] in <[0-9a-f]+>", "[O] in <M>"); }
  static void Main() {
    T("attrs", () => {
      foreach (var a in typeof(A).GetCustomAttributes(false).OrderBy(x=>x.GetType().Name)) Console.WriteLine(a);
      foreach (var a in typeof(B).GetCustomAttributes(true).OrderBy(x=>x.GetType().Name)) Console.WriteLine(a);
      Console.WriteLine(typeof(B).IsDefined(typeof(MyA),true)+" "+typeof(B).IsDefined(typeof(MyA),false)+" "+typeof(B).IsDefined(typeof(SerializableAttribute),true)+typeof(A).IsSerializable);
      Console.WriteLine(typeof(A).GetField("f").GetCustomAttribute<MyA>()+" "+typeof(A).GetProperty("P").GetCustomAttribute<MyA>());
      var m=typeof(A).GetMethod("M"); Console.WriteLine(m.GetCustomAttribute<ObsoleteAttribute>().Message);
      foreach (var p in m.GetParameters()) Console.WriteLine(p+" "+p.IsOptional+" "+p.HasDefaultValue+" "+(p.DefaultValue??"null")+" "+p.DefaultValue?.GetType()+" "+p.RawDefaultValue+" "+p.GetCustomAttributes(typeof(MyA),false).Length);
      Console.WriteLine(typeof(A).GetProperty("P").GetGetMethod().ReturnParameter.GetCustomAttributes(typeof(MyA),false).Length);
      Show(typeof(A).GetCustomAttributesData()); Show(m.GetCustomAttributesData()); Show(m.GetParameters()[0].GetCustomAttributesData());
      var dl=typeof(A).GetMethod("Pid"); Console.WriteLine(dl.GetCustomAttribute<DllImportAttribute>().EntryPoint+" "+dl.Attributes+" "+dl.GetMethodImplementationFlags());
    });
    T("gen", () => {
      var v=typeof(B).GetMethod("V"); var a=v.GetGenericArguments()[0]; Console.WriteLine(v+" "+a+" "+a.IsGenericParameter+" "+a.GenericParameterAttributes+" "+string.Join(",",a.GetGenericParameterConstraints().Select(x=>x.ToString()))+" "+a.DeclaringMethod+" "+a.DeclaringType+" "+a.BaseType+" "+a.FullName);
      Console.WriteLine(typeof(Dictionary<,>).GetGenericArguments()[1].GenericParameterPosition+" "+typeof(IEnumerable<>).GetGenericArguments()[0].GenericParameterAttributes+" "+typeof(List<int>).GetGenericTypeDefinition()+" "+typeof(List<int>).ContainsGenericParameters+typeof(List<>).ContainsGenericParameters);
      Console.WriteLine(typeof(List<string>).GetMethod("Add")+" "+typeof(List<>).GetMethod("Add")+" "+typeof(List<string>).GetMethod("ConvertAll")+" "+typeof(List<>).GetField("_items",BindingFlags.NonPublic|BindingFlags.Instance)?.FieldType);
      Console.WriteLine(MethodBase.GetCurrentMethod().Name!=null);
      Console.WriteLine(typeof(Nullable<int>).GetProperty("Value")+" "+Nullable.GetUnderlyingType(typeof(int?)));
      Console.WriteLine(((object)(int?)5).GetType()+" "+typeof(int?).GetMethod("GetValueOrDefault",new Type[0]).Invoke(5,null));
    });
    T("trace", () => {
      try { Mid(); } catch (Exception e) { Console.WriteLine(Clean(e.ToString())); Console.WriteLine(e.TargetSite+" "+e.Source); var st=new StackTrace(e,true); Console.WriteLine(st.FrameCount+" "+st.GetFrame(0).GetMethod().Name+" "+st.GetFrame(0).GetFileName()+" "+st.GetFrame(0).GetFileLineNumber()); 
        try { throw new Exception("outer", e); } catch (Exception o) { Console.WriteLine(Clean(o.ToString())); } }
      try { new G<string>().Do<int>("", 1, null, null); } catch (Exception e) { Console.WriteLine(Clean(e.ToString())); }
      try { try { Mid(); } catch (InvalidOperationException) { throw; } } catch (Exception e) { Console.WriteLine(Clean(e.StackTrace)); }
      try { new AggregateException(new Exception("a"),new Exception("b")).Handle(x=>false); } catch (Exception e) { Console.WriteLine(Clean(e.ToString())); }
      try { object o="s"; int i=(int)o; } catch (Exception e) { Console.WriteLine(e.Message); }
      try { object o="s"; var i=(List<int>)o; } catch (Exception e) { Console.WriteLine(e.Message); }
      try { int[] z=new int[2]; z[5]=1; } catch (Exception e) { Console.WriteLine(e.Message); }
      try { object[] z=new string[2]; z[0]=5; } catch (Exception e) { Console.WriteLine(e.Message); }
      try { int zero=0; Console.WriteLine(5/zero); } catch (Exception e) { Console.WriteLine(e.Message); }
      try { checked { int mx=int.MaxValue; mx++; } } catch (Exception e) { Console.WriteLine(e.Message); }
      try { string s=null; s.ToString(); } catch (Exception e) { Console.WriteLine(e.Message); }
      try { SI.X(); } catch (Exception e) { Console.WriteLine(e.GetType()+" "+e.Message+" "+e.InnerException.Message); }
      var ed=System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(new Exception("cap")); try { ed.Throw(); } catch (Exception e) { Console.WriteLine(Clean(e.ToString())); }
    });
    T("marshal", () => {
      Console.WriteLine(Marshal.SizeOf(typeof(Pk))+" "+Marshal.SizeOf(typeof(Ms))+" "+Marshal.SizeOf(typeof(Ex))+" "+Marshal.OffsetOf(typeof(Ms),"ps")+" "+Marshal.SizeOf(typeof(int))+" "+Marshal.SizeOf(typeof(Guid))+Marshal.SizeOf(typeof(decimal))+" "+Marshal.SizeOf<char>());
      var p=Marshal.AllocHGlobal(200); var ms=new Ms{a=7,s="hello world too long",b=true,arr=new short[]{1,2,3},ps="pointer",d=2.5,pk=new Pk{a=1,b=2},c='x'}; Marshal.StructureToPtr(ms,p,false); var r=(Ms)Marshal.PtrToStructure(p,typeof(Ms)); Console.WriteLine(r.a+r.s+r.b+string.Join(",",r.arr)+r.ps+r.d+r.pk.b+r.c); Console.WriteLine(Marshal.ReadInt32(p)+" "+Marshal.ReadByte(p,4)); Marshal.DestroyStructure(p,typeof(Ms));
      var bytes=new byte[]{1,2,3,4}; Marshal.Copy(bytes,0,p,4); Console.WriteLine(Marshal.ReadInt32(p)); Marshal.Copy(p,bytes,1,2); Console.WriteLine(string.Join(",",bytes)); Marshal.FreeHGlobal(p);
      var sp=Marshal.StringToHGlobalAnsi("hello"); Console.WriteLine(Marshal.PtrToStringAnsi(sp)+Marshal.PtrToStringAnsi(sp,2)); var su=Marshal.StringToHGlobalUni("wide"); Console.WriteLine(Marshal.PtrToStringUni(su)+Marshal.PtrToStringUni(su,2)); var bs=Marshal.StringToBSTR("bstr"); Console.WriteLine(Marshal.PtrToStringBSTR(bs)); Marshal.FreeBSTR(bs);
      var h=GCHandle.Alloc(bytes,GCHandleType.Pinned); Console.WriteLine(Marshal.ReadByte(h.AddrOfPinnedObject())); h.Free();
      var e=new Ex{f=1.0f}; Console.WriteLine(e.i.ToString("X"));
    });
    T("tokens", () => { var mo=typeof(A).Module; Console.WriteLine(mo.ResolveType(typeof(A).MetadataToken)+" "+mo.ResolveMethod(typeof(A).GetMethod("M").MetadataToken)+" "+mo.Name+" "+mo.ScopeName+" "+(mo.ModuleVersionId!=Guid.Empty)); var body=typeof(P).GetMethod("Mid",BindingFlags.NonPublic|BindingFlags.Static).GetMethodBody(); Console.WriteLine(body.MaxStackSize+" "+body.LocalVariables.Count+" "+body.ExceptionHandlingClauses.Count+" "+body.GetILAsByteArray().Length+" "+body.LocalVariables[0]+" "+body.InitLocals); });
    T("asm", () => { var a=Assembly.GetExecutingAssembly(); Console.WriteLine(a.FullName+" "+a.EntryPoint+" "+System.IO.Path.GetFileName(a.Location)+" "+a.ImageRuntimeVersion+" "+a.GlobalAssemblyCache+" "+a.GetName().Version+" "+(a==Assembly.GetEntryAssembly())+" "+string.Join(";",a.GetReferencedAssemblies().Select(x=>x.FullName).OrderBy(x=>x)));
      Console.WriteLine(string.Join(" ",a.GetTypes().Select(t=>t.Name).Where(n=>!n.Contains("<")).OrderBy(x=>x))+" "+a.GetType("A")+" "+(a.GetType("System.Int32")==null)); Console.WriteLine(typeof(int).Assembly.GetName()+" "+Assembly.Load("System.Core").GetName().Name+" "+Assembly.Load("System, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089").FullName); var an=new AssemblyName("Foo, Version=1.2.3.4, Culture=neutral, PublicKeyToken=b77a5c561934e089"); Console.WriteLine(an.Name+an.Version+an.FullName+BitConverter.ToString(an.GetPublicKeyToken())); try { Assembly.Load("NoSuchAsm"); } catch (Exception e) { Console.WriteLine(e.GetType()+" "+e.Message);} });
  }
  class SI { static SI(){ throw new Exception("cctor"); } public static void X(){} }
}
