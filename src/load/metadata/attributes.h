// Flag values of II.23.1. Names follow the standard without its prefixes.
#pragma once

#include <cstdint>

namespace rapgo::load::metadata {

namespace type_attr {  // II.23.1.15
inline constexpr uint32_t kVisibilityMask = 0x7, kNotPublic = 0, kPublic = 1, kNestedPublic = 2, kNestedPrivate = 3,
                          kNestedFamily = 4, kNestedAssembly = 5, kNestedFamAndAssem = 6, kNestedFamOrAssem = 7;
inline constexpr uint32_t kLayoutMask = 0x18, kAutoLayout = 0, kSequentialLayout = 0x8, kExplicitLayout = 0x10;
inline constexpr uint32_t kInterface = 0x20, kAbstract = 0x80, kSealed = 0x100, kSpecialName = 0x400,
                          kRtSpecialName = 0x800, kImport = 0x1000, kSerializable = 0x2000, kWindowsRuntime = 0x4000,
                          kHasSecurity = 0x40000, kBeforeFieldInit = 0x100000, kForwarder = 0x200000;
inline constexpr uint32_t kStringFormatMask = 0x30000, kAnsiClass = 0, kUnicodeClass = 0x10000, kAutoClass = 0x20000;
}  // namespace type_attr

namespace field_attr {  // II.23.1.5
inline constexpr uint16_t kAccessMask = 0x7, kPrivate = 1, kFamAndAssem = 2, kAssembly = 3, kFamily = 4,
                          kFamOrAssem = 5, kPublic = 6;
inline constexpr uint16_t kStatic = 0x10, kInitOnly = 0x20, kLiteral = 0x40, kNotSerialized = 0x80, kHasRva = 0x100,
                          kSpecialName = 0x200, kRtSpecialName = 0x400, kHasMarshal = 0x1000, kPInvokeImpl = 0x2000,
                          kHasDefault = 0x8000;
}  // namespace field_attr

namespace method_attr {  // II.23.1.10
inline constexpr uint16_t kAccessMask = 0x7, kCompilerControlled = 0, kPrivate = 1, kFamAndAssem = 2, kAssembly = 3,
                          kFamily = 4, kFamOrAssem = 5, kPublic = 6;
inline constexpr uint16_t kStatic = 0x10, kFinal = 0x20, kVirtual = 0x40, kHideBySig = 0x80, kNewSlot = 0x100,
                          kStrict = 0x200, kAbstract = 0x400, kSpecialName = 0x800, kRtSpecialName = 0x1000,
                          kPInvokeImpl = 0x2000, kUnmanagedExport = 0x8, kHasSecurity = 0x4000,
                          kRequireSecObject = 0x8000;
}  // namespace method_attr

namespace method_impl_attr {  // II.23.1.11
inline constexpr uint16_t kCodeTypeMask = 0x3, kIl = 0, kNative = 1, kOptIl = 2, kRuntime = 3;
inline constexpr uint16_t kUnmanaged = 0x4, kNoInlining = 0x8, kForwardRef = 0x10, kSynchronized = 0x20,
                          kNoOptimization = 0x40, kPreserveSig = 0x80, kAggressiveInlining = 0x100,
                          kInternalCall = 0x1000;
}  // namespace method_impl_attr

namespace param_attr {  // II.23.1.13
inline constexpr uint16_t kIn = 0x1, kOut = 0x2, kOptional = 0x10, kHasDefault = 0x1000, kHasFieldMarshal = 0x2000;
}  // namespace param_attr

namespace generic_param_attr {  // II.23.1.7
inline constexpr uint16_t kVarianceMask = 0x3, kCovariant = 1, kContravariant = 2, kReferenceTypeConstraint = 0x4,
                          kNotNullableValueTypeConstraint = 0x8, kDefaultConstructorConstraint = 0x10;
}  // namespace generic_param_attr

namespace pinvoke_attr {  // II.23.1.8
inline constexpr uint16_t kNoMangle = 0x1, kCharSetMask = 0x6, kCharSetAnsi = 0x2, kCharSetUnicode = 0x4,
                          kCharSetAuto = 0x6, kSupportsLastError = 0x40, kCallConvMask = 0x700, kCallConvWinapi = 0x100,
                          kCallConvCdecl = 0x200, kCallConvStdcall = 0x300, kBestFitMask = 0x30;
}  // namespace pinvoke_attr

namespace method_semantics_attr {  // II.23.1.12
inline constexpr uint16_t kSetter = 0x1, kGetter = 0x2, kOther = 0x4, kAddOn = 0x8, kRemoveOn = 0x10, kFire = 0x20;
}  // namespace method_semantics_attr

}  // namespace rapgo::load::metadata
