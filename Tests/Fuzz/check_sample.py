#!/usr/bin/env python3
"""Compares what our JSON reader made of a sample with Python's: `check_sample.py VERDICTS`.

Each line of VERDICTS is an input in hexadecimal, and what was written of its value, or `-` when it was refused.
"""
import json
import sys

DEPTH = 128
sys.set_int_max_str_digits(0)


def members(pairs):
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def number(text):
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("too large")
    return value


def integer(text):
    value = int(text)
    return value if -(2**63) <= value < 2**63 else number(text)


def word(text):
    raise ValueError(f"{text} is not JSON")


def depth(value):
    """Levels of arrays and objects; UnicodeEncodeError for half a surrogate pair."""
    if isinstance(value, str):
        value.encode()
        return 0
    if isinstance(value, dict):
        for name in value:
            name.encode()
        value = list(value.values())
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


def read(data):
    """The value in a list, or None when it is not JSON as we take it."""
    try:
        text = data.decode()
        if text[:1] == "\ufeff" or text.strip(" \t\r\n") != text.strip():
            return None
        value = json.loads(
            text, object_pairs_hook=members, parse_float=number, parse_int=integer, parse_constant=word
        )
        return [value] if depth(value) <= DEPTH else None
    except (ValueError, RecursionError):
        return None


def same(one, other):
    """Equal in value and kind; integers and floats of one value are one (Python's `==`), but True is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return list(one) == list(other) and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


taken = refused = 0
for entry in open(sys.argv[1]):
    given, verdict = entry.rstrip("\n").split(" ")
    data = bytes.fromhex(given)
    expected = read(data)
    actual = None if verdict == "-" else read(bytes.fromhex(verdict))
    if (expected is None) != (verdict == "-") or (expected is not None and not same(expected, actual)):
        sys.exit(f"DOES NOT HOLD: Python reads {data!r} as {expected}, we as {actual} ({verdict})")
    taken, refused = taken + (verdict != "-"), refused + (verdict == "-")
print(f"Python's reader agrees on {taken} texts that were taken and {refused} that were refused")
if not taken or not refused:
    sys.exit("the sample holds too little")
