"""Descriptions as people write them: sentences from the phrase pools, different in length and tone."""

from random import Random
from typing import Final

from committee.demo import phrases
from committee.demo.catalogue import COMPANY
from committee.demo.facts import Reporter, ServiceFacts
from committee.demo.mix import Cell, Loss
from committee.demo.names import Trade

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_FINALS, _FINAL_RIEUL = 28, 8
# Each particle by the form after a final consonant: the form after a vowel.
_PARTICLES: Final = {"을": "를", "이": "가", "은": "는", "으로": "로", "과": "와"}

_WORDY = 0.03
_COMPANY_OPENINGS = {
    Loss.STATED: phrases.COMPANY_LOSS,
    Loss.UNSTATED: phrases.COMPANY_UNSTATED,
    Loss.NONE: phrases.COMPANY_QUESTIONS,
}


class Noun(str):
    """A Korean noun; as ``f"{noun:을}"`` it takes the particle's form that fits its last syllable."""

    __slots__ = ()

    def __format__(self, particle: str) -> str:
        if not particle:
            return str(self)
        code = ord(self[-1])
        final = (code - _FIRST_SYLLABLE) % _FINALS if _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE else 0
        if final == 0 or (particle == "으로" and final == _FINAL_RIEUL):
            particle = _PARTICLES.get(particle, particle)
        return f"{self!s}{particle}"


def _openings(cell: Cell, service: ServiceFacts) -> tuple[str, ...]:
    """Return the sentences that tell what happened to this kind of claimant."""
    if cell.reporter is Reporter.ENTERPRISE:
        return {Loss.NONE: phrases.COMPANY_QUESTIONS, Loss.UNSTATED: phrases.COMPANY_UNSTATED}.get(
            cell.loss, phrases.COMPANY_LOSS
        )
    small = cell.reporter is Reporter.SMALL_BUSINESS
    if service.operator != COMPANY:
        pool = phrases.AFFILIATE_SHOP if small else phrases.AFFILIATE_USER
        return pool[service.operator]
    if cell.loss is Loss.NONE:
        return phrases.QUESTIONS if small else phrases.QUESTIONS + phrases.PROTESTS
    if cell.loss is Loss.UNSTATED and not cell.paid:
        return phrases.UNSTATED_SHOP if small else phrases.UNSTATED_USER
    if small:
        return phrases.SHOP_PAID_LOSS if cell.paid else phrases.SHOP_LOSS
    return phrases.USER_PAID if cell.paid else phrases.USER_LOSS


def describe(cell: Cell, service: ServiceFacts, trade: Trade | None, rng: Random) -> str:
    """Return a description in Korean of one sentence to more than a dozen.

    An inquiry (``Loss.NONE``) holds none of ``MONEY_LOSS_WORDS``; a free report without an amount holds at least one.
    """
    openings = _openings(cell, service)
    wordy = rng.random() < _WORDY
    sentences = rng.sample(openings, min(len(openings), 4 if wordy else rng.choice((1, 1, 1, 2))))
    if trade is not None and cell.own and rng.random() < 0.7:
        sentences.insert(0, "{shop:을} 운영하고 있습니다.")
    if rng.random() < 0.3:
        sentences.insert(0, rng.choice(phrases.GREETINGS))
    if cell.loss in (Loss.STATED, Loss.ABOVE_TIERS) and trade is not None:
        sentences += rng.sample(phrases.SHOP_EFFECTS, rng.choice((0, 1, 1, 2, 3)))
    if cell.reporter is Reporter.GENERAL_USER:
        sentences += rng.sample(phrases.MOODS, 8 if wordy else rng.choice((0, 0, 1, 1, 2, 4)))
    if rng.random() < 0.5:
        sentences.append(rng.choice(phrases.CLOSINGS))
    return " ".join(sentences).format(
        service=Noun(service.name),
        when=rng.choice(phrases.WHEN),
        shop=Noun(trade.word if trade else ""),
        custom=Noun(trade.custom if trade else ""),
        count=rng.randrange(3, 40),
    )
