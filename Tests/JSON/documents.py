"""Odd documents for POST /orders, as bytes; the same ones at each run."""

import random

NUMBERS = """0 -0 1 -1 2 +1 01 00 007 1. .1 0.1 1.0 1.5 -1.5 1e2 1E2 1e+2 1e-2 1.0e0 1e 1e+ 1.e1 e1 0e0 0.0 -0.0 1e400 -1e400 1E400
1e-400 1e308 1e309 2147483646 2147483647 2147483648 4294967295 4294967297 -2147483648 9007199254740993 9223372036854775807
9223372036854775808 -9223372036854775808 -9223372036854775809 18446744073709551615 18446744073709551616
100000000000000000000000000000001 0x1 0b1 0o7 1_000 1,000 1f 1n 1L ١ １ ½ NaN -NaN Infinity -Infinity inf nan 1/2 (1) --1 -
1e99999999999999999999 0.1e1 10e-1 1.7976931348623157e308 5e-324 2.2250738585072012e-308""".split() + [
    "9" * 400, "0." + "3" * 400, "1" + "0" * 308, "1" + "0" * 309, "1 2", "1\u00a0"]

LITERALS = """true false null True False None NULL nul nulll tru truee undefined [] {} [1] [[]] [null] {"a":1} [{}] [1,] [,1] {"a":1,}
{,} {"a"} {"a":} {:1} {1:2} {a:1} {'a':1} 'x' `x` x /**/1 //x [1 {"a":[} [} {] [1}} ] } , : ; \\ \" "\" "" """.split() + [
    "", " ", "\"a\" \"b\"", "\"a\"+\"b\"", "/* c */ \"a\"", "\"a\" // c\n", "# c\n\"a\""]

ESCAPES = [
    "\\u0041", "\\u00e9", "\\u00E9", "\\u0000", "\\u001f", "\\u007f", "\\u0080", "\\u2028", "\\ufeff", "\\ufffe", "\\uffff",
    "\\ud83d\\ude00", "\\uD83D\\uDE00", "\\udbff\\udfff", "\\ud800\\udc00", "\\ud83d", "\\ude00", "\\ude00\\ud83d",
    "\\ud83dx", "\\ud83d\\u0041", "\\ud83d\\ud83d", "\\ud83d\\ud83d\\ude00", "\\ud83d\\n", "x\\udfff", "\\udbff",
    "\\ud83d \\ude00", "\\u", "\\u1", "\\u12", "\\u123", "\\u12g4", "\\u+123", "\\u 123", "\\u{41}", "\\U0041", "\\x41", "\\101",
    "\\0", "\\a", "\\'", "\\v", "\\e", "\\ ", "\\\n", "\\", "\\\\", "\\\"", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "/",
    "\\\\u0041", "\\\\\\", "\\N{DIGIT ONE}", "%41", "&#65;"]

TEXTS = [
    "a", " ", "\u00e9", "e\u0301", "\u20ac", "\U0001f600", "\U0010ffff", "\ue000", "\ufeff", "\ufffd", "\ufffe", "\uffff", "\u007f",
    "\u0080", "\u2028", "\u2029", "\u202e", "\u200d", "\U0001f468\u200d\U0001f469\u200d\U0001f467", "null", "<b>", "';--", "${x}",
    "0", "1", "2", "0001", "2147483647", "02147483647", "2147483648", "99999999999999999999", "-1", "+1", "1.0", "1e1", " 1", "1 ",
    "\t1", "0x1", "1_0", "\u0661", "\uff11", "\u00b9", "\u2155", "true", "received", "deleting"]

# The controls, as they are.
RAW_CONTROLS = [chr(code) for code in range(0x20)]

