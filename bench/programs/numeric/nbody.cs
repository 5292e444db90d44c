// Five bodies under gravity, integrated SIZE * 1000 steps with the symplectic Euler method.
using System;

sealed class Body {
  public double X, Y, Z, VX, VY, VZ, Mass;
  public Body(double x, double y, double z, double vx, double vy, double vz, double mass) {
    X = x; Y = y; Z = z; VX = vx; VY = vy; VZ = vz; Mass = mass;
  }
}

static class Program {
  static Body[] Planets() {
    double sun = 4 * Math.PI * Math.PI, year = 365.24;
    var bodies = new Body[] {
      new Body(0, 0, 0, 0, 0, 0, sun),
      new Body(4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
               0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year, 0.000954791938424326609 * sun),
      new Body(8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
               -0.00276742510726411 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year, 0.000285885980666130812 * sun),
      new Body(12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
               0.00296460137564761618 * year, 0.00237847173959480950 * year, -0.0000296589568540237556 * year, 0.0000436624404335156298 * sun),
      new Body(15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
               0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.0000951592254519715870 * year, 0.0000515138902046611451 * sun)
    };
    double px = 0, py = 0, pz = 0;
    foreach (Body b in bodies) { px += b.VX * b.Mass; py += b.VY * b.Mass; pz += b.VZ * b.Mass; }
    bodies[0].VX = -px / sun; bodies[0].VY = -py / sun; bodies[0].VZ = -pz / sun;
    return bodies;
  }

  static void Advance(Body[] bodies, double dt) {
    for (int i = 0; i < bodies.Length; i++) {
      Body a = bodies[i];
      for (int j = i + 1; j < bodies.Length; j++) {
        Body b = bodies[j];
        double dx = a.X - b.X, dy = a.Y - b.Y, dz = a.Z - b.Z;
        double d2 = dx * dx + dy * dy + dz * dz;
        double mag = dt / (d2 * Math.Sqrt(d2));
        double ma = a.Mass * mag, mb = b.Mass * mag;
        a.VX -= dx * mb; a.VY -= dy * mb; a.VZ -= dz * mb;
        b.VX += dx * ma; b.VY += dy * ma; b.VZ += dz * ma;
      }
    }
    foreach (Body b in bodies) { b.X += dt * b.VX; b.Y += dt * b.VY; b.Z += dt * b.VZ; }
  }

  static void Main(string[] args) {
    int steps = (args.Length > 0 ? int.Parse(args[0]) : 1) * 1000;
    Body[] bodies = Planets();
    for (int i = 0; i < steps; i++) Advance(bodies, 0.01);
    ulong sum = 0;
    foreach (Body b in bodies) {
      sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(b.X);
      sum = sum * 31 + (ulong)BitConverter.DoubleToInt64Bits(b.VZ);
    }
    Console.WriteLine("checksum: " + sum);
  }
}
