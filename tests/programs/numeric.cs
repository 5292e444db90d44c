// One long-running method that is entered once: bodies under gravity (double arrays) and integer mixing over a table.
// The argument is the number of steps; without one it runs for a few seconds.
// args: 20000
// always:
// move: 1
class Numeric {
  static int Parse(string s) {
    int n = 0;
    for (int i = 0; i < s.Length; i++) n = n * 10 + (s[i] - '0');
    return n;
  }

  static int Main(string[] args) {
    int steps = args.Length > 0 ? Parse(args[0]) : 10000000;
    double[] x = { 0, 4.84143144246472082945e+00, 8.34336671824457987790e+00, 1.28943695621391310164e+01, 1.53796971148509165498e+01 };
    double[] y = { 0, -1.16032004402742839362e+00, 4.12479856412430479268e+00, -1.51111514016986312525e+01, -2.59193146099879641146e+01 };
    double[] z = { 0, -1.03622044471123109494e-01, -4.03523417114321381185e-01, -2.23307578892655734398e-01, 1.79258772950371181757e-01 };
    double[] vx = { 0, 0.60632639299583202, -1.01077434617879236, 1.08279100644153536, 0.97909073224389798 };
    double[] vy = { 0, 2.81198684491626016, 1.82566237123041186, 0.86871301816960821, 0.59469899864767617 };
    double[] vz = { 0, -0.02521836165988763, 0.00841576137658415, -0.01083263740136364, -0.03475595555078104 };
    double[] m = { 39.47841760435743, 0.03769367487038949, 0.011286326131968767, 0.0017237240570597112, 0.0020336868699246304 };
    uint[] table = new uint[64];
    for (int i = 0; i < table.Length; i++) table[i] = (uint)(i * 2654435761L);
    uint mix = 12345;
    const double dt = 0.001;

    for (int step = 0; step < steps; step++) {
      for (int i = 0; i < x.Length; i++) {
        double xi = x[i], yi = y[i], zi = z[i], mi = m[i];
        for (int j = i + 1; j < x.Length; j++) {
          double dx = xi - x[j], dy = yi - y[j], dz = zi - z[j];
          double d2 = dx * dx + dy * dy + dz * dz;
          double mag = dt / (d2 * System.Math.Sqrt(d2));
          double mj = m[j] * mag, mk = mi * mag;
          vx[i] -= dx * mj; vy[i] -= dy * mj; vz[i] -= dz * mj;
          vx[j] += dx * mk; vy[j] += dy * mk; vz[j] += dz * mk;
        }
      }
      for (int i = 0; i < x.Length; i++) {
        x[i] += dt * vx[i]; y[i] += dt * vy[i]; z[i] += dt * vz[i];
      }
      for (int i = 0; i < table.Length; i++) {
        mix = mix * 1664525u + table[i] + 1013904223u;
        table[i] ^= mix >> 7;
      }
    }

    long bits = 0;
    for (int i = 0; i < x.Length; i++) {
      bits = bits * 31 + System.BitConverter.DoubleToInt64Bits(x[i]);
      bits = bits * 31 + System.BitConverter.DoubleToInt64Bits(vz[i]);
    }
    System.Console.WriteLine(bits);
    System.Console.WriteLine(mix);
    return 0;
  }
}
