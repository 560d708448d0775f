"""How far a cycle is, in numbers: of how many, wherever that is known, and only there."""

from __future__ import annotations

from sync.cycle.gauge import Phase
from tests.rig import Rig

LISTS = 3


class Heard(list[tuple[Phase, int, int | None]]):
    """All that was told since it was last looked at."""

    def __call__(self, phase: Phase, done: int, total: int | None) -> None:
        self.append((phase, done, total))

    def of(self, phase: Phase) -> list[tuple[int, int | None]]:
        return [(done, total) for told, done, total in self if told is phase]


def test_files_and_changes_are_counted_against_how_many_there_are(rig: Rig) -> None:
    rig.run()
    rig.gauge = heard = Heard()
    for number in range(LISTS):
        rig.save(f"List {number}", "---\nicloud-list: List\n---\n- [ ] One\n- [ ] Two\n")
    rig.append("Inbox", "- [ ] Call Ada\n- [ ] Call Bob\n")
    rig.run(approve=True)
    assert max(total or 0 for _, total in heard.of(Phase.READ)) == LISTS + 1
    assert heard.of(Phase.WRITE)
    sent = heard.of(Phase.SEND)
    assert sent[0] == (0, sent[0][1])
    assert max(total or 0 for _, total in sent) >= 2 * LISTS + 2
    for phase in (Phase.READ, Phase.WRITE, Phase.SEND):
        assert all(total is not None and done < total for done, total in heard.of(phase))


def test_a_first_walk_has_no_total_and_a_second_that_of_the_first(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Call Ada\n")
    rig.gauge = heard = Heard()
    rig.run()
    assert heard.of(Phase.PULL)
    assert all(total is None for _, total in heard.of(Phase.PULL))
    rig.run()
    known = len(rig.store.mirror.living("Reminders"))
    heard.clear()
    rig.world.zone.expire_tokens()
    rig.run()
    assert heard.of(Phase.PULL)[-1] == (known, known)


def test_comparing_everything_tells_how_much_that_is(rig: Rig) -> None:
    rig.append("Inbox", "- [ ] Call Ada\n")
    rig.run()
    rig.run()
    rig.gauge = heard = Heard()
    rig.engine.verify()
    known = len(rig.store.mirror.living("Reminders"))
    assert heard.of(Phase.WALK)[-1] == (known, known)
    assert heard[-1][0] is Phase.COMPARE


def test_where_nothing_changed_nothing_is_counted(rig: Rig) -> None:
    rig.run()
    rig.run()
    rig.gauge = heard = Heard()
    assert rig.run().idle
    assert heard.of(Phase.PULL) == [(0, None)]
    assert not {told for told, *_ in heard} - {Phase.PULL}
