"""What a database says about its own tables, columns and indexes."""

from sqlalchemy import text

from storage.engine import open_engine
from storage.tables import VERSION_TABLE

# Columns one by one: a column that a migration adds stands elsewhere in the text that SQLite keeps of a table.
SQLITE = """
    SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
    UNION ALL
    SELECT t.name || '.' || c.name, c.type || ' ' || c."notnull" || ' ' || coalesce(c.dflt_value, '') || ' ' || c.pk
    FROM sqlite_master AS t JOIN pragma_table_info(t.name) AS c WHERE t.type = 'table'
"""
POSTGRES = """
    SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT table_name || '.' || column_name, concat_ws(' ', data_type, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public'
"""


def run(url: str, *statements: str) -> None:
    """Everything in one transaction."""
    engines = open_engine(url)
    with engines.writer.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engines.dispose()


def shape(url: str) -> dict[str, str]:
    """The shape in the database's own words, without the table that holds the version."""
    engines = open_engine(url)
    with engines.reader.connect() as connection:
        rows = connection.execute(text(SQLITE if engines.address.is_sqlite else POSTGRES))
        found = {name: " ".join(words.split()) for name, words in rows if VERSION_TABLE not in name}
    engines.dispose()
    return found
