#include "../twin.h"

static int escape(double cx, double cy, int limit) {
  double x = 0, y = 0, xx = 0, yy = 0;
  int n = 0;
  while (n < limit && xx + yy <= 4.0) {
    y = 2 * x * y + cy;
    x = xx - yy + cx;
    xx = x * x;
    yy = y * y;
    n++;
  }
  return n;
}

int main(int argc, char** argv) {
  const int frames = size_argument(argc, argv);
  uint32_t sum = 0;
  for (int f = 0; f < frames; f++) {
    const double left = -2.0 + (f % 100) * 0.001;
    for (int row = 0; row < 64; row++)
      for (int column = 0; column < 64; column++)
        sum = sum * 31 + static_cast<uint32_t>(escape(left + column * (3.0 / 64), -1.5 + row * (3.0 / 64), 200));
  }
  return print_checksum(sum);
}
