#include "load/types/loader_fixture.h"

namespace rapgo::load::types {
namespace {

TEST(Types, PrimitivesHaveKindsAndSizes) {
  const WellKnownTypes& w = test_loader().types();
  EXPECT_EQ(w.i4->kind, Kind::I4);
  EXPECT_EQ(w.i4->value_size(), 4u);
  EXPECT_EQ(w.i->value_size(), 8u);
  EXPECT_EQ(w.r4->stack_kind(), StackKind::Float32);
  EXPECT_EQ(w.boolean->head()->instance_size, 16u);
  EXPECT_EQ(w.boolean->head()->value_size, 1u);
  EXPECT_EQ(w.object->head()->instance_size, 16u);
  EXPECT_EQ(w.string->head()->instance_size, 12u);
  EXPECT_EQ(w.string->head()->element_size, 2u);
}

TEST(Types, KnownStructSizes) {
  EXPECT_EQ(corlib("System", "DateTime")->value_size(), 8u);
  EXPECT_EQ(corlib("System", "Decimal")->value_size(), 16u);
  EXPECT_EQ(corlib("System", "Guid")->value_size(), 16u);
  EXPECT_EQ(corlib("System", "TimeSpan")->value_size(), 8u);
  Type* i4 = test_loader().types().i4;
  EXPECT_EQ(generic("Span`1", {i4}, "System")->value_size(), 16u);
  EXPECT_EQ(generic("Nullable`1", {i4}, "System")->value_size(), 8u);
  EXPECT_EQ(generic("Nullable`1", {corlib("System", "DateTime")}, "System")->value_size(), 16u);
  Type* pair = generic("KeyValuePair`2", {test_loader().types().string, i4});
  EXPECT_EQ(pair->value_size(), 16u);
  ASSERT_NE(pair->value_gc_map(), nullptr);
  EXPECT_EQ(pair->value_gc_map()->run_count, 1u);
  EXPECT_EQ(pair->value_gc_map()->runs[0].offset, 0u);
}

TEST(Types, ArrayRawDataIsTheArrayLayout) {
  Type* raw = test_loader().parse_type_name("System.Array+RawData", nullptr);
  ASSERT_NE(raw, nullptr);
  EXPECT_EQ(raw->well_known, WellKnown::ArrayRawData);
  EXPECT_EQ(raw->find_field("Data")->offset(), 16u);
  EXPECT_EQ(raw->find_field("Count")->offset(), 8u);
}

TEST(Types, ObjectVtable) {
  Type* o = test_loader().types().object;
  std::vector<std::string_view> names;
  for (Method* m : o->vtable()) names.push_back(m->name);
  EXPECT_EQ(names.size(), 4u);
  for (const char* n : {"Equals", "Finalize", "GetHashCode", "ToString"}) EXPECT_NE(std::find(names.begin(), names.end(), n), names.end()) << n;
  Method* to_string = o->find_method("ToString", 0);
  EXPECT_EQ(test_loader().types().i4->find_virtual(to_string)->declaring, test_loader().types().i4);
  EXPECT_EQ(o->head()->vtable[to_string->slot], to_string->entry);
}

TEST(Types, OneObjectPerDistinctType) {
  Type* i4 = test_loader().types().i4;
  EXPECT_EQ(generic("List`1", {i4}), generic("List`1", {i4}));
  EXPECT_EQ(i4->make_array(0), i4->make_array(0));
  EXPECT_NE(i4->make_array(0), i4->make_array(1));
  EXPECT_EQ(i4->make_pointer()->make_pointer(), i4->make_pointer()->make_pointer());
  Type* list = corlib("System.Collections.Generic", "List`1");
  EXPECT_EQ(test_loader().instantiate(list, list->generic_args), list);
}

TEST(Types, InterfaceDispatch) {
  Type* i4 = test_loader().types().i4;
  Type* list = generic("List`1", {i4});
  Method* get = generic("IEnumerable`1", {i4})->find_method("GetEnumerator", 0);
  Method* found = list->find_virtual(get);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->name, "System.Collections.Generic.IEnumerable<T>.GetEnumerator");
  EXPECT_EQ(found->declaring, list);
  Method* count = generic("ICollection`1", {i4})->find_method("get_Count", 0);
  EXPECT_EQ(list->find_virtual(count)->name, "get_Count");
}

TEST(Types, VectorsAreLists) {
  const WellKnownTypes& w = test_loader().types();
  Type* ints = w.i4->make_array(0);
  Method* item = generic("IList`1", {w.i4})->find_method("get_Item", 1);
  Method* m = ints->find_virtual(item);
  ASSERT_NE(m, nullptr);
  EXPECT_EQ(m->name, "InternalArray__get_Item");
  EXPECT_EQ(m->generic_args[0], w.i4);
  EXPECT_TRUE(ints->is_assignable_to(generic("IReadOnlyList`1", {w.u4})));
  EXPECT_FALSE(ints->is_assignable_to(generic("IList`1", {w.i8})));
  Type* strings = w.string->make_array(0);
  Method* e = generic("IEnumerable`1", {w.object})->find_method("GetEnumerator", 0);
  ASSERT_NE(strings->find_virtual(e), nullptr);
  EXPECT_EQ(strings->find_virtual(e)->display_name(), "System.Array.InternalArray__IEnumerable_GetEnumerator<System.Object>()");
  for (const char* i : {"IList`1", "ICollection`1", "IEnumerable`1", "IReadOnlyList`1", "IReadOnlyCollection`1"})
    for (Method* declared : generic(i, {w.string})->methods()) EXPECT_NE(strings->find_virtual(declared), nullptr) << declared->display_name();
}

TEST(Types, Assignability) {
  const WellKnownTypes& w = test_loader().types();
  Type *strings = w.string->make_array(0), *objects = w.object->make_array(0);
  EXPECT_TRUE(strings->is_assignable_to(objects));
  EXPECT_FALSE(objects->is_assignable_to(strings));
  EXPECT_TRUE(w.i4->make_array(0)->is_assignable_to(w.u4->make_array(0)));
  EXPECT_TRUE(corlib("System", "DayOfWeek")->make_array(0)->is_assignable_to(w.i4->make_array(0)));
  EXPECT_FALSE(w.i4->make_array(0)->is_assignable_to(objects));
  EXPECT_TRUE(strings->make_array(0)->is_assignable_to(objects->make_array(0)));
  EXPECT_TRUE(generic("List`1", {w.string})->is_assignable_to(generic("IEnumerable`1", {w.object})));
  EXPECT_FALSE(generic("List`1", {w.i4})->is_assignable_to(generic("IEnumerable`1", {w.object})));
  EXPECT_TRUE(generic("Action`1", {w.object}, "System")->is_assignable_to(generic("Action`1", {w.string}, "System")));
  EXPECT_TRUE(w.i4->is_assignable_to(generic("Nullable`1", {w.i4}, "System")));
  EXPECT_TRUE(w.i4->is_assignable_to(w.value_type));
}

TEST(Types, HeadsOfCommonInstances) {
  const WellKnownTypes& w = test_loader().types();
  Type* list = generic("List`1", {w.i4});
  Type* map = generic("Dictionary`2", {w.string, list});
  abi::TypeHead* h = map->head();
  EXPECT_EQ(abi::head_at(h->parent), w.object->head());
  EXPECT_TRUE(h->flags & abi::kHasReferences);
  EXPECT_EQ(h->interface_count, map->interfaces().size());
  EXPECT_EQ(h->imt[3], 0x4040u);
  EXPECT_TRUE(abi::derives_from(h, w.object->head()));
  Type* entry = map->find_field("_entries") ? map->find_field("_entries")->type() : map->find_field("entries")->type();
  EXPECT_EQ(entry->head()->element_size, entry->element->value_size());
  EXPECT_EQ(entry->element->value_size(), 24u);
  EXPECT_TRUE(entry->head()->flags & abi::kHasReferences);
  EXPECT_FALSE(entry->head()->flags & abi::kElementsAreReferences);
  EXPECT_EQ(map->full_name(), "System.Collections.Generic.Dictionary`2[System.String,System.Collections.Generic.List`1[System.Int32]]");
}

}  // namespace
}  // namespace rapgo::load::types
