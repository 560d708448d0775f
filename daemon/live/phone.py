"""What only a person can see, or do, on a device: each question with what goes before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from daemon.live.belief import Outcome, Seen
from daemon.live.endings import purge, revive, soft
from daemon.live.lists import put_in_section, section
from daemon.live.scene import Answer, Scene, answered
from daemon.live.series import WEEKLY, complete, days_on
from daemon.live.taught import remember, rule_made, ticked
from store.model import Completion, Early, Unit, Zoned
from sync.codec import encode
from sync.remote.cloudkit import Failure

__all__ = ["QUESTIONS", "Ask", "Question", "asked"]

Ask = Callable[[str], bool | None]
"""Puts a question; ``None`` where nobody can tell."""

_FIRST, _SECOND, _SERIES = "Call the harbour", "Write to the harbour", "Water the ferns"


def _nothing(scene: Scene) -> list[Answer]:
    return []


@dataclass(frozen=True, slots=True)
class Question:
    """``do`` changes something, then ``ask`` is asked; ``{list}`` in it is the scratch list.

    Where the person was asked to do something, ``learn`` says what came of it.
    """

    believed: str
    where: str
    ask: str
    do: Callable[[Scene], Sequence[Answer]] = _nothing
    learn: Callable[[Scene], str] | None = None


def asked(question: Question, scene: Scene, ask: Ask) -> Outcome:
    """Do, ask, and say how the belief stands. Raises RemindersdError."""
    for done in question.do(scene):
        if isinstance(done, Failure):
            return Outcome(Seen.UNCLEAR, f"it could not be tried: {answered(done)}")
    days = {"day": days_on(scene).wall, "moved": _moved(scene).wall}
    told = {name: f"{day:%-d} {day:%B}" for name, day in days.items()}
    said = ask(question.ask.format(list=scene.title, **told))
    if question.learn is not None:
        return _learned(question.learn(scene)) if said else Outcome(Seen.UNTRIED, "it was not done")
    match said:
        case True:
            return Outcome(Seen.HOLDS, "the person's device shows it")
        case False:
            return Outcome(Seen.DIFFERS, "the person's device does not show it")
        case None:
            return Outcome(Seen.UNCLEAR, "nobody could tell")


def _learned(said: str) -> Outcome:
    return Outcome(Seen.LEARNED, said) if said else Outcome(Seen.UNCLEAR, "nothing of it came")


# ---- what is done before a question


def _made(scene: Scene) -> Sequence[Answer]:
    return scene.create("call", title=_FIRST, notes="before noon")


def _completed(scene: Scene) -> Sequence[Answer]:
    return scene.change("call", done=Completion(at_ms=scene.context().now_ms))


def _series(scene: Scene) -> Sequence[Answer]:
    tags = frozenset({"garden"})
    return scene.create("ferns", title=_SERIES, due=days_on(scene), repeat=WEEKLY, tags=tags)


def _moved(scene: Scene) -> Zoned:
    due = days_on(scene, 30)
    return replace(due, wall=due.wall + timedelta(hours=1))


def _parent(scene: Scene) -> Sequence[Answer]:
    above = scene.create("above", title="Mend the boat")
    part = scene.create("part", title="Buy a bolt", parent=scene.id("above"))
    return [*above, *part, *soft(scene, "above")]


def _group(scene: Scene) -> Sequence[Answer]:
    group = scene.create_list("fold", "group", is_group=True)
    inside = {"group": scene.id("fold"), "color": "red #FF3B30"}
    return [group, scene.create_list("fellow", "2", **inside)]


def _group_gone(scene: Scene) -> Sequence[Answer]:
    joined = scene.change_list("fellow", group=scene.id("fold"))
    return [*joined, *scene.send_group(encode.delete_list(scene.context(), scene.record("fold")))]


def _sectioned(scene: Scene) -> Sequence[Answer]:
    return [section(scene), *put_in_section(scene, "ferns")]


QUESTIONS = (
    Question(
        "a list that is created here appears on devices",
        "What nobody has shown",
        "Open Reminders on your phone. Is there a list “{list}”?",
        _made,
    ),
    Question(
        "a reminder that is created here appears on devices, with its note",
        "Text documents",
        f"Does it have “{_FIRST}”, with the note “before noon”?",
    ),
    Question(
        "an edited title replaces the old one on devices",
        "Text documents",
        f"Is it called “{_SECOND}” now, and nothing else?",
        lambda scene: scene.change("call", title=_SECOND),
    ),
    Question(
        "a completion arrives on devices",
        "Resolution tokens",
        f"Is “{_SECOND}” ticked, or gone to the completed ones?",
        _completed,
    ),
    Question(
        "a softly deleted reminder is gone on devices",
        "Deleting",
        f"Is “{_SECOND}” gone now, also from the completed ones?",
        lambda scene: soft(scene, "call"),
    ),
    Question(
        "what comes back after it went for good is shown again",
        "Deleting",
        f"Is “{_SECOND}” there again?",
        lambda scene: [*purge(scene, "call"), *revive(scene, "call")],
    ),
    Question(
        "a due time and a repetition are shown as they were written",
        "Dates",
        f"Is there “{_SERIES}”, due on {{day}} at 9:00 in Lisbon, every week?",
        _series,
    ),
    Question("a tag is shown", "Hashtag names", f"Does “{_SERIES}” have the tag #garden?"),
    Question(
        "a completed occurrence leaves a copy, and the series goes on",
        "Tags, links and rules",
        f"Is “{_SERIES}” due a week after {{day}} now, and one of them completed?",
        lambda scene: complete(scene, "ferns"),
    ),
    Question(
        "what the apps write when an occurrence is completed is not known",
        "What nobody has shown",
        f"Tick “{_SERIES}” on the phone and wait until it shows the next date. Did you?",
        remember,
        learn=ticked,
    ),
    Question(
        "how rules say certain weekdays is not known",
        "What nobody has shown",
        "On the phone, add a reminder to “{list}” that repeats every Monday and Thursday. Did you?",
        learn=rule_made,
    ),
    Question(
        "a section and what stands in it are shown",
        "Sections",
        f"Does “{_SERIES}” stand below the heading “Scratch” in its list?",
        _sectioned,
    ),
    Question(
        "what leaves a section is shown outside of it",
        "Sections",
        f"Does “{_SERIES}” stand outside of “Scratch” now?",
        lambda scene: put_in_section(scene, "ferns", out=True),
    ),
    Question(
        "a due date that moves takes its alarm along",
        "Other alarms",
        f"Is “{_SERIES}” due on {{moved}} at 10:00 in Lisbon now?",
        lambda scene: scene.change("ferns", due=_moved(scene)),
    ),
    Question(
        "an early reminder is shown",
        "Other alarms",
        f"Does “{_SERIES}” have an early reminder, one hour before?",
        lambda scene: scene.change("ferns", alarms=frozenset({Early(1, Unit.HOUR)})),
    ),
    Question(
        "a subtask whose parent was deleted stands alone",
        "Deleting",
        "Is “Buy a bolt” there, and “Mend the boat” not?",
        _parent,
    ),
    Question(
        "a group that is created here appears on devices, with its list",
        "What nobody has shown",
        "Is there a group “{list} group” with a red list “{list} 2” in it?",
        _group,
    ),
    Question(
        "a reminder that moves here moves on devices",
        "What nobody has shown",
        f"Is “{_SERIES}” in “{{list}} 2” now, and no more in “{{list}}”?",
        lambda scene: scene.change("ferns", list=scene.id("fellow")),
    ),
    Question(
        "a list that leaves its group here leaves it on devices",
        "What nobody has shown",
        "Does “{list} 2” stand outside of its group now?",
        lambda scene: scene.change_list("fellow", group=None),
    ),
    Question(
        "a list in a group that is deleted stands at the top level",
        "Field types",
        "Is the group gone, and “{list} 2” still there?",
        _group_gone,
    ),
)
"""In the order in which they are asked."""
