"""The permission table of the pages: who gets an answer from which address, everybody else is refused.

An address of the site that has no line here fails the suite: whoever adds a page says for whom it is.
"""

from __future__ import annotations

ANONYMOUS = "anonymous"
INTAKE, MEMBER, SECRETARY, CHAIR = "intake_staff", "committee_member", "secretary", "chair"
MANAGER, FINANCE, AUDITOR, ADMINISTRATOR = "manager", "finance", "auditor", "administrator"
ROLES = frozenset({INTAKE, MEMBER, SECRETARY, CHAIR, MANAGER, FINANCE, AUDITOR, ADMINISTRATOR})
EVERYBODY = ROLES | {ANONYMOUS}
NOBODY: frozenset[str] = frozenset()

_REGISTER = ROLES - {ADMINISTRATOR}
_IMPORTS = frozenset({INTAKE, AUDITOR})
_PLAN = frozenset({MEMBER, SECRETARY, CHAIR, MANAGER, FINANCE, AUDITOR})
_OBJECTIONS = frozenset({INTAKE, MEMBER, SECRETARY, CHAIR, MANAGER, AUDITOR})
_REVIEWERS = frozenset({MEMBER, CHAIR})
_PAYOUTS = frozenset({MANAGER, FINANCE, AUDITOR})
_JOBS = ROLES - {MEMBER}

READERS: dict[str, frozenset[str]] = {
    "claims_incident": ROLES,
    "claims_operator": ROLES,
    "claims_service": ROLES,
    "claims_intakeround": ROLES,
    "claims_claim": _REGISTER,
    "claims_claimant": _REGISTER,
    "claims_ruleset": _REGISTER,
    "claims_classification": _REGISTER,
    "claims_reclassification": _REGISTER,
    "claims_duplicategroup": _REGISTER,
    "claims_sharedaccount": _REGISTER,
    "claims_contact": _REGISTER,
    "claims_nextstep": _REGISTER,
    "claims_claimimport": _IMPORTS,
    "claims_importprofile": _IMPORTS,
    "claims_amendment": _IMPORTS,
    "claims_evidence": _REGISTER,
    "claims_evidencearchive": _IMPORTS,
    "claims_documentrequest": _REGISTER,
    "claims_delivery": _REGISTER,
    "claims_lettertemplate": _REGISTER,
    "claims_referralfile": _IMPORTS,
    "claims_referral": _IMPORTS,
    "committee_book": _PLAN,
    "committee_measure": _PLAN,
    "committee_tierpolicy": _PLAN,
    "committee_simulation": _PLAN,
    "committee_servicefactors": _PLAN,
    "committee_decisionrun": _PLAN,
    "committee_decision": _PLAN,
    "committee_objection": _OBJECTIONS,
    "committee_adjustment": _PLAN,
    "committee_letterrun": _PLAN,
    "committee_reportingdate": _PLAN,
    "committee_batch": _PAYOUTS,
    "committee_payment": _PAYOUTS,
    "committee_bankfile": _PAYOUTS,
    "relief_job": _JOBS,
    "relief_user": frozenset({AUDITOR, ADMINISTRATOR}),
    "relief_disclosure": frozenset({AUDITOR, ADMINISTRATOR}),
}
"""Who reads the list, the page and the history of a model."""

WRITERS: dict[str, frozenset[str]] = {
    "claims_incident": frozenset({ADMINISTRATOR}),
    "claims_operator": frozenset({ADMINISTRATOR}),
    "claims_service": frozenset({ADMINISTRATOR}),
    "claims_intakeround": frozenset({ADMINISTRATOR}),
    "relief_user": frozenset({ADMINISTRATOR}),
}
"""Who gets the admin's own form to add a row; every other model grows through acts alone."""

