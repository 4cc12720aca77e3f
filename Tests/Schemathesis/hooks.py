"""What schemathesis has to know about the service beyond its description."""

import re
import time

import requests
import schemathesis
from schemathesis.core.failures import AcceptedNegativeData

IDEMPOTENCY_KEY = re.compile("[!-~]([ -~]{0,253}[!-~])?")
# What was sent with each key.
bodies = {}

# Orders that one request to /admin/seed makes here: the schema's million would only take its time.
SEEDED_ORDERS = 100


@schemathesis.hook
def map_body(context, body):
    return writable(body)


def writable(value, name=None):
    """The same with numbers as the description asks for them, in sentences: JSON Schema has no words for this."""
    if isinstance(value, list):
        return [writable(element) for element in value]
    if isinstance(value, dict):
        return {key: writable(member, key) for key, member in value.items()}
    # 2.0 is an integer for JSON Schema, and a fraction for the service.
    if isinstance(value, float) and value.is_integer() and name in ("quantity", "count"):
        value = int(value)
    # In fields that are ignored, too.
    if isinstance(value, int) and not isinstance(value, bool):
        return max(-(2**63), min(value, 2**64 - 1))
    return value


@schemathesis.hook
def before_call(context, case, kwargs):
    # Here, since the values at the limits don't pass by map_body.
    limit_seed(case)
    use_key_once(case)
    expect_any_version(case)


def limit_seed(case):
    """What is too much or too little for the schema stays so."""
    if case.path == "/admin/seed" and isinstance(case.body, dict):
        count = case.body.get("count")
        if isinstance(count, int) and SEEDED_ORDERS < count <= 1_000_000:
            case.body = {**case.body, "count": SEEDED_ORDERS}


def use_key_once(case):
    """Gives every request a key of its own, as the description asks; a repetition of a request keeps its key.

    Not in sequences of requests: the order of the first one may have been deleted in an earlier sequence.
    """
    key = (case.headers or {}).get("Idempotency-Key")
    if not isinstance(key, str) or not IDEMPOTENCY_KEY.fullmatch(key):
        return
    body = (case.path, repr(case.body))
    is_sequence = case.meta is not None and case.meta.phase.name.value == "stateful"
    if key in bodies and (is_sequence or bodies[key] != body):
        key = f"{key[:240]}-{len(bodies)}"
        case.headers["Idempotency-Key"] = key
    bodies[key] = body


def expect_any_version(case):
    """A version that is made up is that of no order: such a request asks for any, so that it is more than a 412."""
    is_valid = case.meta is not None and case.meta.generation.mode.is_positive
    if is_valid and "If-Match" in (case.headers or {}):
        case.headers["If-Match"] = "*"


@schemathesis.hook
def after_call(context, case, response):
    """A deletion is accepted first and applied later. What follows is to find it applied: that is when it is 404."""
    if case.method != "DELETE" or response.status_code != 202:
        return
    deadline = time.monotonic() + 20
    while requests.get(response.request.url, timeout=20).status_code != 404:
        if time.monotonic() > deadline:
            raise AssertionError(f"{response.request.url} was deleted and is still there after 20 seconds")
        time.sleep(0.005)


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """An order that breaks the schema is refused within a batch whose other orders are accepted: no failure, as long as the
    answer says so."""
    if case.path != "/orders/batch" or response.status_code != 202 or not isinstance(failure, AcceptedNegativeData):
        return True
    return response.json()["rejected"] == 0
