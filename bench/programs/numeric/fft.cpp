#include "../twin.h"
#include <cmath>
#include <numbers>
#include <vector>

static double rounded(double v) { return std::floor(v * 1099511627776.0 + 0.5) * (1 / 1099511627776.0); }

class Transform {
 public:
  explicit Transform(int size) : size_(size), cosines_(size / 2), sines_(size / 2) {
    for (int i = 0; i < size / 2; i++) {
      cosines_[i] = rounded(std::cos(2 * std::numbers::pi * i / size));
      sines_[i] = rounded(std::sin(2 * std::numbers::pi * i / size));
    }
  }

  void run(std::vector<double>& data, double direction) {
    reorder(data);
    for (int half = 1; half < size_; half *= 2) {
      const int stride = size_ / (2 * half);
      for (int group = 0; group < size_; group += 2 * half)
        for (int k = 0; k < half; k++) {
          const double wr = cosines_[k * stride], wi = direction * sines_[k * stride];
          const int a = 2 * (group + k), b = a + 2 * half;
          const double re = wr * data[b] - wi * data[b + 1], im = wr * data[b + 1] + wi * data[b];
          data[b] = data[a] - re; data[b + 1] = data[a + 1] - im;
          data[a] += re; data[a + 1] += im;
        }
    }
  }

 private:
  void reorder(std::vector<double>& data) {
    for (int i = 0, j = 0; i < size_ - 1; i++) {
      if (i < j) {
        const double re = data[2 * i], im = data[2 * i + 1];
        data[2 * i] = data[2 * j]; data[2 * i + 1] = data[2 * j + 1];
        data[2 * j] = re; data[2 * j + 1] = im;
      }
      int bit = size_ >> 1;
      while ((j & bit) != 0) { j ^= bit; bit >>= 1; }
      j |= bit;
    }
  }

  int size_;
  std::vector<double> cosines_, sines_;
};

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv), n = 1024;
  Transform transform(n);
  std::vector<double> data(2 * n);
  for (int i = 0; i < 2 * n; i++) data[i] = (i * 37 % 101) * 0.01 - 0.5;
  for (int r = 0; r < rounds; r++) {
    transform.run(data, -1);
    data[r % n] += 0.25;
    transform.run(data, 1);
    for (double& v : data) v *= 1.0 / n;
  }
  uint64_t sum = 0;
  for (double v : data) sum = sum * 31 + bits_of(v);
  return print_checksum(sum);
}