BAD_UTF8 = [
    b"\x80", b"\xbf", b"\xc0\x80", b"\xc0\xaf", b"\xc1\xbf", b"\xc2", b"\xc2\x20", b"\xc3\xa9\xa9", b"\xe0\x80\x80", b"\xe0\x9f\xbf",
    b"\xe2\x82", b"\xe2\x28\xa1", b"\xed\xa0\x80", b"\xed\xaf\xbf", b"\xed\xb0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf0\x80\x80\x80", b"\xf0\x8f\xbf\xbf", b"\xf0\x9f\x98", b"\xf0\x9f\x98\x20", b"\xf4\x90\x80\x80", b"\xf5\x80\x80\x80",
    b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xfe", b"\xff", b"\xff\xfe", b"\xfe\xff", b"a\x80", b"\xc3\xa9\xff"]

BLANKS = [" ", "\t", "\n", "\r", "\r\n", "\v", "\f", "\u00a0", "\u0085", "\u2028", "\u3000", "\ufeff", "\0", "\u200b", " \n\t\r" * 40]

ITEM = '{"name":"Nut","quantity":2}'
# Each takes one value, as JSON text, at its %s.
SLOTS = [
    '{"customer_name":%s,"items":[' + ITEM + ']}',
    '{"customer_name":"Ada","items":[{"name":%s,"quantity":2}]}',
    '{"customer_name":"Ada","items":[{"name":"Nut","quantity":%s}]}',
    '{"customer_name":"Ada","items":[' + ITEM + '],"status":%s}',
    '{"customer_name":"Ada","items":%s}',
    '{"customer_name":"Ada","items":[' + ITEM + ',%s]}',
    '{"customer_name":"Ada","unknown":%s,"items":[' + ITEM + ']}',
    '{"customer_name":"Ada","items":[{"name":"Nut","x":[%s],"quantity":2}]}',
    '%s',
]
FULL = ('{"order_id":7,"customer_name":"Ad\\u0061 \\ud83d\\ude00","status":"paid","x":{"customer_name":[1.5e3,null,true]},'
        '"items":[{"name":"Nut \u00e9","quantity":"007"},{"quantity":2147483647,"name":"\\"\\\\\\/\\n"}]}')


def values():
    """One value in each place where one may stand."""
    texts = ["\"" + text + "\"" for text in ESCAPES + TEXTS + RAW_CONTROLS]
    for slot in SLOTS:
        for value in NUMBERS + LITERALS + texts:
            yield slot.replace("%s", value).encode()
        for value in BAD_UTF8:
            yield slot.encode().replace(b"%s", b"\"" + value + b"\"")


def order(name='"Ada"', items=None, status=None):
    items = [ITEM] if items is None else items
    return '{"customer_name":%s,"items":[%s]%s}' % (name, ",".join(items), "" if status is None else ',"status":' + status)


def limits():
    """Counts around the limits, in scalars of one to four bytes, written as they are and as escapes."""
    for scalar in ["a", "\u00e9", "\u20ac", "\U0001f600", "\\u0041", "\\u0000", "\\ud83d\\ude00", "\\n", "a\u0301", "\U0001f600\\u0041"]:
        for count in [0, 1, 19, 20, 21, 39, 40, 41, 79, 80, 81, 160, 320, 321]:
            text = "\"" + scalar * count + "\""
            yield order(name=text)
            yield order(items=['{"name":%s,"quantity":1}' % text])
            yield order(status=text)
    for count in [0, 1, 2, 99, 100, 101, 1000]:
        yield order(items=[ITEM] * count)
        yield order(items=['{"name":"%d","quantity":"%d"}' % (index, index + 1) for index in range(count)])
    for zeros in [1, 9, 10, 11, 100, 5000]:
        yield order(items=['{"name":"N","quantity":"%s1"}' % ("0" * zeros)])
        yield order(items=['{"name":"N","quantity":%s1}' % ("0" * zeros)])
        yield order(items=['{"name":"N","quantity":1%s}' % ("0" * zeros)])


def nesting():
    for depth in list(range(1, 40)) + [64, 100, 1000, 50000]:
        for opening, closing in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")]:
            for inner in ["", "1"]:
                if "a" in opening and not inner:
                    continue
                value = opening * depth + inner + closing * depth
                yield '{"customer_name":"Ada","x":%s,"items":[%s]}' % (value, ITEM)
        yield "[" * depth + "]" * depth
        yield "[" * depth


def keys():
    """Keys twice, in other letters, escaped, missing, and of other kinds."""
    for first in ['"Ada"', "7", "null", '""', "[]"]:
        for second in ['"Bob"', "7", "null", '""', "{}"]:
            yield '{"customer_name":%s,"items":[%s],"customer_name":%s}' % (first, ITEM, second)
            yield '{"status":%s,"customer_name":"Ada","items":[%s],"status":%s}' % (first, ITEM, second)
            yield '{"customer_name":"Ada","items":[{"name":%s,"quantity":1,"name":%s}]}' % (first, second)
            yield '{"customer_name":"Ada","items":%s,"items":[%s]}' % (first, ITEM)
            yield '{"customer_name":"Ada","items":[%s],"items":%s}' % (ITEM, second)
    for first, second in [("1", "2"), ("0", "2"), ("2", "0"), ('"3"', "4"), ("4", '"x"'), ("1.5", "1")]:
        yield '{"customer_name":"Ada","items":[{"name":"N","quantity":%s,"quantity":%s}]}' % (first, second)
    for key in ['"Customer_Name"', '"customer_name "', '" customer_name"', '"customer\\u005fname"', '"\\u0063ustomer_name"',
                '"customer_name\\u0000"', '"customer-name"', '"customerName"', '"customer_nam\u0435"', '""', "customer_name",
                "'customer_name'", "null", "1", '"customer_name":"x","\\ud83d"', '"customer_name":"x","\\ud83d\\ude00"']:
        yield '{%s:"Ada","items":[%s]}' % (key, ITEM)
    for body in ['{}', '{"customer_name":"Ada"}', '{"items":[%s]}' % ITEM, '{"customer_name":"Ada","items":[{"name":"N"}]}',
                 '{"customer_name":"Ada","items":[{"quantity":1}]}', '{"customer_name":"Ada","items":[%s],"":1}' % ITEM]:
        yield body
    for separator in [":", "::", "=", "=>", "", ",", ": :"]:
        yield '{"customer_name"%s"Ada","items":[%s]}' % (separator, ITEM)
    for separator in [",", ",,", "", ";", ", ,", "\n"]:
        yield '{"customer_name":"Ada"%s"items":[%s%s%s]}' % (separator, ITEM, separator, ITEM)
        yield '{"customer_name":"Ada","items":[%s]%s}' % (ITEM, separator)
        yield '{"customer_name":"Ada","items":[%s%s]}' % (ITEM, separator)
        yield '{%s"customer_name":"Ada","items":[%s]}' % (separator, ITEM)


def blanks():
    tokens = ['{', '"customer_name"', ':', '"Ada"', ',', '"items"', ':', '[', ITEM, ']', '}']
    for blank in BLANKS:
        for index in range(len(tokens) + 1):
            yield "".join(tokens[:index]) + blank + "".join(tokens[index:])
        yield blank.join([""] + tokens + [""])


def encodings():
    for text in [order(), FULL, "\ufeff" + order(), "\ufeff" + FULL, order() + "\ufeff", "\ufeff\ufeff" + order(), "\ufeff", "\ufeff{}"]:
        for encoding in ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7"]:
            yield text.encode(encoding)
    for text in [order(name='"\u00e9"'), order(name='"Z\u00fcrich"')]:
        yield text.encode("latin-1")
    for bad in BAD_UTF8:
        yield b"{\"" + bad + b"\":1," + order().encode()[1:]
        yield bad + order().encode()
        yield order().encode() + bad


def mutations(generator, count):
    """Whole orders with a few bytes or pieces changed."""
    pieces = [b"\"", b"\\", b"{", b"}", b"[", b"]", b",", b":", b"0", b"-", b".", b"e", b" ", b"\n", b"\x00", b"\xc3", b"\xa9", b"\\u",
              b"\\ud83d", b"null", b"true", b"\"name\":", b"\"items\":", b"\"status\":", b"//", b"1e9", b"\xef\xbb\xbf", b"/"]
    whole = [order(), FULL, order(items=[ITEM, ITEM], status='"paid"'), FULL.replace(",", " ,\n ")]
    for _ in range(count):
        document = bytearray(generator.choice(whole).encode())
        for _ in range(generator.choice([1, 1, 1, 2, 3])):
            start = generator.randrange(len(document))
            end = min(len(document), start + generator.choice([0, 1, 1, 2, 5, 20]))
            kind = generator.randrange(5)
            if kind == 0:
                document[start:end] = b""
            elif kind == 1:
                document[start:start] = generator.choice(pieces)
            elif kind == 2:
                document[start:end] = generator.choice(pieces)
            elif kind == 3:
                document[start:start] = document[start:end]
            else:
                document[start:start + 1] = bytes([generator.randrange(256)])
            if not document:
                document = bytearray(b" ")
        yield bytes(document)


def documents():
    """All of them, each once."""
    seen = {}
    generator = random.Random(4)
    for source in [values(), limits(), nesting(), keys(), blanks(), encodings(), mutations(generator, 1500)]:
        for document in source:
            seen[document if isinstance(document, bytes) else document.encode()] = None
    text = FULL.encode()
    for count in range(len(text) + 1):
        seen[text[:count]] = None
    return list(seen)
