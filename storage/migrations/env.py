"""Run by Alembic with the connection that `migrate` hands over; the transaction is begun and ended there."""

from alembic import context

from storage.tables import VERSION_TABLE, Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,  # SQLite cannot change a column in place
    transactional_ddl=True,  # it can roll back DDL, though Alembic thinks not
)
with context.begin_transaction():
    context.run_migrations()
