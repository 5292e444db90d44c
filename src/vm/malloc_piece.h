#pragma once
// The C heap of the thread that runs Main: in one piece, and made present ahead of its use.
//
// Thread safety: grow_malloc once, on that thread; malloc_reached from any. Errors: none, without help of the system it is as malloc is.

namespace rapgo::vm {

// malloc would grow by a page or so at a time, with a system call each. Untouched pages cost nothing.
void grow_malloc();
// `fresh` was just allocated: where it comes near what has been touched, more is made present, for a page fault each costs more.
void malloc_reached(const void* fresh);

}  // namespace rapgo::vm
