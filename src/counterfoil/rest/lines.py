"""Reading bodies whose lines may come from the catalog."""

from __future__ import annotations

from collections.abc import Callable

from counterfoil.operations import catalog
from counterfoil.operations.work import Work
from counterfoil.rest.bodies import Model, validated
from counterfoil.rest.calls import Call


def parse_lines(call: Call, model: type[Model], wrapper: str | None = None) -> Callable[[Work], Model]:
    """What gives the body as `model` within the write, its lines filled from the products that they name.

    A body without products is read at once, before any transaction. With them it is read in the write itself, so that
    a repeated request gets its first answer even when the product has changed or gone.
    """
    data = call.object(wrapper)
    if not catalog.names_product(data):
        new = validated(model, data) if data else call.parse(model, wrapper)
        return lambda _work: new
    return lambda work: validated(model, catalog.fill_items(work, data))
