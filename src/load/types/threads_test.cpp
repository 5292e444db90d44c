// Stages are reached from several threads at once; every thread must see the same, finished objects.
#include <algorithm>
#include <random>
#include <thread>

#include "load/types/loader_fixture.h"

namespace rapgo::load::types {
namespace {

TEST(Threads, HeadsFromFourThreads) {
  Assembly* a = test_loader().load_file("/usr/lib/mono/4.5/System.Core.dll");
  const uint32_t n = a->metadata->row_count(metadata::Table::TypeDef);
  std::vector<std::vector<uint64_t>> seen(4, std::vector<uint64_t>(n + 1));
  std::vector<std::thread> threads;
  for (unsigned k = 0; k < 4; ++k)
    threads.emplace_back([&, k] {
      std::vector<uint32_t> rows;
      for (uint32_t r = 1; r <= n; ++r) rows.push_back(r);
      std::shuffle(rows.begin(), rows.end(), std::mt19937(k));
      for (uint32_t r : rows) {
        Type* t = a->type_of_row(r);
        if (t->contains_vars()) t = test_loader().instantiate(t, std::vector<Type*>(t->generic_args.size(), test_loader().types().string));
        uint64_t sum = reinterpret_cast<uintptr_t>(t->head());
        for (Method* m : t->methods()) sum = sum * 31 + m->id().value + m->signature().params.size();
        for (Field* f : t->fields()) sum = sum * 31 + f->id().value + f->type()->id().value;
        for (Type* i : t->interfaces())
          for (Method* m : i->methods()) sum = sum * 31 + reinterpret_cast<uintptr_t>(t->find_virtual(m));
        seen[k][r] = sum + t->layout_hash();
      }
    });
  for (std::thread& t : threads) t.join();
  for (unsigned k = 1; k < 4; ++k) EXPECT_EQ(seen[k], seen[0]);
}

}  // namespace
}  // namespace rapgo::load::types
