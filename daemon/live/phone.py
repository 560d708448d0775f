"""What only a person can see, on a device of theirs: each question with what is done before it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from daemon.live.beliefs import Outcome, Seen
from daemon.live.scene import Answer, Scene
from store.model import Completion, Field
from sync.remote.cloudkit import Failure

__all__ = ["QUESTIONS", "Ask", "Question", "asked"]

Ask = Callable[[str], bool | None]
"""Puts a question; ``None`` where nobody can tell."""

_FIRST, _SECOND = "Call the harbour", "Write to the harbour"


@dataclass(frozen=True, slots=True)
class Question:
    """``do`` changes something, then ``ask`` is asked; ``{list}`` in it is the scratch list."""

    believed: str
    where: str
    do: Callable[[Scene], Answer]
    ask: str


def asked(question: Question, scene: Scene, ask: Ask) -> Outcome:
    """Do, ask, and say how the belief stands. Raises RemindersdError."""
    done = question.do(scene)
    if isinstance(done, Failure):
        return Outcome(Seen.UNCLEAR, f"it could not be tried: {done.code}")
    match ask(question.ask.format(list=scene.title)):
        case True:
            return Outcome(Seen.HOLDS, "the person's device shows it")
        case False:
            return Outcome(Seen.DIFFERS, "the person's device does not show it")
        case None:
            return Outcome(Seen.UNCLEAR, "nobody could tell")


def _made(scene: Scene) -> Answer:
    first = scene.create(title=_FIRST, notes="before noon")[0]
    if not isinstance(first, Failure):
        scene.reminder = first["recordName"]
    return first


def _changed(scene: Scene, **values: object) -> Answer:
    found = scene.seen(scene.reminder)
    if isinstance(found, Failure):
        return found
    changes = {Field(name): value for name, value in values.items()}
    group = scene.update(found, changes)  # type: ignore[arg-type]
    return scene.send(group.operations, atomic=True)[0]


def _completed(scene: Scene) -> Answer:
    return _changed(scene, done=Completion(at_ms=scene.context().now_ms))


def _removed(scene: Scene) -> Answer:
    found = scene.seen(scene.reminder)
    return found if isinstance(found, Failure) else scene.remove(found, softly=True)


QUESTIONS = (
    Question(
        "a list that is created here appears on devices",
        "What nobody has shown",
        _made,
        "Open Reminders on your phone. Is there a list “{list}”?",
    ),
    Question(
        "a reminder that is created here appears on devices, with its note",
        "Text documents",
        lambda scene: scene.seen(scene.reminder),
        f"Does it have “{_FIRST}”, with the note “before noon”?",
    ),
    Question(
        "an edited title replaces the old one on devices",
        "Text documents",
        lambda scene: _changed(scene, title=_SECOND),
        f"Is it called “{_SECOND}” now, and nothing else?",
    ),
    Question(
        "a completion arrives on devices",
        "Resolution tokens",
        _completed,
        f"Is “{_SECOND}” ticked, or gone to the completed ones?",
    ),
    Question(
        "a softly deleted reminder is gone on devices",
        "Deleting",
        _removed,
        f"Is “{_SECOND}” gone now, also from the completed ones?",
    ),
)
"""In the order in which they are asked."""
