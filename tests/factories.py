"""Test rows. Traits are named by state; sealed values are real, bound to their own row."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from django.db.backends.postgresql.psycopg_any import NumericRange
from factory.django import DjangoModelFactory

from claims.intake.profile import Column, Profile
from claims.models import (
    Amendment,
    Claim,
    Claimant,
    ClaimImport,
    Classification,
    Contact,
    Delivery,
    Desk,
    DocumentRequest,
    DuplicateGroup,
    DuplicateMember,
    Evidence,
    EvidenceArchive,
    ImportProfile,
    Incident,
    IntakeRound,
    LetterTemplate,
    NextStep,
    Operator,
    Reclassification,
    Referral,
    ReferralFile,
    RuleSet,
    Service,
    SharedAccount,
)
from claims.register.rules import name_key
from committee.models import Book, Measure, Tier, TierPolicy
from relief import clock
from relief.accounts.models import User
from relief.accounts.roles import ROLES
from relief.files.models import StoredFile
from relief.jobs.models import Job
from relief.sealed import blind_index, seal

PASSWORD = "correct horse battery"
WHEN = datetime(2022, 10, 20, 3, 0, tzinfo=UTC)
"""12:00 in Seoul, on the second day of the first round."""


# A grey PNG of one pixel.
PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


class UserFactory(DjangoModelFactory):
    """A person who may sign in with PASSWORD; `roles` are identifiers, `incident` gives him a desk there."""

    class Meta:
        model = User

    # One trait a role: UserFactory(finance=True).
    Params = type("Params", (), {role.identifier: factory.Trait(roles=(role.identifier,)) for role in ROLES})

    username = factory.Sequence(lambda n: f"person{n}")
    full_name = factory.Sequence(lambda n: f"사람{n}")
    is_staff = True
    roles: tuple[str, ...] = ()
    incident = None

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        roles, incident = kwargs.pop("roles"), kwargs.pop("incident")
        kwargs.setdefault("password", make_password(PASSWORD))
        user = model_class.objects.create(**kwargs)
        groups = Group.objects.filter(name__in=roles)
        assert groups.count() == len(set(roles)), f"unknown role among {roles}"
        user.groups.set(groups)
        if incident is not None:
            Desk.objects.create(user=user, incident=incident, is_current=True)
        return user


class IncidentFactory(DjangoModelFactory):
    """The fire of 2022-10-15, or another one."""

    class Meta:
        model = Incident

    code = factory.Sequence(lambda n: f"incident-{n}")
    name = factory.Sequence(lambda n: f"사고 {n}")
    name_en = factory.Sequence(lambda n: f"Incident {n}")
    started_at = datetime(2022, 10, 15, 6, 33, tzinfo=UTC)


class DeskFactory(DjangoModelFactory):
    class Meta:
        model = Desk

    user = factory.SubFactory(UserFactory)
    incident = factory.SubFactory(IncidentFactory)
    is_current = False


class OperatorFactory(DjangoModelFactory):
    """The own company; `affiliate=True` for an affiliate."""

    class Meta:
        model = Operator
        django_get_or_create = ("incident", "code")

    class Params:
        affiliate = factory.Trait(
            code=factory.Sequence(lambda n: f"affiliate-{n}"),
            name=factory.Sequence(lambda n: f"계열사 {n}"),
            kind="affiliate",
        )

    incident = factory.SubFactory(IncidentFactory)
    code = "company"
    name = "본사"
    name_en = "Company"
    kind = "company"


class ServiceFactory(DjangoModelFactory):
    """A free service of the own company; `paid=True`, `affiliate=True`."""

    class Meta:
        model = Service

    class Params:
        paid = factory.Trait(pricing="paid")
        affiliate = factory.Trait(operator__affiliate=True)

    incident = factory.SubFactory(IncidentFactory)
    operator = factory.SubFactory(OperatorFactory, incident=factory.SelfAttribute("..incident"))
    code = factory.Sequence(lambda n: f"service-{n}")
    name = factory.Sequence(lambda n: f"서비스 {n}")
    pricing = "free"
    outage_from = datetime(2022, 10, 15, 6, 33, tzinfo=UTC)
    outage_to = datetime(2022, 10, 20, 14, 0, tzinfo=UTC)


class IntakeRoundFactory(DjangoModelFactory):
    """The first round; `small_business_only=True` for one that admits only small businesses."""

    class Meta:
        model = IntakeRound

    class Params:
        small_business_only = factory.Trait(admits=["small_business"])

    incident = factory.SubFactory(IncidentFactory)
    number = factory.Sequence(lambda n: n + 1)
    opens_on = date(2022, 10, 19)
    closes_on = date(2022, 11, 6)


class StoredFileFactory(DjangoModelFactory):
    """The row of a private file; `StoredFileFactory.stored(b"…")` writes the bytes too."""

    class Meta:
        model = StoredFile

    class Params:
        content = b"content"

    sha256 = factory.LazyAttribute(lambda row: hashlib.sha256(row.content).hexdigest())
    size = factory.LazyAttribute(lambda row: len(row.content))
    name = "claims.csv"
    content_type = "text/csv"
    purpose = "claim_file"
    stored_by = factory.SubFactory(UserFactory)
    stored_at = WHEN

    @classmethod
    def stored(cls, content: bytes, **kwargs: Any) -> StoredFile:
        """Make the row and write its bytes."""
        row: StoredFile = cls(content=content, **kwargs)
        if not storages["private"].exists(row.path):
            storages["private"].save(row.path, ContentFile(content))
        return row


class JobFactory(DjangoModelFactory):
    """A queued job."""

    class Meta:
        model = Job

    kind = "test.work"
    by = factory.SubFactory(UserFactory)
    subject_key = factory.Sequence(lambda n: n + 1)
    created_at = WHEN


class ClaimImportFactory(DjangoModelFactory):
    """An import whose columns nobody has confirmed yet."""

    class Meta:
        model = ClaimImport

    incident = factory.SubFactory(IncidentFactory)
    stored_file = factory.SubFactory(StoredFileFactory, incident_id=factory.SelfAttribute("..incident.pk"))
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"import {n}".encode()).hexdigest())
    imported_by = factory.SubFactory(UserFactory)
    created_at = WHEN


class ClaimantFactory(DjangoModelFactory):
    class Meta:
        model = Claimant

    class Params:
        identity = factory.Sequence(lambda n: f"0101234{n:04}")

    incident = factory.SubFactory(IncidentFactory)
    name = factory.Sequence(lambda n: f"신고인{n}")
    name_key = factory.LazyAttribute(lambda row: name_key(row.name))
    identity_kind = "phone"
    identity_index = factory.LazyAttribute(lambda row: blind_index(row.identity, domain="phone"))


class ClaimFactory(DjangoModelFactory):
    """A small business's claim of 200,000 won, complete and payable.

    `phone`, `registration_number` and `account` are given in clear (None leaves them out) and sealed to the row.
    Traits: `paid`, `without_account`, `without_loss`, `general_user`, `affiliate` (its service is an affiliate's).
    """

    class Meta:
        model = Claim

    class Params:
        paid = factory.Trait(pricing="paid", service__paid=True)
        without_account = factory.Trait(account=None, bank_code="")
        without_loss = factory.Trait(claimed_loss=None)
        general_user = factory.Trait(reporter_type="general_user", registration_number=None)
        affiliate = factory.Trait(service__affiliate=True)

    incident = factory.SubFactory(IncidentFactory)
    receipt_number = factory.Sequence(lambda n: f"R-{n:07}")
    received_at = WHEN
    channel = "online"
    reporter_type = "small_business"
    service = factory.SubFactory(ServiceFactory, incident=factory.SelfAttribute("..incident"))
    pricing = "free"
    claimed_loss = 200_000
    description = "장애로 주문을 받지 못했습니다."
    name = factory.Sequence(lambda n: f"신고인{n}")
    bank_code = "004"
    phone = factory.Sequence(lambda n: f"010{n:08}")
    registration_number = "1208147521"
    account = factory.Sequence(lambda n: f"110{n:09}")
    content_hash = factory.LazyAttribute(lambda row: hashlib.sha256(row.receipt_number.encode()).digest())

    @classmethod
    def _create(cls, model_class: type[Claim], *args: Any, **kwargs: Any) -> Claim:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval(pg_get_serial_sequence('claims_claim', 'id'))")
            (key,) = cursor.fetchone() or (0,)
        for column in ("phone", "registration_number", "account"):
            value = kwargs.pop(column)
            if value is not None:
                kwargs[f"{column}_sealed"] = seal(value, bound_to=Claim.bound(column, key))
                kwargs[f"{column}_index"] = blind_index(value, domain=column)
        return model_class.objects.create(id=key, **kwargs)


class EvidenceFactory(DjangoModelFactory):
    """A picture handed in for a claim, its bytes in the private storage; it waits for a check."""

    class Meta:
        model = Evidence

    class Params:
        content = PICTURE

    claim = factory.SubFactory(ClaimFactory)
    kind = "small_business_certificate"
    stored_file = factory.LazyAttribute(
        lambda row: StoredFileFactory.stored(
            row.content, name="확인서.png", purpose="evidence", incident_id=row.claim.incident_id
        )
    )
    sha256 = factory.SelfAttribute("stored_file.sha256")
    content_type = "png"
    size = factory.SelfAttribute("stored_file.size")
    pages = 1
    name = "확인서.png"
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = WHEN


class EvidenceArchiveFactory(DjangoModelFactory):
    """An archive of evidence that nobody has matched yet."""

    class Meta:
        model = EvidenceArchive

    incident = factory.SubFactory(IncidentFactory)
    stored_file = factory.SubFactory(StoredFileFactory, purpose="evidence_archive", name="evidence.zip")
    sha256 = factory.Sequence(lambda n: hashlib.sha256(f"archive {n}".encode()).hexdigest())
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = WHEN


class DocumentRequestFactory(DjangoModelFactory):
    """A claim was asked for its certificate; the request is open."""

    class Meta:
        model = DocumentRequest

    claim = factory.SubFactory(ClaimFactory)
    kinds = ("small_business_certificate",)
    deadline_on = factory.LazyFunction(lambda: clock.today() + timedelta(days=14))
    asked_by = factory.SubFactory(UserFactory)
    asked_at = WHEN


class DeliveryFactory(DjangoModelFactory):
    """The letter of a request, waiting to be sent by mail."""

    class Meta:
        model = Delivery

    class Params:
        email = "hong@example.com"

    request = factory.SubFactory(DocumentRequestFactory)
    claim = factory.SelfAttribute("request.claim")
    key = factory.Sequence(lambda n: f"letter:{n}")
    channel = "mail"
    address_sealed = factory.LazyAttribute(lambda row: seal(row.email, bound_to=f"claims_delivery.address:{row.key}"))
    code = "request"
    language = "ko"
    subject = "서류 제출 요청"
    body = "서류를 제출해 주시기 바랍니다."
    at = WHEN


class LetterTemplateFactory(DjangoModelFactory):
    """A text of an incident's own."""

    class Meta:
        model = LetterTemplate

    incident = factory.SubFactory(IncidentFactory)
    code = "request"
    language = "ko"
    version = 1
    subject = "서류 요청 ({receipt_number})"
    body = "{name} 님, {deadline}까지 {documents}"
    saved_by = factory.SubFactory(UserFactory)
    saved_at = WHEN


class ImportProfileFactory(DjangoModelFactory):
    """A saved profile that maps the needed fields."""

    class Meta:
        model = ImportProfile

    incident = factory.SubFactory(IncidentFactory)
    name = factory.Sequence(lambda n: f"단체 {n}")
    spec = factory.LazyFunction(
        lambda: Profile(
            columns={"receipt_number": Column("번호"), "received_at": Column("일시")}, fixed={"service": "mail"}
        ).as_json()
    )
    saved_by = factory.SubFactory(UserFactory)
    saved_at = WHEN


class AmendmentFactory(DjangoModelFactory):
    """A claim as a later file reports it, with a loss of 300,000 won; it waits for a person."""

    class Meta:
        model = Amendment

    claim = factory.SubFactory(ClaimFactory)
    claim_import = factory.SubFactory(ClaimImportFactory, incident=factory.SelfAttribute("..claim.incident"))
    line = 2
    state = "waiting"
    received_at = factory.SelfAttribute("claim.received_at")
    admission = "regular"
    reporter_type = factory.SelfAttribute("claim.reporter_type")
    service = factory.SelfAttribute("claim.service")
    pricing = factory.SelfAttribute("claim.pricing")
    claimed_loss = 300_000
    name = factory.SelfAttribute("claim.name")
    channel = factory.SelfAttribute("claim.channel")
    description = factory.SelfAttribute("claim.description")
    bank_code = factory.SelfAttribute("claim.bank_code")
    phone_sealed = factory.SelfAttribute("claim.phone_sealed")
    phone_index = factory.SelfAttribute("claim.phone_index")
    registration_number_sealed = factory.SelfAttribute("claim.registration_number_sealed")
    registration_number_index = factory.SelfAttribute("claim.registration_number_index")
    account_sealed = factory.SelfAttribute("claim.account_sealed")
    account_index = factory.SelfAttribute("claim.account_index")
    content_hash = b"another content"


class RuleSetFactory(DjangoModelFactory):
    class Meta:
        model = RuleSet

    incident = factory.SubFactory(IncidentFactory)
    version = factory.Sequence(lambda n: n + 1)
    rules = factory.LazyFunction(list)
    created_by = factory.SubFactory(UserFactory)
    created_at = WHEN


class ClassificationFactory(DjangoModelFactory):
    """The claim's own words taken over as its four axes."""

    class Meta:
        model = Classification

    claim = factory.SubFactory(ClaimFactory)
    rule_set = factory.SubFactory(RuleSetFactory, incident=factory.SelfAttribute("..claim.incident"))
    reporter_type = factory.SelfAttribute("claim.reporter_type")
    reporter_type_rule = "as_reported"
    pricing = factory.SelfAttribute("claim.pricing")
    pricing_rule = "as_reported"
    nature = factory.LazyAttribute(lambda row: "monetary" if row.claim.claimed_loss else "inquiry")
    nature_rule = "loss_named"
    operator_kind = factory.SelfAttribute("claim.service.operator.kind")
    operator_kind_rule = "operator_of_service"


class ReclassificationFactory(DjangoModelFactory):
    """An act that waits: every claim of the incident shall be an inquiry."""

    class Meta:
        model = Reclassification

    incident = factory.SubFactory(IncidentFactory)
    axis = "nature"
    value = "inquiry"
    reason = "전화로 확인"
    claims = 1
    decided = 0
    spoken = 0
    sum_of_losses = 200_000
    by = factory.SubFactory(UserFactory)
    at = WHEN


class ReferralFileFactory(DjangoModelFactory):
    """A file that is being packed for an affiliate; `packed()` in the tests of the slice makes whole ones."""

    class Meta:
        model = ReferralFile

    incident = factory.SubFactory(IncidentFactory)
    operator = factory.SubFactory(OperatorFactory, incident=factory.SelfAttribute("..incident"), affiliate=True)
    number = factory.Sequence(lambda n: n + 1)
    ground = "이관 동의"
    columns = ["receipt_number"]
    made_by = factory.SubFactory(UserFactory)
    made_at = WHEN


class ReferralFactory(DjangoModelFactory):
    """A claim on the first line of its file."""

    class Meta:
        model = Referral

    claim = factory.SubFactory(ClaimFactory, affiliate=True)
    file = factory.SubFactory(ReferralFileFactory, incident=factory.SelfAttribute("..claim.incident"))
    line = 1
    claim_version = factory.SelfAttribute("claim.version")
    claimed_loss = factory.SelfAttribute("claim.claimed_loss")


class ContactFactory(DjangoModelFactory):
    """A call about a claim; `claim=None` with an incident is an unknown caller's."""

    class Meta:
        model = Contact

    claim = factory.SubFactory(ClaimFactory)
    incident = factory.SelfAttribute("claim.incident")
    kind = "question"
    channel = "call"
    direction = "in"
    text = "언제 결정되는지 문의"
    by = factory.SubFactory(UserFactory)
    at = WHEN


class NextStepFactory(DjangoModelFactory):
    """Somebody is to be called back; no day, nobody's."""

    class Meta:
        model = NextStep

    claim = factory.SubFactory(ClaimFactory)
    what = "다시 전화"
    made_by = factory.SubFactory(UserFactory)
    made_at = WHEN


class DuplicateGroupFactory(DjangoModelFactory):
    """An open group of `claims`, two or more of one incident."""

    class Meta:
        model = DuplicateGroup

    score = 60
    reasons = factory.LazyFunction(lambda: ["registration"])
    digest = factory.Sequence(lambda n: f"{n:032}")
    opened_at = WHEN

    @classmethod
    def _create(cls, model_class: type[DuplicateGroup], *args: Any, **kwargs: Any) -> DuplicateGroup:
        claims = kwargs.pop("claims")
        group = model_class.objects.create(incident=claims[0].incident, member_count=len(claims), **kwargs)
        for claim, like in zip(claims, (*claims[1:], claims[0]), strict=True):
            DuplicateMember.objects.create(group=group, claim=claim, like=like, score=60, reasons=group.reasons)
        return group


class SharedAccountFactory(DjangoModelFactory):
    """An account on which two names ask to be paid."""

    class Meta:
        model = SharedAccount

    incident = factory.SubFactory(IncidentFactory)
    account_index = factory.Sequence(lambda n: blind_index(f"110{n:09}", domain="account"))
    claim_count = 2
    name_count = 2
    found_at = WHEN


class BookFactory(DjangoModelFactory):
    """A book without a budget."""

    class Meta:
        model = Book

    incident = factory.SubFactory(IncidentFactory)
    code = factory.Sequence(lambda n: f"book-{n}")
    name = "소상공인 현금 지원"


class MeasureFactory(DjangoModelFactory):
    """The cash measure."""

    class Meta:
        model = Measure

    incident = factory.SubFactory(IncidentFactory)
    book = factory.SubFactory(BookFactory, incident=factory.SelfAttribute("..incident"))
    code = factory.Sequence(lambda n: f"measure-{n}")
    name = "소상공인 현금 지원"
    name_en = "Cash for small businesses"
    kind = "cash_by_tier"
    audience = "소상공인"


class TierPolicyFactory(DjangoModelFactory):
    """The committee's three tiers; a draft, or adopted with `adopted=True`."""

    class Meta:
        model = TierPolicy

    incident = factory.SubFactory(IncidentFactory)
    measure = factory.SubFactory(MeasureFactory, incident=factory.SelfAttribute("..incident"))
    number = 1
    eligible_types = ["small_business"]
    drafted_by = factory.SubFactory(UserFactory)
    drafted_at = WHEN
    adopted = False

    @classmethod
    def _create(cls, model_class: type[TierPolicy], *args: Any, **kwargs: Any) -> TierPolicy:
        adopted = kwargs.pop("adopted")
        policy = model_class.objects.create(**kwargs)
        for number, (lower, upper, amount) in enumerate(
            ((1, 300_001, 30_000), (300_001, 500_001, 50_000), (500_001, None, None)), start=1
        ):
            Tier.objects.create(
                policy=policy,
                number=number,
                bounds=NumericRange(lower, upper),
                outcome="fixed" if amount else "review",
                amount=amount,
            )
        if adopted:
            TierPolicy.STATES.move(policy, "proposed", proposed_by=policy.drafted_by, proposed_at=WHEN)
            chair = UserFactory(chair=True)
            TierPolicy.STATES.move(
                policy, "adopted", adopted_by=chair, adopted_at=WHEN, resolution="제1차 전체 회의 의결 1호"
            )
        return policy
