# SPDX-License-Identifier: GPL-2.0-or-later
"""Protobuf's wire format, as much as the tests need, both ways."""


def varint(value):
    out = b""
    value &= (1 << 64) - 1
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def number(nr, value):
    return varint(nr << 3) + varint(value)


def field(nr, value):
    return varint(nr << 3 | 2) + varint(len(value)) + value


def text(nr, value):
    return field(nr, value.encode())


def pair(nr, key, value):
    """An entry of a map<string, string>."""
    return field(nr, text(1, key) + text(2, value))


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """{field: [value, ...]}: numbers, and bytes of what has a length."""
    out = {}
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            value, at = read_varint(data, at)
        elif key & 7 == 2:
            size, at = read_varint(data, at)
            value = data[at:at + size]
            at += size
        else:
            raise ValueError("wire type %d" % (key & 7))
        out.setdefault(key >> 3, []).append(value)
    return out


def run_pod(name, uid, annotations=(), handler="zone", namespace="default",
            attempt=0, resources=(), overhead=(), extra=b""):
    """A RunPodSandboxRequest. @resources: (period, quota, memory)."""
    config = field(1, text(1, name) + text(2, uid) + text(3, namespace) +
                   (number(4, attempt) if attempt else b""))
    for key, value in annotations:
        config += pair(7, key, value)
    linux = b""
    for nr, values in ((4, overhead), (5, resources)):
        if values:
            linux += field(nr, number(1, values[0]) + number(2, values[1]) +
                           number(4, values[2]))
    if linux:
        config += field(8, linux)
    return field(1, config) + (text(2, handler) if handler else b"") + extra
