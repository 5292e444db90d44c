#include "../twin.h"
#include <cmath>
#include <numbers>
#include <vector>

struct Body { double x, y, z, vx, vy, vz, mass; };

static std::vector<Body> planets() {
  const double sun = 4 * std::numbers::pi * std::numbers::pi, year = 365.24;
  std::vector<Body> bodies{
    {0, 0, 0, 0, 0, 0, sun},
    {4.84143144246472090, -1.16032004402742839, -0.103622044471123109,
     0.00166007664274403694 * year, 0.00769901118419740425 * year, -0.0000690460016972063023 * year, 0.000954791938424326609 * sun},
    {8.34336671824457987, 4.12479856412430479, -0.403523417114321381,
     -0.00276742510726411 * year, 0.00499852801234917238 * year, 0.0000230417297573763929 * year, 0.000285885980666130812 * sun},
    {12.8943695621391310, -15.1111514016986312, -0.223307578892655734,
     0.00296460137564761618 * year, 0.00237847173959480950 * year, -0.0000296589568540237556 * year, 0.0000436624404335156298 * sun},
    {15.3796971148509165, -25.9193146099879641, 0.179258772950371181,
     0.00268067772490389322 * year, 0.00162824170038242295 * year, -0.0000951592254519715870 * year, 0.0000515138902046611451 * sun}};
  double px = 0, py = 0, pz = 0;
  for (const Body& b : bodies) { px += b.vx * b.mass; py += b.vy * b.mass; pz += b.vz * b.mass; }
  bodies[0].vx = -px / sun; bodies[0].vy = -py / sun; bodies[0].vz = -pz / sun;
  return bodies;
}

static void advance(std::vector<Body>& bodies, double dt) {
  for (size_t i = 0; i < bodies.size(); i++) {
    Body& a = bodies[i];
    for (size_t j = i + 1; j < bodies.size(); j++) {
      Body& b = bodies[j];
      const double dx = a.x - b.x, dy = a.y - b.y, dz = a.z - b.z;
      const double d2 = dx * dx + dy * dy + dz * dz;
      const double mag = dt / (d2 * std::sqrt(d2));
      const double ma = a.mass * mag, mb = b.mass * mag;
      a.vx -= dx * mb; a.vy -= dy * mb; a.vz -= dz * mb;
      b.vx += dx * ma; b.vy += dy * ma; b.vz += dz * ma;
    }
  }
  for (Body& b : bodies) { b.x += dt * b.vx; b.y += dt * b.vy; b.z += dt * b.vz; }
}

int main(int argc, char** argv) {
  const int steps = size_argument(argc, argv) * 1000;
  std::vector<Body> bodies = planets();
  for (int i = 0; i < steps; i++) advance(bodies, 0.01);
  uint64_t sum = 0;
  for (const Body& b : bodies) {
    sum = sum * 31 + bits_of(b.x);
    sum = sum * 31 + bits_of(b.vz);
  }
  return print_checksum(sum);
}
