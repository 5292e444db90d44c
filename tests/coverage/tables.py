"""The programs of `generate`, by family."""
from il import MAX4, MAX8, MIN4, MIN8, Program, TYPES, r4, r8, standard

BINARY_PAIRS = [("i4", "i4"), ("i8", "i8"), ("ni", "ni"), ("i4", "ni"), ("ni", "i4"), ("r4", "r4"), ("r8", "r8"), ("r4", "r8"),
                ("r8", "r4")]
INTEGER_PAIRS = BINARY_PAIRS[:5]
BOX = {"i4": "[mscorlib]System.Int32", "i8": "[mscorlib]System.Int64", "ni": "[mscorlib]System.IntPtr",
       "r4": "[mscorlib]System.Single", "r8": "[mscorlib]System.Double"}
BYTES_AS = {"i1": "int8", "u1": "uint8", "i2": "int16", "u2": "uint16", "i4": "int32", "u4": "uint32", "i8": "int64",
            "u8": "uint64", "i": "native int", "u": "native uint", "r4": "float32", "r8": "float64"}


def result(a, b):
    if "r8" in (a, b):
        return "r8"
    if a == b:
        return a
    return "ni"


def ident(op):
    return op.replace(".", "_")


def word(a, b):
    return a if a == b else a + "_" + b


def operands(a, b):
    return a + "," + b


def same(key):
    t = TYPES[key].il
    return f"call {t} Program::Same({t})"


def forms(p, op, a, b, box, consts, emit=None):
    """The operation on arguments (same place as the variable), on values from calls (in a home and in a register), and with
    constants on either side."""
    emit = emit or op
    covers = [(op, operands(a, b))]
    base = f"{ident(op)}_{word(a, b)}"
    p.function(base + "_var", ("pi4" if (a, b) == ("i4", "ni") and ".un" in op else a, b), f"ldarg.0 ldarg.1 {emit} {box}", covers)
    if a == b:
        p.function(base + "_call", (a, b), f"ldarg.0 {same(a)} ldarg.1 {same(b)} {emit} {box}", covers)
    for n, c in enumerate(consts):
        p.function(f"{base}_right{n}", (a,), f"ldarg.0 {same(a)} {TYPES[b].load(c)} {emit} {box}", covers)
    for n, c in enumerate(consts[:2]):
        p.function(f"{base}_left{n}", (b,), f"{TYPES[a].load(c)} ldarg.0 {emit} {box}", covers)
    if consts:
        p.function(base + "_both", (), f"{TYPES[a].load(consts[-1])} {TYPES[b].load(consts[0])} {emit} {box}", covers)


CONSTS = {"i4": [3, -1, 8, MIN4], "i8": [3, -1, 1 << 33, MIN8], "ni": [5, -1], "r4": [2.5, -0.0], "r8": [2.5, -0.0]}


def binary():
    for op in ["add", "sub", "mul", "div", "rem"]:
        p = Program("il_" + op, f"{op} of every pair of operand types of III.1.5 table 2.")
        for a, b in BINARY_PAIRS:
            consts = CONSTS[b] if a == b else []
            forms(p, op, a, b, "box " + BOX[result(a, b)], consts)
        yield p


def integer():
    for name, ops in [("il_bits", ["and", "or", "xor"]), ("il_unsigned", ["div.un", "rem.un"])]:
        p = Program(name, ", ".join(ops) + " of every pair of operand types of III.1.5 table 5.")
        for op in ops:
            for a, b in INTEGER_PAIRS:
                forms(p, op, a, b, "box " + BOX[result(a, b)], CONSTS[b] if a == b else [])
        yield p
    p = Program("il_unary", "neg, not and ckfinite of every operand type.")
    for op, types in [("neg", ["i4", "i8", "ni", "r4", "r8"]), ("not", ["i4", "i8", "ni"]), ("ckfinite", ["r4", "r8"])]:
        for t in types:
            p.function(f"{ident(op)}_{t}_var", (t,), f"ldarg.0 {op} box {BOX[t]}", [(op, t)])
            p.function(f"{ident(op)}_{t}_call", (t,), f"ldarg.0 {same(t)} {op} box {BOX[t]}", [(op, t)])
            p.function(f"{ident(op)}_{t}_const", (), f"{TYPES[t].load(TYPES[t].values[3])} {op} box {BOX[t]}", [(op, t)])
    yield p


def shifts():
    for op in ["shl", "shr", "shr.un"]:
        p = Program("il_" + ident(op), f"{op} of every value type by every amount type of III.1.5 table 6.")
        for a in ["i4", "i8", "ni"]:
            wide = "sh4" if a == "i4" else "sh8"
            for key, kind in [(wide, "i4"), ("shn", "ni")]:
                covers = [(op, operands(a, kind))]
                base = f"{ident(op)}_{a}_{kind}"
                p.function(base + "_var", (a, key), f"ldarg.0 ldarg.1 {op} box {BOX[a]}", covers)
                p.function(base + "_call", (a, key), f"ldarg.0 {same(a)} ldarg.1 {same(key)} {op} box {BOX[a]}", covers)
            for n in [0, 3, 31] + ([32, 63] if a != "i4" else []):
                p.function(f"{ident(op)}_{a}_by{n}", (a,), f"ldarg.0 ldc.i4 {n} {op} box {BOX[a]}", [(op, operands(a, "i4"))])
        yield p


def overflow():
    for name in ["add", "sub", "mul"]:
        p = Program(f"il_{name}_ovf", f"{name}.ovf and {name}.ovf.un of every pair of operand types of III.1.5 table 7.", deopt=7)
        for op in [name + ".ovf", name + ".ovf.un"]:
            for a, b in INTEGER_PAIRS:
                forms(p, op, a, b, "box " + BOX[result(a, b)], CONSTS[b][:3] if a == b else [])
        yield p


