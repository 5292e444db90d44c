// A ray tracer whose vectors, rays and hits are structs with operators: 9 spheres over a chequered floor, one light,
// reflections three deep; 32 x 32 pixels, SIZE frames with a moving camera.
using System;

struct Vector {
  public readonly double X, Y, Z;
  public Vector(double x, double y, double z) { X = x; Y = y; Z = z; }
  public static Vector operator +(Vector a, Vector b) { return new Vector(a.X + b.X, a.Y + b.Y, a.Z + b.Z); }
  public static Vector operator -(Vector a, Vector b) { return new Vector(a.X - b.X, a.Y - b.Y, a.Z - b.Z); }
  public static Vector operator *(Vector a, double f) { return new Vector(a.X * f, a.Y * f, a.Z * f); }
  public static double Dot(Vector a, Vector b) { return a.X * b.X + a.Y * b.Y + a.Z * b.Z; }
  public Vector Unit() { return this * (1.0 / Math.Sqrt(Dot(this, this))); }
}

struct Ray {
  public readonly Vector Origin, Direction;
  public Ray(Vector origin, Vector direction) { Origin = origin; Direction = direction; }
  public Vector At(double t) { return Origin + Direction * t; }
}

struct Hit {
  public double Distance;
  public Vector Point, Normal, Color;
  public double Mirror;
}

abstract class Thing {
  public abstract bool Intersect(Ray ray, ref Hit hit);
}

sealed class Sphere : Thing {
  readonly Vector center, color;
  readonly double radius, mirror;
  public Sphere(Vector center, double radius, Vector color, double mirror) {
    this.center = center; this.radius = radius; this.color = color; this.mirror = mirror;
  }
  public override bool Intersect(Ray ray, ref Hit hit) {
    Vector to = center - ray.Origin;
    double along = Vector.Dot(to, ray.Direction);
    double d2 = Vector.Dot(to, to) - along * along, r2 = radius * radius;
    if (d2 > r2) return false;
    double half = Math.Sqrt(r2 - d2), t = along - half;
    if (t < 1e-6) t = along + half;
    if (t < 1e-6 || t >= hit.Distance) return false;
    hit.Distance = t;
    hit.Point = ray.At(t);
    hit.Normal = (hit.Point - center) * (1 / radius);
    hit.Color = color;
    hit.Mirror = mirror;
    return true;
  }
}

sealed class Floor : Thing {
  public override bool Intersect(Ray ray, ref Hit hit) {
    if (ray.Direction.Y > -1e-6) return false;
    double t = -ray.Origin.Y / ray.Direction.Y;
    if (t < 1e-6 || t >= hit.Distance) return false;
    hit.Distance = t;
    hit.Point = ray.At(t);
    hit.Normal = new Vector(0, 1, 0);
    bool dark = ((int)Math.Floor(hit.Point.X) + (int)Math.Floor(hit.Point.Z) & 1) != 0;
    hit.Color = dark ? new Vector(0.125, 0.125, 0.25) : new Vector(0.75, 0.75, 0.75);
    hit.Mirror = 0.125;
    return true;
  }
}

sealed class Scene {
  readonly Thing[] things;
  readonly Vector light = new Vector(5, 8, -6).Unit();

  public Scene() {
    things = new Thing[10];
    things[0] = new Floor();
    for (int i = 0; i < 9; i++)
      things[i + 1] = new Sphere(new Vector(i % 3 * 2 - 2, 0.75 + i / 3 * 0.5, i / 3 * 2), 0.75,
                                 new Vector(0.25 + i % 3 * 0.25, 0.75 - i / 3 * 0.25, 0.5), 0.25);
  }

  bool Nearest(Ray ray, out Hit hit) {
    hit = new Hit();
    hit.Distance = 1e9;
    bool any = false;
    foreach (Thing thing in things) any |= thing.Intersect(ray, ref hit);
    return any;
  }

  public Vector Trace(Ray ray, int depth) {
    Hit hit;
    if (!Nearest(ray, out hit)) return new Vector(0.25, 0.5, 0.75) * (ray.Direction.Y + 1);
    double diffuse = Math.Max(0.0, Vector.Dot(hit.Normal, light));
    Hit shadow;
    if (diffuse > 0 && Nearest(new Ray(hit.Point + hit.Normal * 1e-4, light), out shadow)) diffuse = 0;
    Vector color = hit.Color * (0.125 + 0.875 * diffuse);
    if (depth == 0) return color;
    Vector mirrored = ray.Direction - hit.Normal * (2 * Vector.Dot(hit.Normal, ray.Direction));
    return color * (1 - hit.Mirror) + Trace(new Ray(hit.Point + hit.Normal * 1e-4, mirrored), depth - 1) * hit.Mirror;
  }
}

static class Program {
  static uint Level(double v) { return (uint)(Math.Min(1.0, v) * 255); }

  static void Main(string[] args) {
    int frames = args.Length > 0 ? int.Parse(args[0]) : 1;
    var scene = new Scene();
    uint sum = 0;
    for (int f = 0; f < frames; f++) {
      var eye = new Vector((f % 32) * 0.0625 - 1, 2, -6);
      for (int y = 0; y < 32; y++)
        for (int x = 0; x < 32; x++) {
          Vector color = scene.Trace(new Ray(eye, new Vector((x - 16) / 24.0, (12 - y) / 24.0, 1).Unit()), 3);
          sum = sum * 31 + (Level(color.X) << 16 | Level(color.Y) << 8 | Level(color.Z));
        }
    }
    Console.WriteLine("checksum: " + sum);
  }
}
