"""The queue of writes. A pika connection belongs to one thread, so each thread of the API has its own."""
import json
import threading
import time
import uuid

import pika
from pika.exceptions import AMQPConnectionError, AMQPChannelError

import settings

PERSISTENT = pika.BasicProperties(content_type="application/json", delivery_mode=pika.DeliveryMode.Persistent)
local = threading.local()


def connect():
    credentials = pika.PlainCredentials(settings.RABBITMQ_USER, settings.RABBITMQ_PASSWORD)
    return pika.BlockingConnection(pika.ConnectionParameters(
        settings.RABBITMQ_HOST, settings.RABBITMQ_PORT, credentials=credentials))


def declare(channel):
    channel.queue_declare(settings.RABBITMQ_QUEUE_NAME, durable=True)


def publishing_channel():
    if getattr(local, "channel", None) is None or not local.channel.is_open:
        local.channel = connect().channel()
        declare(local.channel)
        if settings.PUBLISHER_CONFIRMS:
            local.channel.confirm_delivery()
    return local.channel


def publish(kind, payload):
    """Answers the job's id. With confirms it returns when the broker has the job on disk, and raises if it doesn't take it."""
    job_id = str(uuid.uuid4())
    job = {"job_id": job_id, "type": kind, "payload": payload, "enqueued_at": time.time_ns() // 1_000_000}
    body = json.dumps(job)
    try:
        publishing_channel().basic_publish("", settings.RABBITMQ_QUEUE_NAME, body, PERSISTENT)
    except (AMQPConnectionError, AMQPChannelError):
        # A connection that was idle for long has been closed by the broker: that shows only now.
        local.channel = None
        publishing_channel().basic_publish("", settings.RABBITMQ_QUEUE_NAME, body, PERSISTENT)
    return job_id