COMPARES = ["ceq", "cgt", "cgt.un", "clt", "clt.un"]
BRANCHES = ["beq", "bge", "bgt", "ble", "blt", "bne.un", "bge.un", "bgt.un", "ble.un", "blt.un"]
# Pairs of references and of byrefs: equal, different, null. III.1.5 table 4.
REFERENCES = [("same", "ldstr \"a\" dup"), ("different", "ldstr \"a\" ldstr \"b\""), ("null", "ldstr \"a\" ldnull"),
              ("nulls", "ldnull ldnull")]
CELLS = "ldsfld int32[] Program::cells"


def byref_pairs(of_native=False):
    at = lambda n: f"{CELLS} ldc.i4 {n} ldelema [mscorlib]System.Int32"
    return [("low", f"{at(0)} {at(2)}"), ("equal", f"{at(1)} {at(1)}"), ("high", f"{at(3)} {at(0)}")]


def cells(p):
    p.members.append("""  .field static int32[] cells
  .method static void .cctor() cil managed {
    .maxstack 8
    ldc.i4.4 newarr [mscorlib]System.Int32 dup ldc.i4.0 ldc.i4 10 stelem.i4 dup ldc.i4.1 ldc.i4 11 stelem.i4
    dup ldc.i4.2 ldc.i4 12 stelem.i4 dup ldc.i4.3 ldc.i4 13 stelem.i4 stsfld int32[] Program::cells
    ret
  }""")


def compares():
    p = Program("il_compare", "ceq ... clt.un of every pair of operand types of III.1.5 table 4.")
    cells(p)
    for op in COMPARES:
        for a, b in BINARY_PAIRS:
            forms(p, op, a, b, "box [mscorlib]System.Int32", CONSTS[b][:2] if a == b else [])
        if op in ("ceq", "cgt.un"):
            for name, pair in REFERENCES:
                if op == "cgt.un" and name == "different":
                    continue
                p.function(f"{ident(op)}_o_{name}", (), f"{pair} {op} box [mscorlib]System.Int32", [(op, "o,o")])
        for name, pair in byref_pairs():
            p.function(f"{ident(op)}_ref_{name}", (), f"{pair} {op} box [mscorlib]System.Int32", [(op, "&,&")])
    yield p
    for half in (BRANCHES[:5], BRANCHES[5:]):
        p = Program("il_branch_" + ("signed" if half is BRANCHES[:5] or half[0] == "beq" else "unsigned"),
                    "Conditional branches of every pair of operand types of III.1.5 table 4, long and short.")
        cells(p)
        for base in half:
            for op in (base, base + ".s"):
                emit = f"{op} YES ldc.i4.0 box [mscorlib]System.Int32 ret YES: ldc.i4.1"
                for a, b in BINARY_PAIRS:
                    if op.endswith(".s") and a != b:
                        continue
                    if op.endswith(".s"):
                        p.function(f"{ident(op)}_{word(a, b)}_var", (a, b), f"ldarg.0 ldarg.1 {emit} box [mscorlib]System.Int32",
                                   [(op, operands(a, b))])
                    else:
                        forms(p, op, a, b, "box [mscorlib]System.Int32", CONSTS[b][:1] if a == b else [], emit)
                if base in ("beq", "bne.un"):
                    for name, pair in REFERENCES:
                        p.function(f"{ident(op)}_o_{name}", (), f"{pair} {emit} box [mscorlib]System.Int32", [(op, "o,o")])
                for name, pair in byref_pairs():
                    p.function(f"{ident(op)}_ref_{name}", (), f"{pair} {emit} box [mscorlib]System.Int32", [(op, "&,&")])
        yield p


CONV_RESULT = {"i1": "i4", "u1": "i4", "i2": "i4", "u2": "i4", "i4": "i4", "u4": "i4", "i8": "i8", "u8": "i8", "i": "ni", "u": "ni",
               "r4": "r4", "r8": "r8", "r.un": "r8"}


def conversions():
    p = Program("il_conv", "conv.* from every operand type, and out of the target's range as Mono does it.")
    for to, kind in CONV_RESULT.items():
        op = "conv." + to
        box = "box " + BOX[kind]
        for key in ["ci4", "ci8", "cni", "cr4", "cr8"]:
            if to == "r.un" and key[1] == "r":
                continue
            source = key[1:]
            covers = [(op, source)]
            p.function(f"{ident(op)}_{source}_var", (key,), f"ldarg.0 {op} {box}", covers)
            p.function(f"{ident(op)}_{source}_call", (key,), f"ldarg.0 {same(key)} {op} {box}", covers)
            if source in ("i4", "i8", "r4", "r8"):
                p.function(f"{ident(op)}_{source}_const", (), f"{TYPES[key].load(TYPES[key].values[4])} {op} {box}", covers)
        if to in ("i", "u", "i8", "u8"):
            p.function(f"{ident(op)}_ref", (), f"{CELLS} ldc.i4.1 ldelema [mscorlib]System.Int32 {op} "
                       f"{CELLS} ldc.i4.0 ldelema [mscorlib]System.Int32 {op} sub {box}", [(op, "&")])
    cells(p)
    yield p
    p = Program("il_conv_range", "Conversions of floating-point values that are out of range, NaN or infinite: as Mono does.")
    for to, kind in CONV_RESULT.items():
        op = "conv." + to
        if to == "r.un":
            continue
        for key in ["or4", "or8"]:
            if op == "conv.i" and key == "or8":
                continue  # 32 bits wide in Mono, see mono_is_wrong; open in the standard
            p.function(f"{ident(op)}_{key[1:]}_out", (key,), f"ldarg.0 {op} box {BOX[kind]}", [(op, key[1:] + ":out")])
    yield p
    for suffix in ("", ".un"):
        p = Program("il_conv_ovf" + ident(suffix), f"conv.ovf.*{suffix} from every operand type.", deopt=7)
        for to, kind in CONV_RESULT.items():
            if to[0] == "r":
                continue
            op = f"conv.ovf.{to}{suffix}"
            box = "box " + BOX[kind]
            for key in ["ci4", "ci8", "cni", "cr4", "cr8", "or8"]:
                source = key[1:] if key[0] == "c" else "r8"
                name = f"{ident(op)}_{key[1:]}" + ("_out" if key[0] == "o" else "")
                if key[0] == "o" and suffix:
                    continue
                p.function(name + "_var", (key,), f"ldarg.0 {op} {box}", [(op, source + (":out" if key[0] == "o" else ""))])
                if key[0] == "c":
                    p.function(name + "_call", (key,), f"ldarg.0 {same(key)} {op} {box}", [(op, source)])
        yield p


