// Sockets on the loopback: TCP and UDP, blocking and asynchronous, options, errors, timeouts, Select, closing under a waiter, names,
// an HTTP server and its client.
// move: 200
// deopt: 50
using System; using System.Collections.Generic; using System.IO; using System.Linq; using System.Net; using System.Net.Sockets; using System.Text; using System.Threading; using System.Threading.Tasks;
class P {
  static void T(string name, Action a) { try { a(); } catch (Exception e) { if (e is AggregateException) e = e.InnerException; var s = e as SocketException; Console.WriteLine("!! " + name + " " + e.GetType().Name + " " + (s != null ? s.SocketErrorCode + " " + s.NativeErrorCode : e.Message)); } }
  static void Main() {
    T("tcp", () => {
      var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); int port = ((IPEndPoint)l.LocalEndpoint).Port;
      var server = new Thread(() => { using (var c = l.AcceptTcpClient()) using (var s = c.GetStream()) { var r = new StreamReader(s); var w = new StreamWriter(s) { AutoFlush = true }; string line; while ((line = r.ReadLine()) != null) w.WriteLine("echo " + line); } }); server.Start();
      using (var c = new TcpClient("127.0.0.1", port)) { var s = c.GetStream(); var w = new StreamWriter(s) { AutoFlush = true }; var r = new StreamReader(s); for (int i = 0; i < 5; i++) { w.WriteLine("line " + i); Console.WriteLine(r.ReadLine()); } Console.WriteLine(((IPEndPoint)c.Client.RemoteEndPoint).Port == port); Console.WriteLine(c.Connected + " " + c.Client.Available + " " + c.Client.Blocking + " " + c.Client.AddressFamily + " " + c.Client.SocketType + " " + c.Client.ProtocolType); }
      server.Join(); l.Stop();
    });
    T("big", () => {
      var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); var data = new byte[3000000]; for (int i = 0; i < data.Length; i++) data[i] = (byte)(i * 7);
      var t = Task.Run(() => { using (var c = l.AcceptTcpClient()) { c.GetStream().Write(data, 0, data.Length); c.Client.Shutdown(SocketShutdown.Send); } });
      using (var c = new TcpClient()) { c.Connect(IPAddress.Loopback, ((IPEndPoint)l.LocalEndpoint).Port); var m = new MemoryStream(); c.GetStream().CopyTo(m); Console.WriteLine(m.Length + " " + m.ToArray().SequenceEqual(data)); } t.Wait(); l.Stop();
    });
    T("async", () => {
      var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); int port = ((IPEndPoint)l.LocalEndpoint).Port;
      var serve = Task.Run(async () => { for (int k = 0; k < 8; k++) { var c = await l.AcceptTcpClientAsync(); var _ = Task.Run(async () => { using (c) { var b = new byte[100]; int n = await c.GetStream().ReadAsync(b, 0, 100); await c.GetStream().WriteAsync(b, 0, n); } }); } });
      var all = Enumerable.Range(0, 8).Select(async i => { using (var c = new TcpClient()) { await c.ConnectAsync("127.0.0.1", port); var b = Encoding.ASCII.GetBytes("msg" + i); await c.GetStream().WriteAsync(b, 0, b.Length); var r = new byte[100]; int n = await c.GetStream().ReadAsync(r, 0, 100); return Encoding.ASCII.GetString(r, 0, n); } }).ToArray();
      Console.WriteLine(string.Join(",", Task.WhenAll(all).Result)); serve.Wait(); l.Stop();
    });
    T("apm", () => {
      var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp); s.Bind(new IPEndPoint(IPAddress.Loopback, 0)); s.Listen(5);
      var ar = s.BeginAccept(null, null); var c = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp); c.EndConnect(c.BeginConnect(s.LocalEndPoint, null, null)); var a = s.EndAccept(ar);
      var buf = new byte[10]; var rr = a.BeginReceive(buf, 0, 10, SocketFlags.None, null, null); Console.WriteLine(c.EndSend(c.BeginSend(new byte[] { 1, 2, 3 }, 0, 3, SocketFlags.None, null, null))); Console.WriteLine(a.EndReceive(rr) + " " + buf[2]);
      var e = new SocketAsyncEventArgs(); e.SetBuffer(new byte[] { 9, 8 }, 0, 2); var done = new ManualResetEvent(false); e.Completed += (o, x) => done.Set(); if (c.SendAsync(e)) done.WaitOne(60000); Console.WriteLine(e.SocketError + " " + e.BytesTransferred); Console.WriteLine(a.Receive(buf) + " " + buf[0]);
      c.Send(new List<ArraySegment<byte>> { new ArraySegment<byte>(new byte[] { 4 }), new ArraySegment<byte>(new byte[] { 5, 6 }) }); Thread.Sleep(50); Console.WriteLine(a.Available + " " + a.Poll(1000, SelectMode.SelectRead) + " " + a.Poll(0, SelectMode.SelectWrite) + " " + a.Receive(buf, 0, 10, SocketFlags.Peek) + " " + a.Receive(new List<ArraySegment<byte>> { new ArraySegment<byte>(buf, 0, 1), new ArraySegment<byte>(buf, 5, 2) }) + " " + buf[0] + buf[5] + buf[6]);
      c.Close(); Console.WriteLine(a.Receive(buf)); a.Close(); s.Close();
    });
    T("udp", () => {
      using (var a = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) using (var b = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) { b.Send(new byte[] { 1, 2, 3 }, 3, (IPEndPoint)a.Client.LocalEndPoint); IPEndPoint from = null; var d = a.Receive(ref from); Console.WriteLine(d.Length + " " + from.Equals(b.Client.LocalEndPoint)); var t = b.ReceiveAsync(); a.Send(new byte[4], 4, from); Console.WriteLine(t.Result.Buffer.Length); }
    });
    T("options", () => {
      using (var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)) { s.NoDelay = true; s.LingerState = new LingerOption(true, 3); s.ReceiveTimeout = 250; s.SendTimeout = 300; s.Ttl = 33; s.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true); s.ReceiveBufferSize = 20000; Console.WriteLine(s.NoDelay + " " + s.LingerState.Enabled + s.LingerState.LingerTime + " " + s.ReceiveTimeout + " " + s.SendTimeout + " " + s.Ttl + " " + (int)s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive) + " " + (s.ReceiveBufferSize >= 20000) + " " + BitConverter.ToInt32(s.GetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.NoDelay, 4), 0) + " " + s.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.Type)); }
      using (var s = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)) { s.EnableBroadcast = true; s.MulticastLoopback = false; Console.WriteLine(s.EnableBroadcast + " " + s.MulticastLoopback); }
    });
    T("refused", () => { var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); int p = ((IPEndPoint)l.LocalEndpoint).Port; l.Stop(); new TcpClient("127.0.0.1", p); });
    T("refused async", () => { var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); int p = ((IPEndPoint)l.LocalEndpoint).Port; l.Stop(); new TcpClient().ConnectAsync("127.0.0.1", p).Wait(); });
    T("in use", () => { var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); new TcpListener((IPEndPoint)l.LocalEndpoint).Start(); });
    T("timeout", () => { using (var u = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) { u.Client.ReceiveTimeout = 60; IPEndPoint f = null; u.Receive(ref f); } });
    T("would block", () => { using (var u = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) { u.Client.Blocking = false; u.Client.Receive(new byte[1]); } });
    T("not connected", () => { new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp).Send(new byte[1]); });
    T("closed", () => { var s = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp); s.Close(); s.Listen(1); });
    T("unknown host", () => Dns.GetHostEntry("no.such.host.invalid"));
    T("close under accept", () => { var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); string what = "?"; var t = new Thread(() => { try { l.AcceptTcpClient(); } catch (SocketException e) { what = e.SocketErrorCode.ToString(); } catch (Exception e) { what = e.GetType().Name; } }); t.Start(); Thread.Sleep(150); l.Stop(); Console.WriteLine(t.Join(3000) + " " + (what != "?")); });
    T("close under receive", () => { var u = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)); string what = "?"; var t = new Thread(() => { try { IPEndPoint f = null; u.Receive(ref f); } catch (Exception e) { what = e.GetType().Name; } }); t.Start(); Thread.Sleep(150); u.Close(); Console.WriteLine(t.Join(3000) + " " + (what != "?")); });
    T("select", () => { using (var a = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) using (var b = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0))) { a.Send(new byte[1], 1, (IPEndPoint)b.Client.LocalEndPoint); Thread.Sleep(30); var r = new List<Socket> { a.Client, b.Client }; var w = new List<Socket> { a.Client }; Socket.Select(r, w, null, 100000); Console.WriteLine(r.Count + " " + (r[0] == b.Client) + " " + w.Count); r = new List<Socket> { a.Client }; Socket.Select(r, null, null, 1000); Console.WriteLine(r.Count); } });
    T("v6", () => { var l = new TcpListener(IPAddress.IPv6Loopback, 0); l.Start(); var t = l.AcceptTcpClientAsync(); using (var c = new TcpClient(AddressFamily.InterNetworkV6)) { c.Connect((IPAddress)IPAddress.IPv6Loopback, ((IPEndPoint)l.LocalEndpoint).Port); Console.WriteLine(((IPEndPoint)t.Result.Client.RemoteEndPoint).Address); } l.Stop(); });
    T("dns", () => { Console.WriteLine(Dns.GetHostAddresses("127.0.0.1")[0] + " " + Dns.GetHostEntry("127.0.0.1").AddressList.Length + " " + Dns.GetHostAddresses("localhost").Contains(IPAddress.Loopback) + " " + (Dns.GetHostName().Length > 0)); });
    T("http", () => { var h = new HttpListener(); int port = 0; for (int i = 0; i < 50 && port == 0; i++) { var l = new TcpListener(IPAddress.Loopback, 0); l.Start(); int p = ((IPEndPoint)l.LocalEndpoint).Port; l.Stop(); try { h.Prefixes.Clear(); h.Prefixes.Add("http://127.0.0.1:" + p + "/"); h.Start(); port = p; } catch (Exception) { } } var t = Task.Run(() => { for (int i = 0; i < 2; i++) { var c = h.GetContext(); var b = Encoding.UTF8.GetBytes("hi " + c.Request.Url.AbsolutePath + " " + c.Request.HttpMethod + " " + new StreamReader(c.Request.InputStream).ReadToEnd()); c.Response.OutputStream.Write(b, 0, b.Length); c.Response.Close(); } }); using (var w = new WebClient()) { Console.WriteLine(w.DownloadString("http://127.0.0.1:" + port + "/p/q?x=1")); Console.WriteLine(w.UploadString("http://127.0.0.1:" + port + "/post", "body")); } t.Wait(); h.Close(); });
  }
}
