"""The accounts of the demo: one a role, and the six members the committee had. The password is for demos only."""

from dataclasses import dataclass

PASSWORD = "relief-demo-2022"  # noqa: S105 - printed on purpose: demo accounts open demo data only


@dataclass(frozen=True, slots=True)
class Account:
    """One demo account: sign-in name, the person's name, and the roles it has."""

    username: str
    full_name: str
    roles: tuple[str, ...]


ACCOUNTS = (
    Account("intake", "한접수", ("intake_staff",)),
    Account("member", "오위원", ("committee_member",)),
    Account("member2", "성소비", ("committee_member",)),
    Account("member3", "변창업", ("committee_member",)),
    Account("member4", "소상현", ("committee_member",)),
    Account("member5", "차정책", ("committee_member",)),
    Account("secretary", "서간사", ("secretary",)),
    Account("chair", "문위원장", ("chair", "committee_member")),
    Account("manager", "배결재", ("manager",)),
    Account("finance", "노재무", ("finance",)),
    Account("auditor", "유감사", ("auditor",)),
    Account("admin", "임관리", ("administrator",)),
)
