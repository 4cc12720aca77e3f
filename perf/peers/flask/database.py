"""The orders in the database. `python database.py` creates the tables."""
from sqlalchemy import ForeignKey, String, create_engine, event, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship, selectinload, sessionmaker

import settings


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    customer_name: Mapped[str] = mapped_column(String(80))
    status: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[int] = mapped_column(index=True)
    items: Mapped[list["OrderItem"]] = relationship(
        cascade="all, delete-orphan", order_by="OrderItem.id", passive_deletes=True)

    def as_json(self):
        items = [{"name": item.item_name, "quantity": item.quantity} for item in self.items]
        return {"order_id": self.id, "customer_name": self.customer_name, "status": self.status, "items": items}


class OrderItem(Base):
    __tablename__ = "order_items"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    item_name: Mapped[str] = mapped_column(String(80))
    quantity: Mapped[int]
    order_id: Mapped[str] = mapped_column(ForeignKey("orders.id", ondelete="CASCADE"), index=True)


engine = create_engine(settings.DATABASE_URL)
new_session = sessionmaker(engine)

if engine.dialect.name == "sqlite":
    @event.listens_for(engine, "connect")
    def configure(connection, _):
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA foreign_keys = ON")


def find_order(session: Session, order_id: str) -> Order | None:
    return session.get(Order, order_id, options=[selectinload(Order.items)])


def newest_orders(session: Session, limit: int) -> list[Order]:
    query = select(Order).options(selectinload(Order.items)).order_by(Order.created_at.desc(), Order.id).limit(limit)
    return list(session.scalars(query))


def count_orders(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Order))


if __name__ == "__main__":
    Base.metadata.create_all(engine)
