// LLVM IR -> optimized ELF object in memory -> CompiledCode. Internal to this folder.
#pragma once
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Module.h>
#include <llvm/Target/TargetMachine.h>

#include <memory>
#include <string>
#include <vector>

#include "compile/hir2llvm/hir2llvm.h"
#include "compile/hir2llvm/lowering.h"

namespace rapgo::compile::hir2llvm {

llvm::TargetMachine& target_machine(const Options&);  // of the calling thread
void optimize(llvm::Module&, llvm::TargetMachine&, const Options&);
void emit_object(llvm::Module&, llvm::TargetMachine&, llvm::SmallVectorImpl<char>& object);

// Fills bytes, relocs (symbols appended), unwind rows, il_map and landing pads from the object. False and `error` on anything unknown.
bool take_object(llvm::StringRef object, const std::vector<Position>&, const llvm::TargetMachine&, loop::CompiledCode* out,
                 std::string* error);

// Parts of take_object. Offsets are within the text section, which stands first in CompiledCode::bytes.
bool take_unwind(llvm::StringRef object, loop::CompiledCode* out, std::string* error);
bool take_lines(llvm::StringRef object, const std::vector<Position>&, loop::CompiledCode* out, std::string* error);
bool take_landing_pads(llvm::ArrayRef<uint8_t> lsda, const llvm::TargetMachine&, loop::CompiledCode* out, std::string* error);

}  // namespace rapgo::compile::hir2llvm