ACTS: dict[str, frozenset[str]] = {
    "claims_incident_assign": frozenset({ADMINISTRATOR}),
    "claims_incident_take_off": frozenset({ADMINISTRATOR}),
    "claims_operator_import": frozenset({ADMINISTRATOR}),
    "claims_operator_export": ROLES,
    "claims_service_import": frozenset({ADMINISTRATOR}),
    "claims_service_export": ROLES,
    "claims_intakeround_import": frozenset({ADMINISTRATOR}),
    "claims_intakeround_export": ROLES,
    "claims_claimimport_receive": frozenset({INTAKE}),
    "claims_claimimport_columns": frozenset({INTAKE}),
    "claims_claimimport_accept": frozenset({INTAKE}),
    "claims_claimimport_refuse": frozenset({INTAKE}),
    "claims_claimimport_reopen": frozenset({INTAKE}),
    "claims_claimimport_undo": frozenset({INTAKE}),
    "claims_claimimport_rejected_rows": frozenset({INTAKE}),
    "claims_claimimport_corrected": frozenset({INTAKE}),
    "claims_amendment_apply": frozenset({INTAKE}),
    "claims_amendment_dismiss": frozenset({INTAKE}),
    "claims_importprofile_upload": frozenset({INTAKE}),
    "claims_importprofile_rename": frozenset({INTAKE}),
    "claims_importprofile_remove": frozenset({INTAKE}),
    "claims_importprofile_download": _IMPORTS,
    "claims_referralfile_refer": frozenset({INTAKE}),
    "claims_referralfile_hand_over": frozenset({INTAKE}),
    "claims_referralfile_acknowledge": frozenset({INTAKE}),
    "claims_referralfile_cancel": frozenset({INTAKE}),
    "claims_referralfile_download": frozenset({INTAKE}),
    "claims_referralfile_send_back": frozenset({INTAKE}),
    "claims_referral_send_back": frozenset({INTAKE}),
    "claims_referral_again": frozenset({INTAKE}),
    "claims_referral_again_many": frozenset({INTAKE}),
    "claims_referralfile_receipt": _IMPORTS,
    "claims_claim_reveal": frozenset({INTAKE, FINANCE}),
    "claims_claim_correct": frozenset({INTAKE}),
    "claims_claim_classify": frozenset({INTAKE}),
    "claims_claim_let_rules_decide": frozenset({INTAKE}),
    "claims_classification_queue": frozenset({INTAKE}),
    "claims_reclassification_new": frozenset({INTAKE}),
    "claims_reclassification_undo": frozenset({INTAKE}),
    "claims_claim_upload_evidence": frozenset({INTAKE}),
    "claims_evidence_picture": _REGISTER,
    "claims_evidence_check": frozenset({INTAKE}),
    "claims_claim_ask_documents": frozenset({INTAKE}),
    "claims_claim_set_address": frozenset({INTAKE}),
    "claims_claim_reveal_address": frozenset({INTAKE, FINANCE}),
    "claims_documentrequest_bulk": frozenset({INTAKE}),
    "claims_documentrequest_withdraw": frozenset({INTAKE}),
    "claims_documentrequest_remind": frozenset({INTAKE}),
    "claims_delivery_send_again": frozenset({INTAKE}),
    "claims_lettertemplate_write": frozenset({INTAKE}),
    "claims_evidencearchive_receive": frozenset({INTAKE}),
    "claims_evidencearchive_assign": frozenset({INTAKE}),
    "claims_evidencearchive_report": _IMPORTS,
    "claims_claim_assign": frozenset({INTAKE, SECRETARY}),
    "claims_claim_save_view": _REGISTER,
    "claims_ruleset_new_version": frozenset({INTAKE}),
    "claims_ruleset_text": frozenset({INTAKE}),
    "claims_ruleset_compare": _REGISTER,
    "claims_progress": _REGISTER,
    "claims_ruleset_classify": frozenset({INTAKE}),
    "claims_contact_record": frozenset({INTAKE}),
    "claims_contact_caller": frozenset({INTAKE}),
    "claims_contact_link": frozenset({INTAKE}),
    "claims_nextstep_assign": frozenset({INTAKE}),
    "claims_nextstep_complete": frozenset({INTAKE}),
    "claims_nextstep_drop": frozenset({INTAKE}),
    "claims_nextstep_postpone": frozenset({INTAKE}),
    "claims_duplicategroup_settle": frozenset({INTAKE}),
    "claims_duplicategroup_take_back": frozenset({INTAKE}),
    "claims_duplicategroup_look": frozenset({INTAKE}),
    "committee_book_budget": frozenset({MANAGER}),
    "committee_book_reserve": frozenset({MANAGER}),
    "committee_book_release": frozenset({MANAGER}),
    "committee_measure_write": frozenset({SECRETARY}),
    "committee_measure_edit": frozenset({SECRETARY}),
    "committee_measure_decide": frozenset({SECRETARY}),
    "committee_measure_discuss": frozenset({SECRETARY}),
    "committee_tierpolicy_draft": frozenset({SECRETARY}),
    "committee_tierpolicy_tiers": frozenset({SECRETARY}),
    "committee_tierpolicy_adopt": frozenset({CHAIR}),
    "committee_tierpolicy_propose": frozenset({SECRETARY}),
    "committee_tierpolicy_sendback": frozenset({CHAIR}),
    "committee_tierpolicy_withdraw": frozenset({SECRETARY, CHAIR}),
    "committee_simulation_run": _PLAN,
    "committee_simulation_affected": _PLAN,
    "committee_simulation_keep": frozenset({SECRETARY, CHAIR}),
    "committee_simulation_print": _PLAN,
    "committee_simulation_reproduce": _PLAN,
    "committee_servicefactors_write": frozenset({SECRETARY}),
    "committee_decisionrun_start": frozenset({SECRETARY}),
    "committee_objection_receive": frozenset({INTAKE}),
    "committee_objection_assign": frozenset({SECRETARY}),
    "committee_objection_answer": frozenset({SECRETARY}),
    "committee_objection_take": _REVIEWERS,
    "committee_objection_hand_back": _REVIEWERS,
    "committee_objection_uphold": _REVIEWERS,
    "committee_objection_change_decision": _REVIEWERS,
    "committee_objection_withdraw": frozenset({INTAKE, SECRETARY}),
    "committee_decisionrun_again": frozenset({SECRETARY}),
    "committee_decisionrun_accept": frozenset({MANAGER}),
    "committee_decisionrun_dismiss": frozenset({MANAGER}),
    "committee_decision_correct": frozenset({CHAIR}),
    "committee_letterrun_many": frozenset({SECRETARY}),
    "committee_decision_tell": frozenset({SECRETARY}),
    "committee_decision_letter": frozenset({SECRETARY}),
    "claims_delivery_pdf": _REGISTER,
    "committee_adjustment_accept": frozenset({MANAGER}),
    "committee_adjustment_dismiss": frozenset({MANAGER}),
    "committee_reportingdate_fix": frozenset({SECRETARY}),
    "committee_batch_compose": frozenset({FINANCE}),
    "committee_batch_submit": frozenset({FINANCE}),
    "committee_batch_withdraw": frozenset({FINANCE}),
    "committee_batch_cancel": frozenset({FINANCE}),
    "committee_batch_export": frozenset({FINANCE}),
    "committee_batch_approve": frozenset({MANAGER}),
    "committee_batch_send_back": frozenset({MANAGER}),
    "committee_bankfile_download": frozenset({FINANCE}),
    "relief_user_set_password": frozenset({ADMINISTRATOR}),
    "relief_job_progress": _JOBS,
    "published_figures": _PLAN,
    "published_figures_export": _PLAN,
    "record_of_changes": frozenset({AUDITOR}),
}
"""Pages of their own beside the admin's."""

