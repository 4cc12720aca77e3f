import os

REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0")
RABBITMQ_HOST = os.environ.get("RABBITMQ_HOST", "localhost")
RABBITMQ_PORT = int(os.environ.get("RABBITMQ_PORT", 5672))
RABBITMQ_USER = os.environ.get("RABBITMQ_USER", "guest")
RABBITMQ_PASSWORD = os.environ.get("RABBITMQ_PASSWORD", "guest")
RABBITMQ_QUEUE_NAME = os.environ.get("RABBITMQ_QUEUE_NAME", "order_write_jobs")
PUBLISHER_CONFIRMS = os.environ.get("PUBLISHER_CONFIRMS", "true").lower() == "true"
DATABASE_URL = os.environ.get("DATABASE_URL", "sqlite:///database.db")
TEMP_ORDER_CACHE_TTL = int(os.environ.get("TEMP_ORDER_CACHE_TTL", 60))
ORDERS_CACHE_TTL = int(os.environ.get("ORDERS_CACHE_TTL", 30))
WORKER_COUNT = int(os.environ.get("WORKER_COUNT", 4))
DB_WRITE_LAG_MS = int(os.environ.get("DB_WRITE_LAG_MS", 300))