# ---- places in memory: (name, IL type, ldind, stind, ldelem, stelem, token, a value, what is pushed, box of what is loaded) ----
class Cell:
    def __init__(self, key, il, box, ldind, stind, ldelem, stelem, load, token=None, reference=False):
        self.key, self.il, self.box, self.ldind, self.stind, self.ldelem, self.stelem = key, il, box, ldind, stind, ldelem, stelem
        self.load, self.token, self.reference = load, token or box, reference

    def boxed(self):
        return "" if self.reference else "box " + self.box


def m(name):
    return "[mscorlib]System." + name


POINT = "valuetype Point"
CELL_TYPES = [
    Cell("bool", "bool", m("Boolean"), "ldind.u1", "stind.i1", "ldelem.u1", "stelem.i1", ["ldc.i4.1", "ldc.i4.0"]),
    Cell("i1", "int8", m("SByte"), "ldind.i1", "stind.i1", "ldelem.i1", "stelem.i1", ["ldc.i4 -5", "ldc.i4 0x1fe"]),
    Cell("u1", "uint8", m("Byte"), "ldind.u1", "stind.i1", "ldelem.u1", "stelem.i1", ["ldc.i4 251", "ldc.i4 -1"]),
    Cell("char", "char", m("Char"), "ldind.u2", "stind.i2", "ldelem.u2", "stelem.i2", ["ldc.i4 0x41", "ldc.i4 0x10042"]),
    Cell("i2", "int16", m("Int16"), "ldind.i2", "stind.i2", "ldelem.i2", "stelem.i2", ["ldc.i4 -300", "ldc.i4 0x1fffe"]),
    Cell("u2", "uint16", m("UInt16"), "ldind.u2", "stind.i2", "ldelem.u2", "stelem.i2", ["ldc.i4 65000", "ldc.i4 -2"]),
    Cell("i4", "int32", m("Int32"), "ldind.i4", "stind.i4", "ldelem.i4", "stelem.i4", ["ldc.i4 -70000", "ldc.i4 0x7fffffff"]),
    Cell("u4", "uint32", m("UInt32"), "ldind.u4", "stind.i4", "ldelem.u4", "stelem.i4", ["ldc.i4 -1", "ldc.i4 5"]),
    Cell("i8", "int64", m("Int64"), "ldind.i8", "stind.i8", "ldelem.i8", "stelem.i8", ["ldc.i8 -5000000000", "ldc.i8 0x123456789abcdef"]),
    Cell("u8", "uint64", m("UInt64"), "ldind.i8", "stind.i8", "ldelem.i8", "stelem.i8", ["ldc.i8 -1", "ldc.i8 77"]),
    Cell("i", "native int", m("IntPtr"), "ldind.i", "stind.i", "ldelem.i", "stelem.i", ["ldc.i8 -6000000000 conv.i", "ldc.i4 9 conv.i"]),
    Cell("u", "native uint", m("UIntPtr"), "ldind.i", "stind.i", "ldelem.i", "stelem.i", ["ldc.i4 -1 conv.u", "ldc.i4 3 conv.u"]),
    Cell("r4", "float32", m("Single"), "ldind.r4", "stind.r4", "ldelem.r4", "stelem.r4", [r4(1.25), r4(-0.0)]),
    Cell("r8", "float64", m("Double"), "ldind.r8", "stind.r8", "ldelem.r8", "stelem.r8", [r8(-1e200), r8(0.1)]),
    Cell("string", "string", m("String"), "ldind.ref", "stind.ref", "ldelem.ref", "stelem.ref", ['ldstr "one"', "ldnull"], reference=True),
    Cell("object", "object", m("Object"), "ldind.ref", "stind.ref", "ldelem.ref", "stelem.ref",
         ["ldc.i4 42 box [mscorlib]System.Int32", 'ldstr "o"'], reference=True),
    Cell("enum", "valuetype Small", "Small", "ldind.u1", "stind.i1", "ldelem.u1", "stelem.i1", ["ldc.i4.2", "ldc.i4 0x101"], token="Small"),
    Cell("struct", "valuetype Point", "Point", None, None, None, None,
         ["ldc.i4 3 ldc.i4 -4 newobj instance void Point::.ctor(int32, int32)", "ldsfld valuetype Point Point::Other"], token="Point"),
    Cell("holder", "valuetype Holder", "Holder", None, None, None, None,
         ['ldstr "held" ldc.i8 12345678901 newobj instance void Holder::.ctor(string, int64)', 'ldnull ldc.i8 1 newobj instance void Holder::.ctor(string, int64)'],
         token="Holder"),
]
VALUE_TYPES = """
.class private sealed Small extends [mscorlib]System.Enum {
  .field public specialname rtspecialname uint8 value__
  .field public static literal valuetype Small One = uint8(1)
  .field public static literal valuetype Small Two = uint8(2)
}
.class private sequential sealed beforefieldinit Point extends [mscorlib]System.ValueType {
  .field public int32 x
  .field public int16 y
  .field public static valuetype Point Other
  .method public specialname rtspecialname instance void .ctor(int32 x, int32 y) cil managed {
    ldarg.0 ldarg.1 stfld int32 Point::x ldarg.0 ldarg.2 conv.i2 stfld int16 Point::y ret
  }
  .method private specialname rtspecialname static void .cctor() cil managed {
    ldc.i4 100 ldc.i4 0x12345 newobj instance void Point::.ctor(int32, int32) stsfld valuetype Point Point::Other ret
  }
  .method public virtual instance string ToString() cil managed {
    .maxstack 8
    ldarg.0 ldflda int32 Point::x call instance string [mscorlib]System.Int32::ToString() ldstr "/"
    ldarg.0 ldflda int16 Point::y call instance string [mscorlib]System.Int16::ToString()
    call string [mscorlib]System.String::Concat(string, string, string) ret
  }
}
.class private sequential sealed beforefieldinit Holder extends [mscorlib]System.ValueType {
  .field public string s
  .field public int64 n
  .field public uint8 b
  .method public specialname rtspecialname instance void .ctor(string s, int64 n) cil managed {
    ldarg.0 ldarg.1 stfld string Holder::s ldarg.0 ldarg.2 stfld int64 Holder::n ldarg.0 ldarg.2 conv.u1 stfld uint8 Holder::b ret
  }
  .method public virtual instance string ToString() cil managed {
    .maxstack 8
    ldarg.0 ldfld string Holder::s ldstr "/" ldarg.0 ldflda int64 Holder::n call instance string [mscorlib]System.Int64::ToString()
    call string [mscorlib]System.String::Concat(string, string, string) ret
  }
}
"""