SHARED: dict[str, frozenset[str]] = {
    "index": ROLES,
    "login": EVERYBODY,
    "password_change": ROLES,
    "password_change_done": ROLES,
    "jsi18n": ROLES,
    "healthz": EVERYBODY,
}
"""Pages that belong to no model."""

ANSWER_OTHERWISE = frozenset(
    {
        "logout",  # signs out by POST
        "set_language",  # by POST
        "switch_incident",  # by POST, tested with the catalogue
        "claims_operator_process_import",  # by POST, tested with the catalogue
        "claims_service_process_import",  # by POST, tested with the catalogue
        "claims_intakeround_process_import",  # by POST, tested with the catalogue
        "relief_job_cancel",  # by POST, tested with the jobs
        "relief_job_retry",  # by POST, tested with the jobs
        "claims_claim_view",  # to whose view it is, tested with the list
        "claims_claim_delete_view",  # to whose view it is, tested with the list
        "stored_file",  # by the test of the file's purpose, tested with the files
        "autocomplete",  # asks for a model and a field, tested below
        "search",  # of the theme; finds pages of the sidebar only
        "app_list",  # of the sidebar's groups
        "view_on_site",  # no model has a public page
        "?",  # sends an object's bare address on to its page; and the admin's catch-all
    }
)
