"""One run: a seed, so many steps, and an end in which everything comes to rest and is compared."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from datetime import timedelta

from counterfoil.ports import ids
from tests.reliability.simulator import actions, checks
from tests.reliability.simulator.player import Differs, Player
from tests.reliability.simulator.world import World

STEPS = 30
COMPARED_EACH = 10


class Found(AssertionError):
    """A run went wrong: the seed, the command that repeats it, and what was done."""

    def __init__(self, seed: int, steps: int, player: Player, error: Exception) -> None:
        last = "\n".join(player.told[-25:])
        again = f"python -m tests.reliability.simulator --seed {seed} --steps {steps}"
        super().__init__(f"seed {seed}, step {player.step}: {error}\nagain: {again}\n{last}")


def run(seed: int, steps: int = STEPS) -> Player:
    """Plays, and gives the player back when all went well. Raises Found."""
    with ids.seeded(f"simulator {seed}"), _silence():
        world = World(seed)
        player = Player(world)
        try:
            play(player, steps)
        except (Differs, Exception) as error:
            raise Found(seed, steps, player, error) from error
        finally:
            world.close()
    return player


def play(player: Player, steps: int) -> None:
    for step in range(1, steps + 1):
        player.step = step
        actions.draw(player)(player)
        if step % COMPARED_EACH == 0:
            player.run_jobs() if player.random.getrandbits(1) else None
            check(player)
    settle(player)


def check(player: Player, *, is_over: bool = False) -> None:
    player.tick()  # what fell due is made: the model knows no half-done day
    checks.compare(player)
    checks.compare_mails(player, is_over=is_over)


def settle(player: Player) -> None:
    """Nothing fails any more, and time passes until nothing is left to do."""
    player.world.chances.is_quiet = True
    # A clock that was put back must first be where it was: what is due then is not due before.
    for by in (player.latest - player.now + timedelta(days=2), *[timedelta(hours=5)] * 3):
        player.let_time_pass(by)
        player.tick()
        player.run_jobs()
    check(player, is_over=True)
    checks.compare_files(player)
    checks.compare_journal(player)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Faults are what is looked for here: the house need not tell of each."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