def fields_of(static):
    return "\n".join(f"  .field public {'static ' if static else ''}{c.il} {'S' if static else ''}f_{c.key}" for c in CELL_TYPES)


def memory():
    p = Program("il_indirect", "ldind and stind, ldobj, stobj, cpobj and initobj of every type, through byrefs to locals, fields "
                "and elements and through native pointers, with volatile. and unaligned.", move=10)
    p.extra += [VALUE_TYPES, ".class private Box extends [mscorlib]System.Object {\n" + fields_of(False) + """
  .method public specialname rtspecialname instance void .ctor() cil managed { ldarg.0 call instance void [mscorlib]System.Object::.ctor() ret }
}"""]
    for c in CELL_TYPES:
        places = {
            "local": (f"ldloca v", f"{c.il} v, {c.il} w"),
            "field": (f"ldloc b ldflda {c.il} Box::f_{c.key}", f"class Box b, {c.il} w"),
            "element": (f"ldloc a ldc.i4.1 ldelema {c.token}", f"{c.il}[] a, {c.il} w"),
        }
        if c.key not in ("string", "object", "holder"):
            places["stack"] = ("ldloc q", f"{c.il} w, native int q")
        for place, (address, locals_) in places.items():
            setup = {"local": "", "field": "newobj instance void Box::.ctor() stloc b", "element": f"ldc.i4.3 newarr {c.token} stloc a",
                     "stack": "ldc.i4 64 localloc ldc.i4 8 add stloc q"}[place]
            token = c.il if c.key in ("struct", "holder", "enum") else c.token
            if c.ldind:
                for n, value in enumerate(c.load):
                    p.function(f"ind_{c.key}_{place}{n}", (), f"{setup} {address} {value} {c.stind} {address} {c.ldind} {c.boxed()}",
                               [(c.ldind, f"{c.key}:{place}"), (c.stind, f"{c.key}:{place}")], locals_)
                p.function(f"volatile_{c.key}_{place}", (), f"{setup} {address} {c.load[0]} volatile. {c.stind} {address} volatile. {c.ldind} "
                           f"{c.boxed()}", [("volatile.", f"{c.ldind}:{place}"), ("volatile.", f"{c.stind}:{place}")], locals_)
                if place in ("element", "stack"):
                    p.function(f"unaligned_{c.key}_{place}", (), f"{setup} {address} {c.load[0]} unaligned. 1 {c.stind} {address} unaligned. 2 "
                               f"{c.ldind} {c.boxed()}", [("unaligned.", c.ldind), ("unaligned.", c.stind)], locals_)
            for n, value in enumerate(c.load):
                p.function(f"obj_{c.key}_{place}{n}", (), f"{setup} {address} {value} stobj {token} {address} ldobj {token} {c.boxed()}",
                           [("ldobj", f"{c.key}:{place}"), ("stobj", f"{c.key}:{place}")], locals_)
            p.function(f"init_{c.key}_{place}", (), f"{setup} {address} {c.load[0]} stobj {token} {address} initobj {token} {address} ldobj {token} "
                       f"{c.boxed()}", [("initobj", f"{c.key}:{place}")], locals_)
            p.function(f"copy_{c.key}_{place}", (), f"{setup} {address} {c.load[0]} stobj {token} ldloca w {address} cpobj {token} ldloc w {c.boxed()}",
                       [("cpobj", f"{c.key}:{place}")], locals_)
            p.function(f"vobj_{c.key}_{place}", (), f"{setup} {address} {c.load[0]} volatile. stobj {token} {address} unaligned. 4 volatile. ldobj {token} "
                       f"{c.boxed()}", [("volatile.", "ldobj"), ("volatile.", "stobj"), ("unaligned.", "ldobj")], locals_)
    for c in CELL_TYPES:
        if c.ldind:
            p.function(f"null_load_{c.key}", (), f"ldc.i4.0 conv.u {c.ldind} {c.boxed()}", [(c.ldind, "null")])
            p.function(f"null_store_{c.key}", (), f"ldc.i4.0 conv.u {c.load[0]} {c.stind} ldnull", [(c.stind, "null")])
    yield p


