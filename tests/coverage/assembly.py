"""Which instructions each method of an assembly contains: just enough of PE and metadata (ECMA-335 II.22, II.24, II.25)."""
import os
import re
import struct

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SIZES = {"None": 0, "U1": 1, "I1": 1, "Branch1": 1, "U2": 2, "I4": 4, "R4": 4, "Branch4": 4, "I8": 8, "R8": 8}


def opcodes():
    """code → (mnemonic, bytes of the operand; None: a switch table). Operands that are tokens have 4."""
    table = {}
    text = open(os.path.join(root, "src/load/il/opcodes.def")).read()
    for mnemonic, code, operand in re.findall(r'^RAPGO_OPCODE\(\w+, "([^"]+)", (0x[0-9A-F]+), (\w+)', text, re.M):
        table[int(code, 16)] = (mnemonic, None if operand == "Switch" else SIZES.get(operand, 4))
    return table


CODES = opcodes()


def instructions(code):
    found, at = set(), 0
    while at < len(code):
        op = code[at]
        at += 1
        if op == 0xFE:
            op = 0xFE00 | code[at]
            at += 1
        mnemonic, size = CODES[op]
        found.add(mnemonic)
        at += 4 + 4 * struct.unpack_from("<I", code, at)[0] if size is None else size
    return found


def methods(path):
    """method name → set of mnemonics in it (overloads together)"""
    data = open(path, "rb").read()
    u2 = lambda at: struct.unpack_from("<H", data, at)[0]
    u4 = lambda at: struct.unpack_from("<I", data, at)[0]
    pe = u4(0x3C)
    optional = pe + 24
    sections = optional + u2(pe + 20)
    directories = optional + (112 if u2(optional) == 0x20B else 96)

    def offset(rva):
        for i in range(u2(pe + 6)):
            s = sections + 40 * i
            if u4(s + 12) <= rva < u4(s + 12) + max(u4(s + 8), u4(s + 16)):
                return rva - u4(s + 12) + u4(s + 20)
        raise ValueError("address outside of the sections")

    metadata = offset(u4(offset(u4(directories + 14 * 8)) + 8))
    at = metadata + 16 + u4(metadata + 12)
    count, at = u2(at + 2), at + 4
    streams = {}
    for _ in range(count):
        end = data.index(b"\0", at + 8)
        streams[data[at + 8:end].decode()] = metadata + u4(at)
        at += 8 + (end - at - 8) // 4 * 4 + 4
    tables, strings = streams.get("#~", streams.get("#-")), streams["#Strings"]
    heaps, valid = data[tables + 6], struct.unpack_from("<Q", data, tables + 8)[0]
    rows, at = [0] * 64, tables + 24
    for t in range(64):
        if valid >> t & 1:
            rows[t] = u4(at)
            at += 4
    string, guid, blob = (4 if heaps & bit else 2 for bit in (1, 2, 4))
    index = lambda t: 4 if rows[t] > 0xFFFF else 2
    coded = lambda bits, *ts: 4 if max(rows[t] for t in ts) >= 1 << (16 - bits) else 2
    sizes = {0: 2 + string + 3 * guid, 1: coded(2, 0, 0x1A, 0x23, 1) + 2 * string, 2: 4 + 2 * string + coded(2, 2, 1, 0x1B) + index(4) + index(6),
             3: index(4), 4: 2 + string + blob, 5: index(6)}
    for t in range(6):
        at += rows[t] * sizes[t]
    row = 8 + string + blob + index(8)
    result = {}
    for i in range(rows[6]):
        m = at + row * i
        name = u4(m + 8) if string == 4 else u2(m + 8)
        name = data[strings + name:data.index(b"\0", strings + name)].decode()
        rva = u4(m)
        if not rva:
            continue
        body = offset(rva)
        if data[body] & 3 == 2:
            code = data[body + 1:body + 1 + (data[body] >> 2)]
        else:
            start = body + 4 * (u2(body) >> 12)
            code = data[start:start + u4(body + 4)]
        result.setdefault(name, set()).update(instructions(code))
    return result
