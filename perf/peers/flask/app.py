"""The API: gunicorn app:app. Writes go to the queue; reads see what was accepted, then what is in the database."""
import json
import uuid

import redis
from flask import Flask, jsonify, request
from pika.exceptions import AMQPError
from werkzeug.exceptions import HTTPException, NotFound

import cache
import database
import jobs
import validation

app = Flask(__name__)
app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024


@app.get("/health")
def health():
    return jsonify(status="ok")


@app.post("/orders")
def create_order():
    order = validation.order(request.get_json())
    order["order_id"] = str(uuid.uuid4())
    cache.put_accepted(order)
    try:
        job_id = jobs.publish("create_order", order)
    except AMQPError:
        cache.forget_accepted(order["order_id"])
        raise
    return accepted(job_id, "create_order", order["order_id"], "The order will be created.")


@app.patch("/orders/<uuid:order_id>/status")
def update_order_status(order_id):
    order = json.loads(find_order(str(order_id)))
    order["status"] = validation.status(request.get_json())
    job_id = jobs.publish("update_order_status", {"order_id": str(order_id), "status": order["status"]})
    cache.put_accepted(order)
    return accepted(job_id, "update_order_status", order_id, "The order's status will be changed.")


@app.delete("/orders/<uuid:order_id>")
def delete_order(order_id):
    order = json.loads(find_order(str(order_id)))
    order["status"] = "deleting"
    job_id = jobs.publish("delete_order", {"order_id": str(order_id)})
    cache.put_accepted(order)
    return accepted(job_id, "delete_order", order_id, "The order will be deleted.")


@app.get("/orders/<uuid:order_id>")
def get_order(order_id):
    return json_text(find_order(str(order_id)))


@app.get("/orders")
def list_orders():
    limit = validation.limit(request.args.get("limit", "100"))
    version = cache.list_version()
    text = cache.find_list(version, limit)
    if text is None:
        with database.new_session() as session:
            orders = [order.as_json() for order in database.newest_orders(session, limit)]
            text = json.dumps({"total_orders": database.count_orders(session), "orders": orders})
        cache.put_list(version, limit, text)
    return json_text(text)


def find_order(order_id):
    text = cache.find_order(order_id)
    if text is not None:
        return text
    with database.new_session() as session:
        order = database.find_order(session, order_id)
        if order is None:
            raise NotFound("There is no such order.")
        cache.put_applied(order.as_json())
        return json.dumps(order.as_json())


def accepted(job_id, kind, order_id, message):
    body = {"job_id": job_id, "job_type": kind, "status": "queued", "order_id": str(order_id), "message": message}
    return jsonify(body), 202, {"Location": f"/orders/{order_id}"}


def json_text(text):
    return app.response_class(text, mimetype="application/json")


@app.errorhandler(validation.Invalid)
def invalid(error):
    return jsonify(error=str(error)), 400


@app.errorhandler(HTTPException)
def http_error(error):
    return jsonify(error=error.description), error.code


@app.errorhandler(AMQPError)
@app.errorhandler(redis.RedisError)
def unavailable(error):
    app.logger.error("not available: %r", error)
    return jsonify(error="The service can't take or find orders at the moment."), 503, {"Retry-After": "1"}