def fields():
    p = Program("il_fields", "ldfld, ldflda, stfld, ldsfld, ldsflda, stsfld of every type: in objects, value types (by address and by "
                "value), statics and thread statics.", move=10)
    thread_statics = "\n".join(
        f"  .field public static {c.il} Tf_{c.key}\n  .custom instance void [mscorlib]System.ThreadStaticAttribute::.ctor() = (01 00 00 00)"
        for c in CELL_TYPES)
    p.extra += [VALUE_TYPES, ".class private Box extends [mscorlib]System.Object {\n" + fields_of(False) + "\n" + fields_of(True) + "\n" + thread_statics + """
  .method public specialname rtspecialname instance void .ctor() cil managed { ldarg.0 call instance void [mscorlib]System.Object::.ctor() ret }
}""", ".class private sequential sealed beforefieldinit Bag extends [mscorlib]System.ValueType {\n" + fields_of(False) + """
}""", """.class private Lazy extends [mscorlib]System.Object {
  .field public static int32 number
  .method private specialname rtspecialname static void .cctor() cil managed { ldc.i4 17 stsfld int32 Lazy::number ret }
}"""]
    for c in CELL_TYPES:
        for n, value in enumerate(c.load):
            covers = lambda place: [("ldfld", f"{c.key}:{place}"), ("stfld", f"{c.key}:{place}")]
            f = f"{c.il} Box::f_{c.key}"
            p.function(f"object_{c.key}{n}", (), f"newobj instance void Box::.ctor() stloc b ldloc b {value} stfld {f} ldloc b ldfld {f} {c.boxed()}",
                       covers("object"), "class Box b")
            f = f"{c.il} Bag::f_{c.key}"
            p.function(f"struct_{c.key}{n}", (), f"ldloca v {value} stfld {f} ldloca v ldfld {f} {c.boxed()}", covers("&struct"), "valuetype Bag v")
            p.function(f"value_{c.key}{n}", (), f"ldloca v {value} stfld {f} ldloc v ldfld {f} {c.boxed()}", [("ldfld", f"{c.key}:struct")],
                       "valuetype Bag v", 64)
        f = f"{c.il} Box::f_{c.key}"
        token = c.il if c.key in ("struct", "holder", "enum") else c.token
        p.function(f"address_{c.key}", (), f"newobj instance void Box::.ctor() stloc b ldloc b ldflda {f} {c.load[0]} stobj {token} ldloc b ldflda {f} "
                   f"ldobj {token} {c.boxed()}", [("ldflda", c.key)], "class Box b")
        f = f"{c.il} Bag::f_{c.key}"
        p.function(f"address_struct_{c.key}", (), f"ldloca v ldflda {f} {c.load[0]} stobj {token} ldloca v ldflda {f} ldobj {token} {c.boxed()}",
                   [("ldflda", f"{c.key}:&struct")], "valuetype Bag v")
        for prefix, place in (("Sf_", "static"), ("Tf_", "thread")):
            f = f"{c.il} Box::{prefix}{c.key}"
            p.function(f"{place}_{c.key}", (), f"{c.load[0]} stsfld {f} ldsfld {f} {c.boxed()}",
                       [("ldsfld", f"{c.key}:{place}"), ("stsfld", f"{c.key}:{place}")])
            p.function(f"{place}_address_{c.key}", (), f"ldsflda {f} {c.load[1]} stobj {token} ldsflda {f} ldobj {token} {c.boxed()}",
                       [("ldsflda", f"{c.key}:{place}")])
        f = f"{c.il} Box::f_{c.key}"
        p.function(f"volatile_{c.key}", (), f"newobj instance void Box::.ctor() stloc b ldloc b {c.load[0]} volatile. stfld {f} ldloc b volatile. ldfld {f} "
                   f"{c.boxed()}", [("volatile.", "ldfld"), ("volatile.", "stfld")], "class Box b")
        f = f"{c.il} Box::Sf_{c.key}"
        p.function(f"volatile_static_{c.key}", (), f"{c.load[0]} volatile. stsfld {f} volatile. ldsfld {f} {c.boxed()}",
                   [("volatile.", "ldsfld"), ("volatile.", "stsfld")])
        p.function(f"null_load_{c.key}", (), f"ldnull ldfld {c.il} Box::f_{c.key} {c.boxed()}", [("ldfld", f"{c.key}:null")])
        p.function(f"null_store_{c.key}", (), f"ldnull {c.load[0]} stfld {c.il} Box::f_{c.key} ldnull", [("stfld", f"{c.key}:null")])
    p.function("class_constructor", (), "ldsfld int32 Lazy::number box [mscorlib]System.Int32", [("ldsfld", "i4:.cctor")])
    yield p


