"""Pure rules of evidence: which kind a name speaks of, and which receipt numbers a name can begin with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from claims.evidence.models import Kind

KIND_WORDS = {
    Kind.CERTIFICATE: ("소상공인", "확인서", "certificate"),
    Kind.LOST_SALES: ("매출", "손실", "부가세", "부가가치세", "sales"),
    Kind.BUSINESS_USE: ("영업", "활용", "사용", "use"),
}
"""Words in names of files by what they speak of."""
# A "매출 확인서" proves sales, though its second word stands in the certificate's name too: these two come last.
_WEAK = ("확인서", "certificate")
_BREAK = re.compile(r"[^0-9A-Za-z가-힣]+")
_MOST_PARTS = 12
LONGEST_NUMBER = 40


def kind_of_name(name: str) -> Kind:
    """Return the kind that a file's name (with its folders) speaks of, or "other"."""
    text = name.casefold()
    said = [(word in _WEAK, kind) for kind, words in KIND_WORDS.items() for word in words if word in text]
    return min(said, key=lambda pair: pair[0])[1] if said else Kind.OTHER


def numbers_in(name: str) -> list[str]:
    """Return every text that can be the receipt number at the beginning of the file's name or of a folder's.

    A number ends where the name does or where another sort of mark follows: "R-1_확인서.pdf" can begin with "R" and
    with "R-1". The claim with such a number is looked up; where two of them have one, the name is ambiguous.
    """
    found = dict.fromkeys(number for part in name.replace("\\", "/").split("/") for number in _beginnings(part.strip()))
    return list(found)


def _beginnings(part: str) -> Iterator[str]:
    ends = [breaking.start() for breaking in _BREAK.finditer(part)][:_MOST_PARTS]
    ends += [len(part), *(place for place in range(1, len(part)) if _is_seam(part[place - 1], part[place]))]
    for end in sorted(set(ends)):
        if 0 < end <= LONGEST_NUMBER:
            yield part[:end]
            yield part[:end].upper()


def _is_seam(before: str, after: str) -> bool:
    """Say whether a number can end between the two: "000123확인서"."""
    return before.isascii() and before.isalnum() and not after.isascii() and after.isalpha()


@dataclass(frozen=True, slots=True)
class Need:
    """Kinds that claims above a loss need, of certain reporter types; one rule in force, as plain values."""

    incident_id: int
    loss_over: int
    reporter_types: tuple[str, ...]
    kinds: tuple[str, ...]

    def applies_to(self, *, incident_id: int, loss: int | None, reporter_type: str) -> bool:
        """Say whether a claim of this incident, loss and type is under the rule."""
        return (
            incident_id == self.incident_id
            and loss is not None
            and loss > self.loss_over
            and reporter_type in self.reporter_types
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a claim's documents are: required kinds, those accepted, those that wait, and items to check."""

    required: tuple[str, ...]
    accepted: frozenset[str]
    waiting: frozenset[str]
    to_check: int = 0

    @property
    def done(self) -> int:
        """How many of the required kinds have an accepted item."""
        return sum(kind in self.accepted for kind in self.required)

    @property
    def missing(self) -> tuple[str, ...]:
        """The required kinds that have neither an accepted item nor one to check."""
        return tuple(kind for kind in self.required if kind not in self.accepted | self.waiting)

    @property
    def is_complete(self) -> bool:
        """Say whether every required kind has an accepted item; true where none is required."""
        return self.done == len(self.required)


def required_kinds(needs: Iterable[Need], *, incident_id: int, loss: int | None, reporter_type: str) -> tuple[str, ...]:
    """Return the kinds that a claim needs under all rules together, in the order of `Kind`."""
    under = [need for need in needs if need.applies_to(incident_id=incident_id, loss=loss, reporter_type=reporter_type)]
    wanted = {kind for need in under for kind in need.kinds}
    return tuple(kind for kind in Kind.values if kind in wanted)


def standing_of(required: Sequence[str], items: Iterable[tuple[str, str]]) -> Standing:
    """Return how far the documents are, from (kind, state) of the claim's items."""
    pairs = list(items)
    return Standing(
        required=tuple(required),
        accepted=frozenset(kind for kind, state in pairs if state == "accepted"),
        waiting=frozenset(kind for kind, state in pairs if state == "received"),
        to_check=sum(state == "received" for _kind, state in pairs),
    )
