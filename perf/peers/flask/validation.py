"""What a client may send."""


class Invalid(ValueError):
    pass


def text(value, name, longest):
    if not isinstance(value, str) or not 1 <= len(value) <= longest:
        raise Invalid(f"{name} must be a text of 1 to {longest} characters")
    return value


def quantity(value, name):
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:20])
    if type(value) is not int or not 1 <= value <= 2**31 - 1:
        raise Invalid(f"{name} must be an integer from 1 to {2**31 - 1}")
    return value


def item(value, name):
    if not isinstance(value, dict):
        raise Invalid(f"{name} must be an object")
    return {"name": text(value.get("name"), f"{name}.name", 80), "quantity": quantity(value.get("quantity"), f"{name}.quantity")}


def order(body):
    if not isinstance(body, dict):
        raise Invalid("the body must be an object")
    items = body.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= 100:
        raise Invalid("items must be a list of 1 to 100 items")
    return {
        "customer_name": text(body.get("customer_name"), "customer_name", 80),
        "status": text(body.get("status", "received"), "status", 20),
        "items": [item(value, f"items[{index}]") for index, value in enumerate(items)],
    }


def status(body):
    if not isinstance(body, dict):
        raise Invalid("the body must be an object")
    return text(body.get("status"), "status", 20)


def limit(value):
    if not value.isascii() or not value.isdigit() or not 1 <= int(value[:20]) <= 1000:
        raise Invalid("limit must be an integer from 1 to 1000")
    return int(value)
