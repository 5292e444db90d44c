// The C++ twin of tests/programs/numeric.cs: the physical limit for it. Prints the same.
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

static int64_t bits_of(double v) {
  int64_t bits;
  std::memcpy(&bits, &v, sizeof bits);
  return bits;
}

int main(int argc, char** argv) {
  const int steps = argc > 1 ? std::atoi(argv[1]) : 10000000;
  std::vector<double> x{0, 4.84143144246472082945e+00, 8.34336671824457987790e+00, 1.28943695621391310164e+01, 1.53796971148509165498e+01};
  std::vector<double> y{0, -1.16032004402742839362e+00, 4.12479856412430479268e+00, -1.51111514016986312525e+01, -2.59193146099879641146e+01};
  std::vector<double> z{0, -1.03622044471123109494e-01, -4.03523417114321381185e-01, -2.23307578892655734398e-01, 1.79258772950371181757e-01};
  std::vector<double> vx{0, 0.60632639299583202, -1.01077434617879236, 1.08279100644153536, 0.97909073224389798};
  std::vector<double> vy{0, 2.81198684491626016, 1.82566237123041186, 0.86871301816960821, 0.59469899864767617};
  std::vector<double> vz{0, -0.02521836165988763, 0.00841576137658415, -0.01083263740136364, -0.03475595555078104};
  std::vector<double> m{39.47841760435743, 0.03769367487038949, 0.011286326131968767, 0.0017237240570597112, 0.0020336868699246304};
  std::vector<uint32_t> table(64);
  for (size_t i = 0; i < table.size(); i++) table[i] = static_cast<uint32_t>(i * 2654435761ull);
  uint32_t mix = 12345;
  const double dt = 0.001;
  const size_t n = x.size();
  for (int step = 0; step < steps; step++) {
    for (size_t i = 0; i < n; i++) {
      const double xi = x[i], yi = y[i], zi = z[i], mi = m[i];
      for (size_t j = i + 1; j < n; j++) {
        const double dx = xi - x[j], dy = yi - y[j], dz = zi - z[j];
        const double d2 = dx * dx + dy * dy + dz * dz;
        const double mag = dt / (d2 * std::sqrt(d2));
        const double mj = m[j] * mag, mk = mi * mag;
        vx[i] -= dx * mj; vy[i] -= dy * mj; vz[i] -= dz * mj;
        vx[j] += dx * mk; vy[j] += dy * mk; vz[j] += dz * mk;
      }
    }
    for (size_t i = 0; i < n; i++) {
      x[i] += dt * vx[i]; y[i] += dt * vy[i]; z[i] += dt * vz[i];
    }
    for (size_t i = 0; i < table.size(); i++) {
      mix = mix * 1664525u + table[i] + 1013904223u;
      table[i] ^= mix >> 7;
    }
  }
  uint64_t bits = 0;
  for (size_t i = 0; i < n; i++) {
    bits = bits * 31 + static_cast<uint64_t>(bits_of(x[i]));
    bits = bits * 31 + static_cast<uint64_t>(bits_of(vz[i]));
  }
  std::printf("%lld\n%u\n", static_cast<long long>(bits), mix);
}
