"""Orders in Redis: as they were accepted (temp_order), and as the database has them (orders:detail, orders:list)."""
import json

import redis

import settings

client = redis.Redis.from_url(settings.REDIS_URL, decode_responses=True)


def find_order(order_id):
    """As JSON text. What was accepted last goes before what the database has."""
    return client.get(f"temp_order:{order_id}") or client.get(f"orders:detail:{order_id}")


def put_accepted(order):
    client.set(f"temp_order:{order['order_id']}", json.dumps(order), ex=settings.TEMP_ORDER_CACHE_TTL)


def put_applied(order):
    client.set(f"orders:detail:{order['order_id']}", json.dumps(order), ex=settings.ORDERS_CACHE_TTL)


def forget_accepted(order_id):
    client.delete(f"temp_order:{order_id}")


def forget(order_id):
    client.delete(f"temp_order:{order_id}", f"orders:detail:{order_id}")


def list_version():
    return client.get("orders:list:version") or "0"


def bump_list_version():
    client.incr("orders:list:version")


def find_list(version, limit):
    return client.get(f"orders:list:{version}:{limit}")


def put_list(version, limit, text):
    client.set(f"orders:list:{version}:{limit}", text, ex=settings.ORDERS_CACHE_TTL)
