// The same tests with dynamic_cast; arrays and strings are classes of their own here.
#include "../twin.h"
#include <memory>
#include <string>
#include <vector>

struct Object { virtual ~Object() = default; };
struct Named { virtual ~Named() = default; virtual int name() const = 0; };
struct Weighed { virtual ~Weighed() = default; virtual int weight() const = 0; };
struct Shape : Object { int id = 0; };
struct Round : Shape, Named { int name() const override { return id + 1; } };
struct Ball final : Round, Weighed { int weight() const override { return id * 3; } };
struct Square : Shape, Weighed { int weight() const override { return id * 5; } };
struct Cube final : Square, Named { int name() const override { return id + 7; } };
struct Numbers final : Object { std::vector<int> values; explicit Numbers(int n) : values(n) {} };
struct Objects final : Object { std::vector<Object*> values; explicit Objects(int n) : values(n) {} };
struct Text final : Object { std::string value; explicit Text(std::string v) : value(std::move(v)) {} };

static uint32_t visit(const std::vector<std::unique_ptr<Object>>& things, uint32_t sum) {
  for (const auto& owned : things) {
    const Object* thing = owned.get();
    if (auto* shape = dynamic_cast<const Shape*>(thing)) sum += static_cast<uint32_t>(shape->id);
    if (auto* ball = dynamic_cast<const Ball*>(thing)) sum = sum * 3 + static_cast<uint32_t>(ball->weight());
    if (auto* round = dynamic_cast<const Round*>(thing)) sum ^= static_cast<uint32_t>(round->name());
    if (auto* named = dynamic_cast<const Named*>(thing)) sum += static_cast<uint32_t>(named->name());
    if (auto* weighed = dynamic_cast<const Weighed*>(thing)) sum = sum * 5 + static_cast<uint32_t>(weighed->weight());
    if (auto* numbers = dynamic_cast<const Numbers*>(thing)) sum += static_cast<uint32_t>(numbers->values.size());
    if (dynamic_cast<const Objects*>(thing)) sum++;
    if (auto* text = dynamic_cast<const Text*>(thing)) sum += static_cast<uint32_t>(text->value.size());
  }
  return sum;
}

template <class T>
static std::unique_ptr<Object> shape(int id) {
  auto s = std::make_unique<T>();
  s->id = id;
  return s;
}

int main(int argc, char** argv) {
  const int rounds = size_argument(argc, argv) * 1000;
  std::vector<std::unique_ptr<Object>> things;
  uint32_t seed = 99;
  for (int i = 0; i < 32; i++) {
    seed = seed * 1664525u + 1013904223u;
    switch ((seed >> 16) % 8) {
      case 0: things.push_back(shape<Ball>(i)); break;
      case 1: things.push_back(shape<Cube>(i)); break;
      case 2: things.push_back(shape<Round>(i)); break;
      case 3: things.push_back(shape<Square>(i)); break;
      case 4: things.push_back(std::make_unique<Numbers>(i)); break;
      case 5: things.push_back(std::make_unique<Objects>(i)); break;
      case 6: things.push_back(std::make_unique<Text>("name" + std::to_string(i))); break;
      default: things.push_back(std::make_unique<Object>()); break;
    }
  }
  uint32_t sum = 0;
  for (int r = 0; r < rounds; r++) sum = visit(things, sum);
  return print_checksum(sum);
}
