// An operating system kernel in small, after Martin Richards' benchmark: an idler, a worker, two handlers and two devices
// exchange packets under a priority scheduler. SIZE simulations.
using System;

sealed class Packet {
  public Packet Link;
  public int Id, Datum;
  public readonly int Kind;
  public readonly int[] Data = new int[4];
  public Packet(Packet link, int id, int kind) { Link = link; Id = id; Kind = kind; }

  public Packet AppendTo(Packet queue) {
    Link = null;
    if (queue == null) return this;
    Packet last = queue;
    while (last.Link != null) last = last.Link;
    last.Link = this;
    return queue;
  }
}

abstract class Task {
  protected readonly Scheduler scheduler;
  protected Task(Scheduler scheduler) { this.scheduler = scheduler; }
  public abstract TaskControl Run(Packet packet);
}

sealed class TaskControl {
  const int Runnable = 0, HasPacket = 1, Suspended = 2, Held = 4;
  public readonly TaskControl Next;
  public readonly int Id, Priority;
  public Task Body;
  Packet queue;
  int state;

  public TaskControl(TaskControl next, int id, int priority, Packet queue) {
    Next = next; Id = id; Priority = priority; this.queue = queue;
    state = queue == null ? Suspended : Suspended | HasPacket;
  }

  public void SetRunning() { state = Runnable; }
  public void Release() { state &= ~Held; }
  public void Hold() { state |= Held; }
  public void Suspend() { state |= Suspended; }
  public bool Blocked { get { return (state & Held) != 0 || state == Suspended; } }

  public TaskControl Run() {
    Packet packet = null;
    if (state == (Suspended | HasPacket)) {
      packet = queue;
      queue = packet.Link;
      state = queue == null ? Runnable : HasPacket;
    }
    return Body.Run(packet);
  }

  public TaskControl Add(TaskControl current, Packet packet) {
    if (queue == null) {
      queue = packet;
      state |= HasPacket;
      if (Priority > current.Priority) return this;
    } else {
      queue = packet.AppendTo(queue);
    }
    return current;
  }
}

sealed class Scheduler {
  public const int Idle = 0, Worker = 1, HandlerA = 2, HandlerB = 3, DeviceA = 4, DeviceB = 5, Count = 6;
  public const int DevicePacket = 0, WorkPacket = 1;
  public int Queued, Holds;
  readonly TaskControl[] table = new TaskControl[Count];
  TaskControl list, current;
  int currentId;

  TaskControl Add(int id, int priority, Packet queue) {
    list = table[id] = new TaskControl(list, id, priority, queue);
    return list;
  }

  public void Setup(int idleCount) {
    TaskControl idle = Add(Idle, 0, null);
    idle.Body = new IdleTask(this, 1, idleCount);
    idle.SetRunning();
    Packet work = new Packet(new Packet(null, Worker, WorkPacket), Worker, WorkPacket);
    Add(Worker, 1000, work).Body = new WorkerTask(this);
    Packet a = null, b = null;
    for (int i = 0; i < 3; i++) { a = new Packet(a, DeviceA, DevicePacket); b = new Packet(b, DeviceB, DevicePacket); }
    Add(HandlerA, 2000, a).Body = new HandlerTask(this);
    Add(HandlerB, 3000, b).Body = new HandlerTask(this);
    Add(DeviceA, 4000, null).Body = new DeviceTask(this);
    Add(DeviceB, 5000, null).Body = new DeviceTask(this);
  }

  public void Run() {
    current = list;
    while (current != null) {
      if (current.Blocked) {
        current = current.Next;
      } else {
        currentId = current.Id;
        current = current.Run();
      }
    }
  }

  public TaskControl Release(int id) {
    TaskControl task = table[id];
    task.Release();
    return task.Priority > current.Priority ? task : current;
  }

  public TaskControl HoldCurrent() {
    Holds++;
    current.Hold();
    return current.Next;
  }

  public TaskControl SuspendCurrent() {
    current.Suspend();
    return current;
  }

  public TaskControl Queue(Packet packet) {
    TaskControl target = table[packet.Id];
    Queued++;
    packet.Link = null;
    packet.Id = currentId;
    return target.Add(current, packet);
  }
}

sealed class IdleTask : Task {
  int seed, count;
  public IdleTask(Scheduler scheduler, int seed, int count) : base(scheduler) { this.seed = seed; this.count = count; }
  public override TaskControl Run(Packet packet) {
    if (--count == 0) return scheduler.HoldCurrent();
    if ((seed & 1) == 0) {
      seed >>= 1;
      return scheduler.Release(Scheduler.DeviceA);
    }
    seed = seed >> 1 ^ 0xd008;
    return scheduler.Release(Scheduler.DeviceB);
  }
}

sealed class DeviceTask : Task {
  Packet pending;
  public DeviceTask(Scheduler scheduler) : base(scheduler) { }
  public override TaskControl Run(Packet packet) {
    if (packet != null) {
      pending = packet;
      return scheduler.HoldCurrent();
    }
    if (pending == null) return scheduler.SuspendCurrent();
    Packet done = pending;
    pending = null;
    return scheduler.Queue(done);
  }
}

sealed class WorkerTask : Task {
  int handler = Scheduler.HandlerA, letter;
  public WorkerTask(Scheduler scheduler) : base(scheduler) { }
  public override TaskControl Run(Packet packet) {
    if (packet == null) return scheduler.SuspendCurrent();
    handler = Scheduler.HandlerA + Scheduler.HandlerB - handler;
    packet.Id = handler;
    packet.Datum = 0;
    for (int i = 0; i < packet.Data.Length; i++) {
      if (++letter > 26) letter = 1;
      packet.Data[i] = letter;
    }
    return scheduler.Queue(packet);
  }
}

sealed class HandlerTask : Task {
  Packet work, devices;
  public HandlerTask(Scheduler scheduler) : base(scheduler) { }
  public override TaskControl Run(Packet packet) {
    if (packet != null) {
      if (packet.Kind == Scheduler.WorkPacket) work = packet.AppendTo(work);
      else devices = packet.AppendTo(devices);
    }
    if (work != null) {
      int at = work.Datum;
      if (at >= work.Data.Length) {
        Packet done = work;
        work = work.Link;
        return scheduler.Queue(done);
      }
      if (devices != null) {
        Packet device = devices;
        devices = devices.Link;
        device.Datum = work.Data[at];
        work.Datum = at + 1;
        return scheduler.Queue(device);
      }
    }
    return scheduler.SuspendCurrent();
  }
}

static class Program {
  static void Main(string[] args) {
    int simulations = args.Length > 0 ? int.Parse(args[0]) : 1;
    ulong sum = 0;
    for (int i = 0; i < simulations; i++) {
      var scheduler = new Scheduler();
      scheduler.Setup(1000 + i % 7);
      scheduler.Run();
      sum = sum * 31 + (ulong)(scheduler.Queued * 10000L + scheduler.Holds);
    }
    Console.WriteLine("checksum: " + sum);
  }
}
