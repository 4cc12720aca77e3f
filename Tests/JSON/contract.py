"""Section 1 of docs/contract.md about an order, said with Python's json: what the service's own reading is compared with.

Python's json reads more than JSON: NaN, Infinity and surrogates without their pair. The contract means RFC 8259 and texts that a
column of UTF-8 can hold. RFC 8259 section 9 lets a parser limit depth and numbers, in fields that nobody reads too; the limits of
the service are named here, so that they can't move unseen.
"""

import json
import re

# Arrays and objects within each other, the outermost included; empty ones don't count.
DEPTH = 31
INTEGERS = range(-(2**63), 2**64)


class Refused(Exception):
    pass


class Fraction:
    """A number that is not written as an integer."""


def _integer(text):
    if len(text) > 25 or int(text) not in INTEGERS:
        raise Refused("a number beyond 64 bits")
    return int(text)


def _fraction(text):
    if float(text) in (float("inf"), float("-inf")):
        raise Refused("a number beyond a double")
    return Fraction()


def _constant(text):
    raise Refused(text + " is no JSON")


def _pairs(pairs):
    for key, _ in pairs:
        _check(key)
    return dict(pairs)


def _check(value, depth=0):
    """Every text must be Unicode, wherever it stands."""
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise Refused("a lone surrogate") from error
    elif isinstance(value, (list, dict)):
        if value and depth == DEPTH:
            raise Refused("too deep")
        for child in value.values() if isinstance(value, dict) else value:
            _check(child, depth + 1)


def read(document):
    try:
        text = document.decode("utf-8")
        # Of equal keys the last wins.
        value = json.loads(
            text, parse_int=_integer, parse_float=_fraction, parse_constant=_constant, object_pairs_hook=_pairs)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise Refused(str(error)) from error
    _check(value)
    return value


def _text(value, maximum, name):
    if not isinstance(value, str) or not 1 <= len(value) <= maximum:
        raise Refused(name)
    return value


def _quantity(value):
    if isinstance(value, str) and re.fullmatch("[0-9]+", value):
        value = int(value.lstrip("0")[:20] or "0")
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 2147483647:
        raise Refused("quantity")
    return value


def order(document):
    """What GET must show of the order, without its id."""
    body = read(document)
    if not isinstance(body, dict):
        raise Refused("no object")
    items = body.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= 100 or not all(isinstance(item, dict) for item in items):
        raise Refused("items")
    return {
        "customer_name": _text(body.get("customer_name"), 80, "customer_name"),
        "status": _text(body.get("status", "received"), 20, "status"),
        "items": [
            {"name": _text(item.get("name"), 80, "name"), "quantity": _quantity(item.get("quantity"))} for item in items],
    }
