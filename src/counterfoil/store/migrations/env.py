"""Alembic's entry: runs on the connection (and in the transaction) that `upgrade` hands over."""

from __future__ import annotations

from alembic import context

from counterfoil.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=False,  # the caller's transaction holds everything
    on_version_apply=lambda **_: context.config.attributes["on_step"](),
)
context.run_migrations()
