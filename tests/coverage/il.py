"""IL text for the programs that `generate` writes: types, values to try, functions to test and the drivers that run them.

A program is a list of functions under test. Each is one IL method; its driver calls it with every combination of the values
of its parameter types and prints a line `name x: results for each y`, exceptions as their type's name. So the name of a
method is the beginning of the lines that check it, which is what `verify` relies on.
"""
import struct


class Type:
    def __init__(self, key, il, values, load, store_element, box):
        self.key, self.il, self.values, self.load, self.store_element, self.box = key, il, values, load, store_element, box


def r4(v):
    return "ldc.r4 (" + " ".join("%02x" % b for b in struct.pack("<f", v)) + ")"


def r8(v):
    return "ldc.r8 (" + " ".join("%02x" % b for b in struct.pack("<d", v)) + ")"


MIN4, MAX4, MIN8, MAX8 = -(1 << 31), (1 << 31) - 1, -(1 << 63), (1 << 63) - 1
INF, NAN = float("inf"), float("nan")

TYPES = {t.key: t for t in [
    Type("i4", "int32", [0, 1, -1, 2, 7, 100, -12345, 0x12345678, MIN4, MAX4], lambda v: f"ldc.i4 {v}", "stelem.i4",
         "[mscorlib]System.Int32"),
    Type("i8", "int64", [0, 1, -1, 2, 10, -5000000000, 0x123456789ABCDEF, 1 << 32, MIN4, MAX4, MIN8, MAX8],
         lambda v: f"ldc.i8 {v}", "stelem.i8", "[mscorlib]System.Int64"),
    Type("ni", "native int", [0, 1, -1, 3, -5000000000, 0x7FFFFFFFF, MIN8, MAX8], lambda v: f"ldc.i8 {v} conv.i", "stelem.i",
         "[mscorlib]System.IntPtr"),
    Type("r4", "float32", [0.0, -0.0, 1.0, -2.5, 3.1415927410125732, 1e30, -1e-40, INF, -INF, NAN], r4, "stelem.r4",
         "[mscorlib]System.Single"),
    Type("r8", "float64", [0.0, -0.0, 1.0, -2.5, 3.141592653589793, 1e300, -5e-324, INF, -INF, NAN], r8, "stelem.r8",
         "[mscorlib]System.Double"),
    # Values around the edges of every conversion, for conv.*
    Type("ci4", "int32", [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536, MIN4, MAX4],
         lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
    Type("ci8", "int64", [0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536, MIN4, MIN4 - 1,
                          MAX4, MAX4 + 1, 0xFFFFFFFF, 0x100000000, MIN8, MAX8, 0x0020000000000001, 0x7FFFFFFFFFFFFC00],
         lambda v: f"ldc.i8 {v}", "stelem.i8", "[mscorlib]System.Int64"),
    Type("cni", "native int", [0, 1, -1, 128, -129, 256, 32768, -32769, 65536, MIN4 - 1, MAX4 + 1, 0xFFFFFFFF, 0x100000000,
                               MIN8, MAX8], lambda v: f"ldc.i8 {v} conv.i", "stelem.i", "[mscorlib]System.IntPtr"),
    Type("cr4", "float32", [0.0, -0.0, 0.5, 1.5, -1.5, 127.9, 128.0, -128.9, 255.5, 32767.5, -32769.0, 65535.5, 65536.0,
                            2147483520.0, 100.0], r4, "stelem.r4", "[mscorlib]System.Single"),
    Type("cr8", "float64", [0.0, -0.0, 0.5, 1.5, -1.5, 127.9, 128.0, -128.9, -129.0, 255.5, 256.0, 32767.5, 32768.0, -32769.0,
                            65535.5, 65536.0, 2147483647.5, 2147483648.0, -2147483648.5, -2147483649.0, 4294967295.5,
                            4294967296.0, 9007199254740993.0, -1.0, -0.9], r8, "stelem.r8", "[mscorlib]System.Double"),
    # Out of range: what happens is Mono's choice.
    Type("or8", "float64", [1e10, -1e10, 1e19, -1e19, 1.8446744073709552e19, 1e30, INF, -INF, NAN], r8, "stelem.r8",
         "[mscorlib]System.Double"),
    Type("or4", "float32", [1e10, -1e10, 1e19, -1e19, 1e30, INF, -INF, NAN], r4, "stelem.r4", "[mscorlib]System.Single"),
    # Where an int32 is widened for an unsigned operation, runtimes do not agree on the sign.
    Type("pi4", "int32", [0, 1, 2, 7, 100, MAX4], lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
    Type("sh4", "int32", [0, 1, 5, 31], lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
    Type("sh8", "int32", [0, 1, 31, 32, 45, 63], lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
    Type("shn", "native int", [0, 1, 13, 31], lambda v: f"ldc.i4 {v} conv.i", "stelem.i", "[mscorlib]System.IntPtr"),
    Type("idx", "int32", [0, 1, 2, 3, -1, MIN4, MAX4], lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
    Type("sel", "int32", [0, 1, 2, 3, 4, 5, 6, -1, MIN4, MAX4], lambda v: f"ldc.i4 {v}", "stelem.i4", "[mscorlib]System.Int32"),
]}

SHOW = """
.class private abstract sealed Show extends [mscorlib]System.Object {
  // Floating-point values as their bits, NaNs alike.
  .method static string Of(object o) cil managed {
    .maxstack 8
    .locals init (int64 l, int32 i)
    ldarg.0 brtrue NOTNULL
    ldstr "null" ret
    NOTNULL: ldarg.0 isinst [mscorlib]System.Double brfalse NOTDOUBLE
    ldarg.0 unbox.any [mscorlib]System.Double ldarg.0 unbox.any [mscorlib]System.Double ceq brtrue NUMBER
    ldstr "nan" ret
    NUMBER: ldarg.0 unbox [mscorlib]System.Double ldind.i8 stloc.0
    ldloca l ldstr "x" call instance string [mscorlib]System.Int64::ToString(string) ret
    NOTDOUBLE: ldarg.0 isinst [mscorlib]System.Single brfalse OTHER
    ldarg.0 unbox.any [mscorlib]System.Single ldarg.0 unbox.any [mscorlib]System.Single ceq brtrue NUMBER4
    ldstr "nan" ret
    NUMBER4: ldarg.0 unbox [mscorlib]System.Single ldind.i4 stloc.1
    ldloca i ldstr "x" call instance string [mscorlib]System.Int32::ToString(string) ret
    OTHER: ldarg.0 isinst [mscorlib]System.Char brfalse REST
    ldarg.0 unbox [mscorlib]System.Char ldind.u2 stloc.1 ldloca i call instance string [mscorlib]System.Int32::ToString() ret
    REST: ldarg.0 callvirt instance string [mscorlib]System.Object::ToString() ret
  }
  .method static void Line(string name, object o) cil managed {
    .maxstack 8
    ldarg.0 ldstr ": " ldarg.1 call string Show::Of(object)
    call string [mscorlib]System.String::Concat(string, string, string)
    call void [mscorlib]System.Console::WriteLine(string) ret
  }
  // Calls object(), prints `name: result`.
  .method static void Run(string name, native int f) cil managed {
    .maxstack 8
    .locals init (object o)
    .try {
      ldarg.1 calli object() stloc.0
      leave DONE
    } catch [mscorlib]System.Exception {
      callvirt instance class [mscorlib]System.Type [mscorlib]System.Object::GetType()
      callvirt instance string [mscorlib]System.Reflection.MemberInfo::get_Name() stloc.0
      leave DONE
    }
    DONE: ldarg.0 ldloc.0 call void Show::Line(string, object) ret
  }
}
"""


def values_method(key):
    t = TYPES[key]
    lines = [f"  .method static {t.il}[] V_{key}() cil managed {{", "    .maxstack 8",
             f"    ldc.i4 {len(t.values)} newarr {element_token(t)}"]
    for i, v in enumerate(t.values):
        lines.append(f"    dup ldc.i4 {i} {t.load(v)} {t.store_element}")
    return "\n".join(lines + ["    ret", "  }"])


def element_token(t):
    return t.box


def load_element(t):
    return {"stelem.i4": "ldelem.i4", "stelem.i8": "ldelem.i8", "stelem.i": "ldelem.i", "stelem.r4": "ldelem.r4",
            "stelem.r8": "ldelem.r8"}[t.store_element]


SB = "class [mscorlib]System.Text.StringBuilder"


def append_string():
    return f"call instance {SB} [mscorlib]System.Text.StringBuilder::Append(string)"


def driver(keys):
    """One that runs a function object(T1[, T2]) over all values: a line per value of T1."""
    t = [TYPES[k] for k in keys]
    name = "_".join(keys)
    two = len(t) == 2
    call = "object(" + ", ".join(x.il for x in t) + ")"
    inner = (f"ldloc.0 ldloc.2 {load_element(t[0])} " + (f"ldloc.1 ldloc.3 {load_element(t[1])} " if two else "")
             + f"ldarg.1 calli {call} call string Show::Of(object) stloc.s 5")
    body = f"""
  .method static void D_{name}(string name, native int f) cil managed {{
    .maxstack 8
    .locals init ({t[0].il}[] xs, {(t[1] if two else t[0]).il}[] ys, int32 i, int32 j, {SB} sb, string s)
    call {t[0].il}[] Program::V_{keys[0]}() stloc.0
    {'call ' + t[1].il + '[] Program::V_' + keys[1] + '() stloc.1' if two else ''}
    XS: ldloc.2 ldloc.0 ldlen conv.i4 bge END
    newobj instance void [mscorlib]System.Text.StringBuilder::.ctor() stloc.s 4
    ldloc.s 4 ldarg.0 {append_string()} ldstr " " {append_string()}
    ldloc.0 ldloc.2 {load_element(t[0])} box {t[0].box} call string Show::Of(object) {append_string()} ldstr ":" {append_string()} pop
    ldc.i4.0 stloc.3
    YS: ldloc.3 {'ldloc.1 ldlen conv.i4' if two else 'ldc.i4.1'} bge LINE
    .try {{
      {inner}
      leave NEXT
    }} catch [mscorlib]System.Exception {{
      callvirt instance class [mscorlib]System.Type [mscorlib]System.Object::GetType()
      callvirt instance string [mscorlib]System.Reflection.MemberInfo::get_Name() stloc.s 5
      leave NEXT
    }}
    NEXT: ldloc.s 4 ldstr " " {append_string()} ldloc.s 5 {append_string()} pop
    ldloc.3 ldc.i4.1 add stloc.3 br YS
    LINE: ldloc.s 4 callvirt instance string [mscorlib]System.Object::ToString() call void [mscorlib]System.Console::WriteLine(string)
    ldloc.2 ldc.i4.1 add stloc.2 br XS
    END: ret
  }}"""
    return body


def mono_is_wrong(op, types):
    """Combinations that ECMA-335 defines and Mono 6.8 gets wrong (or crashes on): 32-bit code for int32 with native int, garbage for
    float32 with float64, conv.i of a float64 in 32 bits, failed assertions. They are blessed on another runtime."""
    base = op[:-2] if op.endswith(".s") else op
    if types == "i4,ni" and (".ovf" in op or base[0] in "cb"):
        return True
    if "&" in types and ".ovf" in op:
        return True
    return ((op == "mul" and types in ("r4,r8", "r8,r4")) or (op == "conv.i" and types == "r8") or op == "ckfinite"
            or (op == "conv.r.un" and types == "ni") or (op.startswith("conv.ovf.") and op.endswith(".un") and types in ("r4", "r8"))
            or (op == "conv.ovf.u" and types == "r8:out"))


class Program:
    """functions: (method name, parameter keys, IL body, maxstack, locals). A body leaves an object and returns."""

    def __init__(self, name, about, move=25, deopt=1, peer=""):
        self.name, self.about, self.move, self.deopt, self.peer = name, about, move, deopt, peer
        self.functions, self.rows, self.extra, self.members = [], [], [], []

    def function(self, name, keys, body, covers, locals_="", maxstack=8):
        """covers: list of (opcode, operand types)."""
        if not self.peer and any(mono_is_wrong(*c) for c in covers):
            return standard.function(name, keys, body, covers, locals_, maxstack)
        for f in self.functions:
            assert f[0] != name, (self.name, name)
        self.functions.append((name, keys, body, locals_, maxstack))
        for opcode, operands in covers:
            self.rows.append((opcode, operands, self.name, name))

    def stub(self):
        """What stands in tests/programs."""
        # Functions of a few instructions each: what matters is what code they become, not what happens to it later.
        out = ["// " + self.about, "// generator: coverage/generate", "// rows: baseline adaptive optimize deopt move warm-store"]
        out += [f"// {k}: {v}" for k, v, usual in (("move", self.move, 1), ("deopt", self.deopt, 1), ("peer", self.peer, "")) if v != usual]
        return "\n".join(out) + "\n"

    def text(self):
        out = [".assembly extern mscorlib {}", f".assembly {self.name} {{}}", SHOW.rstrip()] + self.extra
        out.append(".class private abstract sealed Program extends [mscorlib]System.Object {")
        keys = sorted({k for f in self.functions for k in f[1]})
        out += [values_method(k) for k in keys]
        for ident in sorted({TYPES[k].il for k in keys}):
            out.append(f"  .method static {ident} Same({ident} v) cil managed noinlining {{ ldarg.0 ret }}")
        out += [driver(k) for k in sorted({tuple(f[1]) for f in self.functions if f[1]})]
        out += self.members
        for name, fkeys, body, locals_, maxstack in self.functions:
            params = ", ".join(f"{TYPES[k].il} {'xy'[i]}" for i, k in enumerate(fkeys))
            out.append(f"  .method static object {name}({params}) cil managed {{")
            out.append(f"    .maxstack {maxstack}")
            if locals_:
                out.append(f"    .locals init ({locals_})")
            out += ["    " + line.strip() for line in body.strip().splitlines()]
            out.append("    ret\n  }")
        out += ["  .method static void Main() cil managed {", "    .entrypoint", "    .maxstack 8"]
        for name, fkeys, *_ in self.functions:
            params = ", ".join(TYPES[k].il for k in fkeys)
            run = "Show::Run" if not fkeys else "Program::D_" + "_".join(fkeys)
            out.append(f'    ldstr "{name}" ldftn object Program::{name}({params}) call void {run}(string, native int)')
        out += ["    ret", "  }", "}", ""]
        return "\n".join(out)


standard = Program("il_standard", "What ECMA-335 defines and Mono gets wrong.", move=25, deopt=7, peer="dotnet9")