def arrays():
    p = Program("il_elements", "newarr, ldlen, ldelem, stelem and ldelema of every element type and index type, in and out of bounds.", move=20)
    p.extra += [VALUE_TYPES]
    I4 = "box [mscorlib]System.Int32"
    for c in CELL_TYPES:
        a = f"{c.il}[] a"
        make = f"ldc.i4.3 newarr {c.token} stloc a"
        token = c.il if c.key in ("struct", "holder", "enum") else c.token
        pairs = ([("typed", c.ldelem, c.stelem)] if c.ldelem else []) + [("any", "ldelem", "stelem")]
        for kind, load, store in pairs:
            l, s = (load, store) if kind == "typed" else (f"ldelem {token}", f"stelem {token}")
            p.function(f"at_{kind}_{c.key}", ("idx",), f"{make} ldloc a ldarg.0 {c.load[0]} {s} ldloc a ldarg.0 {l} {c.boxed()}",
                       [(load, f"{c.key},i4"), (store, f"{c.key},i4")], a)
            p.function(f"native_{kind}_{c.key}", ("idx",), f"{make} ldloc a ldarg.0 conv.i {c.load[0]} {s} ldloc a ldarg.0 conv.i {l} {c.boxed()}",
                       [(load, f"{c.key},ni"), (store, f"{c.key},ni")], a)
            p.function(f"const_{kind}_{c.key}", (), f"{make} ldloc a ldc.i4.2 {c.load[1]} {s} ldloc a ldc.i4.2 {l} {c.boxed()}",
                       [(load, f"{c.key},i4"), (store, f"{c.key},i4")], a)
            p.function(f"null_{kind}_{c.key}", (), f"ldnull ldc.i4.0 {l} {c.boxed()}", [(load, c.key + ":null")], a)
            p.function(f"null_store_{kind}_{c.key}", (), f"ldnull ldc.i4.0 {c.load[0]} {s} ldnull", [(store, c.key + ":null")], a)
        p.function(f"address_{c.key}", ("idx",), f"{make} ldloc a ldarg.0 ldelema {c.token} {c.load[0]} stobj {token} ldloc a ldarg.0 readonly. "
                   f"ldelema {c.token} ldobj {token} {c.boxed()}", [("ldelema", f"{c.key},i4"), ("readonly.", c.key)], a)
        p.function(f"address_native_{c.key}", ("idx",), f"{make} ldloc a ldarg.0 conv.i ldelema {c.token} ldobj {token} {c.boxed()}",
                   [("ldelema", f"{c.key},ni")], a)
        p.function(f"length_{c.key}", ("sh4",), f"ldarg.0 newarr {c.token} ldlen conv.i4 {I4}", [("newarr", f"{c.key},i4"), ("ldlen", c.key)])
        p.function(f"length_native_{c.key}", (), f"ldc.i4 7 conv.i newarr {c.token} ldlen conv.i4 {I4}", [("newarr", f"{c.key},ni"), ("ldlen", c.key)])
    p.function("length_negative", (), f"ldc.i4 -1 newarr [mscorlib]System.Int32 ldlen conv.i4 {I4}", [("newarr", "negative")])
    p.function("length_null", (), f"ldnull ldlen conv.i4 {I4}", [("ldlen", "null")])
    p.function("covariant_store", (), 'ldc.i4.1 newarr [mscorlib]System.String stloc a ldloc a ldc.i4.0 newobj instance void [mscorlib]System.Object::.ctor() '
               'stelem.ref ldstr "stored"', [("stelem.ref", "mismatch")], "object[] a")
    p.function("covariant_store_any", (), 'ldc.i4.1 newarr [mscorlib]System.String stloc a ldloc a ldc.i4.0 newobj instance void [mscorlib]System.Object::.ctor() '
               'stelem [mscorlib]System.Object ldstr "stored"', [("stelem", "mismatch")], "object[] a")
    p.function("covariant_store_fits", (), 'ldc.i4.1 newarr [mscorlib]System.String stloc a ldloc a ldc.i4.0 ldstr "fits" stelem.ref ldloc a ldc.i4.0 ldelem.ref',
               [("stelem.ref", "covariant")], "object[] a")
    p.function("covariant_address", (), 'ldc.i4.1 newarr [mscorlib]System.String stloc a ldloc a ldc.i4.0 ldelema [mscorlib]System.Object ldind.ref pop ldstr "taken"',
               [("ldelema", "mismatch")], "object[] a")
    p.function("covariant_address_readonly", (), 'ldc.i4.1 newarr [mscorlib]System.String stloc a ldloc a ldc.i4.0 readonly. ldelema [mscorlib]System.Object pop ldstr "taken"',
               [("readonly.", "covariant")], "object[] a")
    yield p


