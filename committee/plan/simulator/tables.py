"""The tables of a simulation, as the page and the print show them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.backends.postgresql.psycopg_any import NumericRange
from django.utils.translation import gettext as _

from claims.catalogue.models import IntakeRound, Pricing, ReporterType, Service
from claims.evidence.models import Kind
from committee.panel import Number, Table
from committee.plan.policies import Tier
from committee.plan.simulator.results import Told, Variant
from committee.plan.terms import PolicyTerms, TierTerms
from relief.money import format_signed_won, format_won

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Cell = StrOrPromise | Number


def outcome_word(code: str) -> str:
    """Return the word for an outcome; the plan knows no decisions, so the words stand here."""
    return {
        "supported": _("Supported"),
        "review": _("Waits for the committee"),
        "not_eligible": _("Not eligible"),
        "proof_missing": _("Proof missing"),
    }[code]


def as_tier(terms: TierTerms) -> Tier:
    """Return terms as a tier that is not stored, for its words."""
    gives = "share" if terms.share_bp is not None else "review" if terms.amount is None else "fixed"
    return Tier(
        number=terms.number, bounds=NumericRange(terms.lower, terms.upper), outcome=gives, amount=terms.amount,
        share_bp=terms.share_bp, floor=terms.floor, cap=terms.cap, needs_proof=terms.needs_proof,
    )  # fmt: skip


def tier_words(terms: TierTerms) -> str:
    """Return a tier in one line: its losses, what it gives, and whether it needs proof."""
    tier = as_tier(terms)
    proof = f" ({_('needs proof')})" if terms.needs_proof else ""
    return f"{tier.span}: {tier.gift}{proof}"


def lines_table(told: Told) -> Table:
    """Return what each branch of one variant comes to; branches without claims are left out, tiers never."""
    rows: list[Sequence[Cell]] = []
    refused = 0
    for line in told.lines:
        if line.tier is None:
            refused += line.claims
            continue
        tier = as_tier(line.tier)
        gift = outcome_word("proof_missing") if line.outcome == "proof_missing" else tier.gift
        rows.append((f"{tier} · {tier.span}", gift, Number(f"{line.claims:,}"), Number(format_won(line.cost))))
    rows.append((outcome_word("not_eligible"), "–", Number(f"{refused:,}"), Number(format_won(0))))
    total = sum(line.claims for line in told.lines)
    rows.append((_("In all"), "", Number(f"{total:,}"), Number(format_won(told.cost))))
    headings: tuple[Cell, ...] = (_("tier"), _("support"), Number(_("claims counted")), Number(_("cost")))
    return Table(told.variant.label, headings, rows)


def overview_table(told: Sequence[Told], budget: int | None) -> Table:
    """Return the variants beside each other: claims by outcome, cost, budget left, winners and losers."""
    headings: list[Cell] = ["", *(Number(_label(one.variant)) for one in told)]

    def row(label: str, values: list[str]) -> Sequence[Cell]:
        return (label, *map(Number, values))

    rows = [
        row(_("Cost in all"), [format_won(one.cost) for one in told]),
        row(_("Supported"), [f"{one.claims('supported'):,}" for one in told]),
        row(_("Waits for the committee"), [f"{one.claims('review'):,}" for one in told]),
        row(_("Proof missing"), [f"{one.claims('proof_missing'):,}" for one in told]),
        row(_("Not eligible"), [f"{one.claims('not_eligible'):,}" for one in told]),
    ]
    if budget is not None:
        rows.append(row(_("Left of the budget"), [format_won(budget - one.cost) for one in told]))
    if any(one.variant.is_in_force for one in told):
        rows += [
            row(_("Get more"), [_against(one, one.winners) for one in told]),
            row(_("Get less"), [_against(one, one.losers) for one in told]),
            row(_("Cost against the version in force"), [_more(one, told) for one in told]),
        ]
    return Table(_("Beside each other"), headings, rows)


def _label(variant: Variant) -> str:
    return f"{variant.label} ({_('in force')})" if variant.is_in_force else variant.label


def _against(told: Told, side: tuple[int, int]) -> str:
    if told.variant.is_in_force:
        return "–"
    return _("%(claims)s claims, %(won)s") % {"claims": f"{side[0]:,}", "won": format_signed_won(side[1])}


def _more(told: Told, all_told: Sequence[Told]) -> str:
    base = next(one for one in all_told if one.variant.is_in_force)
    return "–" if told is base else format_signed_won(told.cost - base.cost)


def shifts_table(told: Told) -> Table:
    """Return how claims move between the version in force and a variant."""
    rows: list[Sequence[Cell]] = [
        (
            outcome_word(shift.was),
            outcome_word(shift.becomes),
            Number(f"{shift.claims:,}"),
            Number(format_won(shift.won_before)),
            Number(format_won(shift.won_after)),
            Number(format_signed_won(shift.difference)),
        )
        for shift in told.shifts
    ]
    headings: tuple[Cell, ...] = (
        _("in force"), _("draft"), Number(_("claims counted")), Number(_("they get now")), Number(_("they would get")),
        Number(_("difference")),
    )  # fmt: skip
    title = _("Decided otherwise than by the version in force: %(version)s") % {"version": told.variant.label}
    return Table(title, headings, rows)


def spread_table(told: Sequence[Told]) -> Table:
    """Return the quartiles of the losses that reach the tiers of each variant."""
    headings: tuple[Cell, ...] = (
        "", Number(_("claims counted")), Number(_("lowest")), Number(_("first quartile")), Number(_("median")),
        Number(_("third quartile")), Number(_("highest")),
    )  # fmt: skip
    rows: list[Sequence[Cell]] = []
    for one in told:
        spread = one.spread
        losses = (spread.lowest, spread.first_quartile, spread.median, spread.third_quartile, spread.highest)
        rows.append((one.variant.label, Number(f"{spread.claims:,}"), *(Number(format_won(loss)) for loss in losses)))
    return Table(_("Losses that reach the tiers (quartiles by nearest rank)"), headings, rows)


def moves_table(told: Told) -> Table:
    """Return what the cost answers where a bound moves: a row a bound, a column a step."""
    steps = sorted({moved.by for moved in told.moves})
    headings: list[Cell] = [_("bound moved by"), *(Number(format_signed_won(step)) for step in steps)]
    rows: list[Sequence[Cell]] = []
    for top in dict.fromkeys(moved.up_to for moved in told.moves):
        found = {moved.by: moved for moved in told.moves if moved.up_to == top}
        cells = [
            Number(f"{format_signed_won(found[step].cost)} ({found[step].claims:,})" if step in found else "–")
            for step in steps
        ]
        rows.append((format_won(top), *cells))
    title = _("Cost where a bound moves (claims between in brackets): %(version)s") % {"version": told.variant.label}
    return Table(title, headings, rows)


def terms_table(variants: Sequence[Variant]) -> Table:
    """Return the terms of variants beside each other; a row whose terms differ begins with a mark."""
    names = _names([variant.terms for variant in variants])
    described = [_described(variant.terms, names) for variant in variants]
    most = max(variants, key=lambda variant: len(variant.terms.tiers))
    tiers = [str(as_tier(tier)) for tier in most.terms.tiers]
    labels = list(dict.fromkeys([*tiers, *(label for terms in described for label in terms)]))
    rows = []
    for label in labels:
        words = [terms.get(label, "–") for terms in described]
        mark = "≠ " if len(set(words)) > 1 else ""
        rows.append((f"{mark}{label}", *words))
    return Table(_("Terms (≠: they differ)"), ["", *(_label(variant) for variant in variants)], rows)


def _described(terms: PolicyTerms, names: dict[str, dict[int, str]]) -> dict[str, str]:
    everyone = _("no restriction")
    told = {str(as_tier(tier)): tier_words(tier) for tier in terms.tiers}
    told[_("Eligible reporter types")] = ", ".join(str(ReporterType(word).label) for word in terms.eligible_types)
    told[_("Only for services that are")] = ", ".join(str(Pricing(word).label) for word in terms.pricing) or everyone
    told[_("Only for the services")] = ", ".join(names["services"][key] for key in terms.services) or everyone
    told[_("Only for the intake rounds")] = ", ".join(names["rounds"][key] for key in terms.rounds) or everyone
    told[_("Required evidence")] = ", ".join(str(Kind(kind).label) for kind in terms.required_evidence) or "–"
    return told


def _names(terms: Sequence[PolicyTerms]) -> dict[str, dict[int, str]]:
    services = {key for one in terms for key in one.services}
    rounds = {key for one in terms for key in one.rounds}
    return {
        "services": {row.pk: str(row) for row in Service.objects.filter(pk__in=services)},
        "rounds": {row.pk: str(row) for row in IntakeRound.objects.filter(pk__in=rounds)},
    }
