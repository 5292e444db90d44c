using System; using System.Runtime.InteropServices;
[UnmanagedFunctionPointer(CallingConvention.Cdecl)] delegate int Cmp(IntPtr a, IntPtr b);
delegate double Sq(double x); delegate int Len(string s); delegate int Add(int a, int b);
class P {
  [DllImport("libc")] static extern void qsort(int[] a, IntPtr n, IntPtr size, Cmp c);
  [DllImport("libdl.so.2")] static extern IntPtr dlsym(IntPtr h, string n);
  [DllImport("libc")] static extern int strcmp(string a, string b);
  [DllImport("libc", SetLastError=true)] static extern int close(int fd);
  static void Main() {
    var a = new[]{5,3,9,1}; qsort(a,(IntPtr)4,(IntPtr)4,(x,y)=>Marshal.ReadInt32(x)-Marshal.ReadInt32(y)); Console.WriteLine(string.Join(",",a));
    var sq = (Sq)Marshal.GetDelegateForFunctionPointer(dlsym(IntPtr.Zero,"sqrt"), typeof(Sq)); Console.WriteLine(sq(2.25));
    var len = Marshal.GetDelegateForFunctionPointer<Len>(dlsym(IntPtr.Zero,"strlen")); Console.WriteLine(len("hello")+" "+len.Method.Name.Length.CompareTo(0)+" "+(len.Target==null));
    Add ad=(x,y)=>x+y; var p=Marshal.GetFunctionPointerForDelegate(ad); var back=Marshal.GetDelegateForFunctionPointer<Add>(p); Console.WriteLine(ReferenceEquals(back,ad)+" "+back(2,3)); GC.KeepAlive(ad);
    Console.WriteLine(Math.Sign(strcmp("a","b"))); Console.WriteLine(close(12345)+" "+Marshal.GetLastWin32Error());
  }
}