def variables():
    p = Program("il_variables", "ldarg, starg, ldarga, ldloc, stloc, ldloca of every type, short and long; narrow ones extend.", move=10)
    p.extra += [VALUE_TYPES]
    for c in CELL_TYPES:
        token = c.il if c.key in ("struct", "holder", "enum") else c.token
        for n, value in enumerate(c.load):
            p.function(f"local_{c.key}{n}", (), f"{value} stloc w ldloc w {c.boxed()}", [("ldloc", c.key), ("stloc", c.key)], f"{c.il} v, {c.il} w")
            p.function(f"local_s_{c.key}{n}", (), f"{value} stloc.s 4 ldloc.s 4 {c.boxed()}", [("ldloc.s", c.key), ("stloc.s", c.key)],
                       ", ".join(f"{c.il} v{k}" for k in range(5)))
            p.function(f"argument_{c.key}{n}", (), f"{value} call object Program::Take_{c.key}({c.il})", [("call", c.key)])
        p.function(f"zero_{c.key}", (), f"ldloc w {c.boxed()}", [("ldloc", f"{c.key}:zeroed")], f"{c.il} v, {c.il} w")
        for k in range(4):
            p.function(f"local_{k}_{c.key}", (), f"{c.load[0]} stloc.{k} ldloc.{k} {c.boxed()}", [(f"ldloc.{k}", c.key), (f"stloc.{k}", c.key)],
                       ", ".join(f"{c.il} v{j}" for j in range(4)))
        for form in ("ldloca", "ldloca.s"):
            p.function(f"{ident(form)}_{c.key}", (), f"{c.load[1]} stloc v {form} v ldobj {token} {c.boxed()}", [(form, c.key)], f"{c.il} v")
        p.members.append(f"""  .method static object Take_{c.key}({c.il} v) cil managed noinlining {{ ldarg v {c.boxed()} ret }}
  .method static object Long_{c.key}({c.il} a, {c.il} b, {c.il} c, {c.il} d, {c.il} e) cil managed noinlining {{
    .maxstack 8
    ldarg.0 starg e ldarg e starg.s 3 ldarg.3 starg.s b ldarg.s b starg c ldarg.2 {c.boxed()} ret
  }}
  .method static object First_{c.key}({c.il} a, {c.il} b) cil managed noinlining {{ ldarg.1 {c.boxed()} ret }}
  .method static object Address_{c.key}({c.il} a, {c.il} b) cil managed noinlining {{
    .maxstack 8
    ldarga a ldarga.s b ldobj {token} stobj {token} ldarga.s a ldobj {token} {c.boxed()} ret
  }}""")
        five = " ".join([c.load[0]] + [c.load[1]] * 4)
        p.function(f"long_{c.key}", (), f"{five} call object Program::Long_{c.key}({', '.join([c.il] * 5)})",
                   [(o, c.key) for o in ()], maxstack=32)
        p.rows += [(o, c.key, p.name, f"long_{c.key}@Long_{c.key}") for o in ("ldarg", "starg", "ldarg.s", "starg.s", "ldarg.0", "ldarg.2", "ldarg.3")]
        p.function(f"first_{c.key}", (), f"{c.load[0]} {c.load[1]} call object Program::First_{c.key}({c.il}, {c.il})", [], maxstack=16)
        p.rows.append(("ldarg.1", c.key, p.name, f"first_{c.key}@First_{c.key}"))
        p.function(f"arg_address_{c.key}", (), f"{c.load[0]} {c.load[1]} call object Program::Address_{c.key}({c.il}, {c.il})", [], maxstack=16)
        p.rows += [(o, c.key, p.name, f"arg_address_{c.key}@Address_{c.key}") for o in ("ldarga", "ldarga.s")]
        p.function(f"dup_{c.key}", (), f"{c.load[0]} dup stloc v pop ldloc v {c.boxed()}", [("dup", c.key), ("pop", c.key)], f"{c.il} v", 32)
        p.function(f"ret_{c.key}", (), f"call {c.il} Program::Return_{c.key}() {c.boxed()}", [], maxstack=16)
        p.rows.append(("ret", c.key, p.name, f"ret_{c.key}@Return_{c.key}"))
        p.members.append(f"  .method static {c.il} Return_{c.key}() cil managed noinlining {{ .maxstack 16 {c.load[1]} ret }}")
        p.function(f"box_{c.key}", (), f"{c.load[0]} box {c.token} unbox.any {c.token} {c.boxed()}", [("box", c.key), ("unbox.any", c.key)], maxstack=16)
        if not c.reference:
            p.function(f"unbox_{c.key}", (), f"{c.load[0]} box {c.token} unbox {c.token} ldobj {token} {c.boxed()}", [("unbox", c.key)], maxstack=16)
            p.function(f"sizeof_{c.key}", (), f"sizeof {token} box [mscorlib]System.Int32", [("sizeof", c.key)])
        p.function(f"token_{c.key}", (), f"ldtoken {token} call class [mscorlib]System.Type [mscorlib]System.Type::GetTypeFromHandle(valuetype "
                   "[mscorlib]System.RuntimeTypeHandle)", [("ldtoken", c.key)])
        p.function(f"isinst_{c.key}", (), f"{c.load[0]} {c.boxed()} isinst {c.token} ldnull cgt.un box [mscorlib]System.Int32", [("isinst", c.key)], maxstack=16)
        p.function(f"castclass_{c.key}", (), f"{c.load[0]} {c.boxed()} castclass {c.token}", [("castclass", c.key)], maxstack=16)
        p.function(f"wrong_cast_{c.key}", (), f"ldc.i4.0 newarr [mscorlib]System.Guid castclass {c.token}", [("castclass", c.key + ":wrong")], maxstack=16)
        p.function(f"wrong_unbox_{c.key}", (), f"ldc.i4.0 newarr [mscorlib]System.Guid unbox.any {c.token} {c.boxed()}", [("unbox.any", c.key + ":wrong")], maxstack=16)
        p.function(f"typed_reference_{c.key}", (), f"{c.load[0]} stloc v ldloca v mkrefany {c.token} stloc t ldloc t refanyval {c.token} ldobj {token} {c.boxed()}",
                   [("mkrefany", c.key), ("refanyval", c.key)], f"{c.il} v, typedref t", 16)
        p.function(f"typed_reference_type_{c.key}", (), f"ldloca v mkrefany {c.token} refanytype call class [mscorlib]System.Type [mscorlib]System.Type::"
                   "GetTypeFromHandle(valuetype [mscorlib]System.RuntimeTypeHandle)", [("refanytype", c.key)], f"{c.il} v", 16)
        p.function(f"typed_reference_wrong_{c.key}", (), f"ldloca v mkrefany {c.token} refanyval [mscorlib]System.Guid pop ldnull", [("refanyval", c.key + ":wrong")],
                   f"{c.il} v", 16)
    yield p


