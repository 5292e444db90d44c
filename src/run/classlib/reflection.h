// Parts of reflection that its files share.
// Thread safety: attached thread in Mode::Runtime. May collect, may throw.
#pragma once
#include "run/classlib/objects.h"

namespace rapgo::run::classlib {

uint32_t parameter_row(Method* method, uint32_t sequence);  // Param row (0: the result), or 0
Method* open_form(Method* method);                          // the generic method definition on the same declaring type
// new object through a constructor (arrays, strings, delegates and nullables included).
Object* construct(Method* constructor, Array* args, Object** error);
Object* on_nullable(Method* method, Object* boxed, Array* args);
Object* method_body(Method* method);                        // System.Reflection.MethodBody or null
Object* return_marshal(Method* method);                     // MarshalAsAttribute or null
Object* marshal_info(load::types::Assembly* assembly, load::metadata::Token parent);
Array* modifiers_of_parameter(Method* method, int32_t sequence, bool optional);  // Type[] or null

Method* dynamic_method_of(Object* dynamic_method);          // null before it is created

void register_fields();       // fields, properties, events
void register_assemblies();   // RuntimeAssembly, AssemblyName
void register_modules();      // RuntimeModule
void register_attributes();   // custom attributes

}  // namespace rapgo::run::classlib
