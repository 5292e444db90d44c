#include "../twin.h"
#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

struct Vector {
  double x, y, z;
  friend Vector operator+(Vector a, Vector b) { return {a.x + b.x, a.y + b.y, a.z + b.z}; }
  friend Vector operator-(Vector a, Vector b) { return {a.x - b.x, a.y - b.y, a.z - b.z}; }
  friend Vector operator*(Vector a, double f) { return {a.x * f, a.y * f, a.z * f}; }
  Vector unit() const;
};
static double dot(Vector a, Vector b) { return a.x * b.x + a.y * b.y + a.z * b.z; }
Vector Vector::unit() const { return *this * (1.0 / std::sqrt(dot(*this, *this))); }

struct Ray {
  Vector origin, direction;
  Vector at(double t) const { return origin + direction * t; }
};

struct Hit {
  double distance;
  Vector point, normal, color;
  double mirror;
};

struct Thing {
  virtual ~Thing() = default;
  virtual bool intersect(const Ray& ray, Hit& hit) const = 0;
};

struct Sphere final : Thing {
  Vector center, color;
  double radius, mirror;
  Sphere(Vector c, double r, Vector col, double m) : center(c), color(col), radius(r), mirror(m) {}
  bool intersect(const Ray& ray, Hit& hit) const override {
    const Vector to = center - ray.origin;
    const double along = dot(to, ray.direction);
    const double d2 = dot(to, to) - along * along, r2 = radius * radius;
    if (d2 > r2) return false;
    const double half = std::sqrt(r2 - d2);
    double t = along - half;
    if (t < 1e-6) t = along + half;
    if (t < 1e-6 || t >= hit.distance) return false;
    hit.distance = t;
    hit.point = ray.at(t);
    hit.normal = (hit.point - center) * (1 / radius);
    hit.color = color;
    hit.mirror = mirror;
    return true;
  }
};

struct Floor final : Thing {
  bool intersect(const Ray& ray, Hit& hit) const override {
    if (ray.direction.y > -1e-6) return false;
    const double t = -ray.origin.y / ray.direction.y;
    if (t < 1e-6 || t >= hit.distance) return false;
    hit.distance = t;
    hit.point = ray.at(t);
    hit.normal = {0, 1, 0};
    const bool dark = ((static_cast<int>(std::floor(hit.point.x)) + static_cast<int>(std::floor(hit.point.z))) & 1) != 0;
    hit.color = dark ? Vector{0.125, 0.125, 0.25} : Vector{0.75, 0.75, 0.75};
    hit.mirror = 0.125;
    return true;
  }
};

class Scene {
 public:
  Scene() {
    things_.push_back(std::make_unique<Floor>());
    for (int i = 0; i < 9; i++)
      things_.push_back(std::make_unique<Sphere>(Vector{i % 3 * 2.0 - 2, 0.75 + i / 3 * 0.5, i / 3 * 2.0}, 0.75,
                                                 Vector{0.25 + i % 3 * 0.25, 0.75 - i / 3 * 0.25, 0.5}, 0.25));
  }

  Vector trace(const Ray& ray, int depth) const {
    Hit hit;
    if (!nearest(ray, hit)) return Vector{0.25, 0.5, 0.75} * (ray.direction.y + 1);
    double diffuse = std::max(0.0, dot(hit.normal, light_));
    Hit shadow;
    if (diffuse > 0 && nearest({hit.point + hit.normal * 1e-4, light_}, shadow)) diffuse = 0;
    const Vector color = hit.color * (0.125 + 0.875 * diffuse);
    if (depth == 0) return color;
    const Vector mirrored = ray.direction - hit.normal * (2 * dot(hit.normal, ray.direction));
    return color * (1 - hit.mirror) + trace({hit.point + hit.normal * 1e-4, mirrored}, depth - 1) * hit.mirror;
  }

 private:
  bool nearest(const Ray& ray, Hit& hit) const {
    hit = Hit{};
    hit.distance = 1e9;
    bool any = false;
    for (const auto& thing : things_) any |= thing->intersect(ray, hit);
    return any;
  }

  std::vector<std::unique_ptr<Thing>> things_;
  Vector light_ = Vector{5, 8, -6}.unit();
};

static uint32_t level(double v) { return static_cast<uint32_t>(std::min(1.0, v) * 255); }

int main(int argc, char** argv) {
  const int frames = size_argument(argc, argv);
  Scene scene;
  uint32_t sum = 0;
  for (int f = 0; f < frames; f++) {
    const Vector eye{(f % 32) * 0.0625 - 1, 2, -6};
    for (int y = 0; y < 32; y++)
      for (int x = 0; x < 32; x++) {
        const Vector color = scene.trace({eye, Vector{(x - 16) / 24.0, (12 - y) / 24.0, 1}.unit()}, 3);
        sum = sum * 31 + (level(color.x) << 16 | level(color.y) << 8 | level(color.z));
      }
  }
  return print_checksum(sum);
}