def constants():
    p = Program("il_constants", "ldc in all its forms, ldstr, ldnull, nop, break aside; branches on one value; switch.")
    I4, I8 = "box [mscorlib]System.Int32", "box [mscorlib]System.Int64"
    p.function("ldc_m1", (), f"ldc.i4.m1 {I4}", [("ldc.i4.m1", "-")])
    p.function("ldc_M1", (), f"ldc.i4.M1 {I4}", [("ldc.i4.m1", "-")])
    for n in range(9):
        p.function(f"ldc_{n}", (), f"ldc.i4.{n} {I4}", [(f"ldc.i4.{n}", "-")])
    for n in (-128, 127, 9):
        p.function(f"ldc_s_{n}".replace("-", "m"), (), f"ldc.i4.s {n} {I4}", [("ldc.i4.s", "-")])
    for n in (MIN4, MAX4, 0):
        p.function(f"ldc_i4_{n}".replace("-", "m"), (), f"ldc.i4 {n} {I4}", [("ldc.i4", "-")])
    for n in (MIN8, MAX8, 0, MIN4, 0xFFFFFFFF):
        p.function(f"ldc_i8_{n}".replace("-", "m"), (), f"ldc.i8 {n} {I8}", [("ldc.i8", "-")])
    for k, v in enumerate(TYPES["r4"].values):
        p.function(f"ldc_r4_{k}", (), f"{r4(v)} box [mscorlib]System.Single", [("ldc.r4", "-")])
    for k, v in enumerate(TYPES["r8"].values):
        p.function(f"ldc_r8_{k}", (), f"{r8(v)} box [mscorlib]System.Double", [("ldc.r8", "-")])
    p.function("ldnull_value", (), "ldnull", [("ldnull", "-")])
    p.function("text_literal", (), 'ldstr "text"', [("ldstr", "-")])
    p.function("ldstr_same", (), f'ldstr "text" ldstr "text" ceq {I4}', [("ldstr", "interned")])
    p.function("ldstr_empty", (), 'ldstr "" call instance int32 [mscorlib]System.String::get_Length() ' + I4, [("ldstr", "empty")])
    p.function("nothing", (), "nop nop ldnull nop", [("nop", "-")])
    kinds = {"i4": "", "i8": "", "ni": ""}
    for t in kinds:
        for op in ("brtrue", "brtrue.s", "brfalse", "brfalse.s"):
            p.function(f"{ident(op)}_{t}", (t,), f"ldarg.0 {op} YES ldc.i4.0 {I4} ret YES: ldc.i4.1 {I4}", [(op, t)])
            p.function(f"{ident(op)}_{t}_call", (t,), f"ldarg.0 {same(t)} {op} YES ldc.i4.0 {I4} ret YES: ldc.i4.1 {I4}", [(op, t)])
    for op in ("brtrue", "brtrue.s", "brfalse", "brfalse.s"):
        for name, push in (("o", 'ldstr "x"'), ("null", "ldnull"), ("zero", "ldc.i4.0"), ("one", "ldc.i4.1")):
            p.function(f"{ident(op)}_{name}", (), f"{push} {op} YES ldc.i4.0 {I4} ret YES: ldc.i4.1 {I4}", [(op, "o" if name in ("o", "null") else "i4")])
        p.function(f"{ident(op)}_ref", (), f"ldloca v {op} YES ldc.i4.0 {I4} ret YES: ldc.i4.1 {I4}", [(op, "&")], "int32 v")
    p.function("br_long", (), f"br A B: ldc.i4.2 {I4} ret A: ldc.i4.1 {I4} brtrue B ldnull", [("br", "-")])
    p.function("br_s", (), f"br.s A B: ldc.i4.2 {I4} ret A: ldc.i4.1 {I4} brtrue.s B ldnull", [("br.s", "-")])
    p.function("br_stack", ("i4",), f"ldc.i4 10 ldarg.0 brtrue A ldc.i4 5 br E A: ldc.i4 6 E: add {I4}", [("br", "i4 on the stack")])
    p.function("br_stack_float", ("i4",), f"{r8(1.5)} ldarg.0 brtrue.s A {r8(2.0)} br.s E A: {r8(3.0)} E: add box [mscorlib]System.Double", [("br.s", "r8 on the stack")])
    p.function("switch_var", ("sel",), "ldarg.0 switch (A, B, C, A, D) ldc.i4 -1 br E A: ldc.i4 10 br E B: ldc.i4 11 br E C: ldc.i4 12 br E D: ldc.i4 13 E: " + I4,
               [("switch", "i4")])
    p.function("switch_call", ("sel",), f"ldarg.0 {same('sel')} switch (A, B) ldc.i4 -1 br E A: ldc.i4 10 br E B: ldc.i4 11 E: " + I4, [("switch", "i4")])
    p.function("switch_empty", ("sel",), "ldarg.0 switch () ldstr \"fell through\"", [("switch", "i4")])
    p.function("switch_loop", (), f"TOP: ldloc.0 switch (A, B, C) ldloc.1 {I4} ret A: ldloc.1 ldc.i4.1 add stloc.1 ldloc.0 ldc.i4.1 add stloc.0 br TOP "
               "B: ldloc.1 ldc.i4 10 add stloc.1 ldloc.0 ldc.i4.1 add stloc.0 br TOP C: ldloc.1 ldc.i4 100 mul stloc.1 ldloc.0 ldc.i4.1 add stloc.0 br TOP",
               [("switch", "i4:backwards")], "int32 i, int32 n")
    p.function("switch_stack", ("sel",), f"ldc.i4 1000 ldarg.0 switch (A, B) ldc.i4 1 add {I4} ret A: ldc.i4 2 add {I4} ret B: ldc.i4 3 add " + I4, [("switch", "i4 over a stack")])
    yield p


def byrefs():
    p = Program("il_byref", "Arithmetic on managed pointers: & + i4, & + ni, i4 + &, ni + &, & - i4, & - ni, & - &, checked too.")
    cells(p)
    at1 = f"{CELLS} ldc.i4.1 ldelema [mscorlib]System.Int32"
    I4 = "box [mscorlib]System.Int32"
    for op in ("add", "add.ovf.un"):
        for name, amount in (("i4", "ldc.i4 8"), ("ni", "ldc.i4 8 conv.i")):
            p.function(f"{ident(op)}_ref_{name}", (), f"{at1} {amount} {op} ldind.i4 {I4}", [(op, "&," + name)])
            p.function(f"{ident(op)}_{name}_ref", (), f"{amount} {at1} {op} ldind.i4 {I4}", [(op, name + ",&")])
    for op in ("sub", "sub.ovf.un"):
        for name, amount in (("i4", "ldc.i4 4"), ("ni", "ldc.i4 4 conv.i")):
            p.function(f"{ident(op)}_ref_{name}", (), f"{at1} {amount} {op} ldind.i4 {I4}", [(op, "&," + name)])
    p.function("sub_ref_ref", (), f"{CELLS} ldc.i4.3 ldelema [mscorlib]System.Int32 {CELLS} ldc.i4.0 ldelema [mscorlib]System.Int32 sub conv.i4 {I4}", [("sub", "&,&")])
    p.function("sub_ovf_un_ref_ref", (), f"{CELLS} ldc.i4.3 ldelema [mscorlib]System.Int32 {CELLS} ldc.i4.0 ldelema [mscorlib]System.Int32 sub.ovf.un conv.i4 {I4}",
               [("sub.ovf.un", "&,&")])
    p.function("add_ref_var", ("idx",), f"{CELLS} ldc.i4.0 ldelema [mscorlib]System.Int32 ldarg.0 ldc.i4.3 and ldc.i4.4 mul conv.i add ldind.i4 {I4}", [("add", "&,ni")])
    yield p


def all_programs():
    del standard.functions[:], standard.rows[:], standard.members[:]
    cells(standard)
    for family in (binary, integer, shifts, overflow, compares, conversions, memory, fields, arrays, variables, constants, byrefs):
        yield from family()
    yield standard
