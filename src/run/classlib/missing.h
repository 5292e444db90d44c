// Which internal calls a program could reach that Rapgo lacks. Thread safety: after Loader::init and register_all, any thread.
#pragma once
#include <string>
#include <vector>

namespace rapgo::load::types { class Assembly; }

namespace rapgo::run::classlib {

// Follows calls through the IL of `assembly` and of what it references, virtual calls to every class that is constructed on the way.
// Names as icall_name gives them, sorted. An estimate from above: not every path is taken; reflection is not followed.
// Throws LoadError only for what `assembly` itself cannot resolve at its entry point.
std::vector<std::string> missing_icalls(load::types::Assembly* assembly);

}  // namespace rapgo::run::classlib
