// The C++ twin of tests/programs/virtual.cs. Prints the same.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

struct Shape {
  int tag = 0;
  virtual ~Shape() = default;
  virtual uint32_t area(uint32_t scale) = 0;
  virtual uint32_t edges() { return 0; }
};
struct Square : Shape {
  uint32_t side;
  explicit Square(int s) : side(s) {}
  uint32_t area(uint32_t scale) override { return side * side * scale; }
  uint32_t edges() override { return 4; }
};
struct Box : Shape {
  uint32_t w, h;
  Box(int a, int b) : w(a), h(b) {}
  uint32_t area(uint32_t scale) override { return w * h * scale + tag; }
  uint32_t edges() override { return 4 + tag; }
};
struct Late : Square {
  explicit Late(int s) : Square(s) {}
  uint32_t area(uint32_t scale) override { return scale - tag; }
  uint32_t edges() override { return 3; }
};

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 1500000;
  std::vector<Shape*> shapes(1024);
  for (int i = 0; i < 1024; i++) {
    shapes[i] = i % 16 == 0 ? static_cast<Shape*>(new Box(i % 7 + 1, i % 5 + 1)) : new Square(i % 9 + 1);
    shapes[i]->tag = i & 3;
  }
  uint32_t sum = 0, edges = 0;
  for (int round = 0; round < rounds; round++) {
    if (round == rounds / 4 * 3)
      for (int i = 5; i < 1024; i += 11) shapes[i] = new Late(i);
    for (Shape* s : shapes) {
      sum = sum * 17 + s->area(round & 15);
      edges += s->edges();
    }
  }
  std::printf("%d\n%d\n", static_cast<int>(sum), static_cast<int>(edges));
}
