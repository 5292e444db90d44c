// The demonstration program: a small ray tracer. Its scene is a list of objects behind a virtual Hit method, its picture
// an array of doubles; the work is in one method that is entered once, and a new kind of object joins halfway.
using System;

struct Vec {
  public double X, Y, Z;
  public Vec(double x, double y, double z) { X = x; Y = y; Z = z; }
  public static Vec operator +(Vec a, Vec b) { return new Vec(a.X + b.X, a.Y + b.Y, a.Z + b.Z); }
  public static Vec operator -(Vec a, Vec b) { return new Vec(a.X - b.X, a.Y - b.Y, a.Z - b.Z); }
  public static Vec operator *(Vec a, double k) { return new Vec(a.X * k, a.Y * k, a.Z * k); }
  public double Dot(Vec b) { return X * b.X + Y * b.Y + Z * b.Z; }
  public Vec Unit() { return this * (1 / Math.Sqrt(Dot(this))); }
}

abstract class Thing {
  public double Shade;
  // How far along the ray, or a negative number.
  public abstract double Hit(Vec from, Vec way);
  public abstract Vec Normal(Vec at);
}

class Sphere : Thing {
  Vec centre; double radius;
  public Sphere(Vec c, double r, double shade) { centre = c; radius = r; Shade = shade; }
  public override double Hit(Vec from, Vec way) {
    Vec to = centre - from;
    double along = to.Dot(way), d2 = along * along - to.Dot(to) + radius * radius;
    if (d2 < 0) return -1;
    double near = along - Math.Sqrt(d2);
    return near > 1e-6 ? near : -1;
  }
  public override Vec Normal(Vec at) { return (at - centre).Unit(); }
}

class Floor : Thing {
  double height;
  public Floor(double h, double shade) { height = h; Shade = shade; }
  public override double Hit(Vec from, Vec way) {
    double t = (height - from.Y) / way.Y;
    return t > 1e-6 ? t : -1;
  }
  public override Vec Normal(Vec at) { return new Vec(0, 1, 0); }
}

class Demo {
  const int Width = 64, Height = 26;

  static int Main(string[] args) {
    int frames = args.Length > 0 ? int.Parse(args[0]) : 6000;
    Thing[] scene = new Thing[12];
    for (int i = 0; i < scene.Length; i++)
      scene[i] = new Sphere(new Vec(i % 4 * 2.2 - 3.3, i / 4 * 1.6 - 1.4, 7 + i * 0.35), 0.9, 0.35 + 0.05 * i);
    double[] picture = new double[Width * Height];
    Vec light = new Vec(-0.5, 0.8, -0.6).Unit();
    long hits = 0;

    for (int frame = 0; frame < frames; frame++) {
      if (frame == frames / 2) scene[11] = new Floor(-2.4, 0.5);
      Vec eye = new Vec(Math.Sin(frame * 0.05), 0.2, -3);
      for (int y = 0; y < Height; y++)
        for (int x = 0; x < Width; x++) {
          Vec way = new Vec((x - Width / 2) * 0.035, (Height / 2 - y) * 0.07, 2.2).Unit();
          double best = 1e9; Thing seen = null;
          for (int i = 0; i < scene.Length; i++) {
            double t = scene[i].Hit(eye, way);
            if (t > 0 && t < best) { best = t; seen = scene[i]; }
          }
          double glow = 0;
          if (seen != null) {
            Vec at = eye + way * best;
            glow = 0.1 + seen.Shade * Math.Max(0, seen.Normal(at).Dot(light));
            for (int i = 0; i < scene.Length; i++)
              if (scene[i].Hit(at, light) > 0) { glow *= 0.4; break; }
            hits++;
          }
          picture[y * Width + x] = glow;
        }
    }

    const string ink = " .:-=+*#%@";
    for (int y = 0; y < Height; y++) {
      char[] line = new char[Width];
      for (int x = 0; x < Width; x++) line[x] = ink[Math.Min(ink.Length - 1, (int)(picture[y * Width + x] * 11))];
      Console.WriteLine(new string(line));
    }
    Console.WriteLine(hits);
    return 0;
  }
}
