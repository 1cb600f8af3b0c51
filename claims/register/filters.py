"""Narrowing the register of claims; shared by the list and whoever selects claims from outside."""

from __future__ import annotations

import django_filters

from claims.register.models import Claim


class ClaimFilter(django_filters.FilterSet):
    """Claims by what was reported and where they stand."""

    class Meta:
        model = Claim
        fields = ("intake_round", "admission")
