"""What is done to an enterprise: naming the GAP and co-GAPs, the exceptional procedure, the account."""

from .question import Question
from .rules_standing import has_chief_power, need_chief, need_representative, once_anything
from .rules_subjects import need_active_account, need_enterprise
from .world import CHIEF, CO_CHIEF, HEAD_LOCAL_MANAGER, Record, begin_of


def need_eligible(question: Question, enterprise: Record, niss: str | None) -> None:
    """The candidate is current staff or holds a current legal function (GGA-PRE-03, GGA-EXC-05, RMA-LM-02)."""
    if niss is None:
        return
    person = question.known(niss)
    if person is None or not question.world.is_linked(person, enterprise, question.at):
        question.findings.fail("CANDIDATE_NOT_ELIGIBLE", may=["NOT_LINKED_TO_ENTERPRISE"])


def need_linked(question: Question, enterprise: Record, niss: str | None) -> None:
    """The same test where either code names it (UM-USR-08, GGA-CAM-02, GGA-AM-03, RMA-ROL-01)."""
    if niss is None:
        return
    person = question.known(niss)
    if person is None or not question.world.is_linked(person, enterprise, question.at):
        question.findings.fail_one_of("NOT_LINKED_TO_ENTERPRISE", "CANDIDATE_NOT_ELIGIBLE")


def designate_chief_access_manager(question: Question, enterprise: Record) -> None:
    """GGA-PRE-01..05, GGA-DES-01, GGA-DES-04, GGA-DES-14, ACC-02, RMA-LM-03 (a new GAP replaces)."""
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise, lr_alone=True)
    need_representative(question, question.person, enterprise)
    niss = question.candidate()
    need_eligible(question, enterprise, niss)
    candidate = question.known(niss) if niss else None
    if candidate is not None and question.world.holds(candidate, enterprise, question.at, CHIEF):
        question.findings.fail("ALREADY_CHIEF_ACCESS_MANAGER")
    question.ticked("confirmed", "NOT_CONFIRMED")


def view_chief_access_manager(question: Question, enterprise: Record) -> None:
    """GGA-DES-03: the LR, the GAP and the co-GAP of the enterprise see who the GAP is."""
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise, lr_alone=True)
    world, person, at = question.world, question.person, question.at
    if world.is_representative(person, enterprise, at) or has_chief_power(question, enterprise):
        return
    codes = ["NOT_LEGAL_REPRESENTATIVE", "NOT_CHIEF_ACCESS_MANAGER"]
    if world.functions(person, enterprise):
        codes += ["NO_SIGNING_POWER", "LEGAL_FUNCTION_NOT_CURRENT"]
    question.findings.fail_one_of(*codes)
    with question.findings.side_remarks():
        need_representative(question, person, enterprise)
    if once_anything(question, enterprise):
        question.findings.remark("ROLE_ENDED")


def submit_exceptional_request(question: Question, enterprise: Record) -> None:
    """GGA-EXC-01, GGA-EXC-05, GGA-EXC-13, GGA-EXC-14, AMB-04 (no LR at all has a card)."""
    world, at = question.world, question.at
    need_representative(question, question.person, enterprise)
    if any(
        bool(person.get("has_eid_or_foreigner_card")) and world.is_representative(person, enterprise, at)
        for person in world.persons
    ):
        question.findings.fail("STANDARD_PROCEDURE_REQUIRED")
    need_eligible(question, enterprise, question.candidate())
    question.ticked("confirmed", "NOT_CONFIRMED")


def process_exceptional_request(question: Question, request: Record) -> None:
    """GGA-EXC-08, GGA-EXC-10: an original by post, signed by hand by a current LR."""
    findings = question.findings
    enterprise = question.world.enterprise_by_id[str(request["enterprise"])]
    if begin_of(request.get("filed")) > question.at:
        findings.fail("UNKNOWN_RESOURCE", may=["TARGET_STATE", "MISSING_DATA", "INVALID_INPUT"])
        return
    if request["status"] not in ("awaiting_signature", "posted"):
        findings.fail("TARGET_STATE")
    paper = question.part("paper", "SIGNATURE_MISSING")
    if paper is None:
        findings.remark("PAPER_NOT_ORIGINAL")
        return
    _need_original(question, paper.get("received_by"), paper.get("original"))
    _need_signer(question, enterprise, paper.get("signed_by"), ["SIGNATURE_MISSING"])


def _need_original(question: Question, received: object, original: object) -> None:
    findings = question.findings
    if received is None or original is None:
        findings.fail_one_of("MISSING_DATA", "PAPER_NOT_ORIGINAL")
    known = received in (None, "post", "fax", "email", "scan")
    if not known or not (original is None or isinstance(original, bool)):
        findings.fail("INVALID_INPUT", may=["PAPER_NOT_ORIGINAL"])
    elif received not in (None, "post") or original is False:
        findings.fail("PAPER_NOT_ORIGINAL")


def delete_enterprise_account(question: Question, enterprise: Record) -> None:
    """ACC-09, AMB-44: on a letter signed by a current LR, executed by an agent."""
    letter = question.part("letter", "LETTER_REQUIRED")
    if letter is None:
        return
    if letter.get("signed_by") is None:
        question.findings.fail_one_of("LETTER_REQUIRED", "SIGNATURE_MISSING", "MISSING_DATA")
        return
    _need_signer(question, enterprise, letter["signed_by"], [])


def _need_signer(question: Question, enterprise: Record, signer: object, missing: list[str]) -> None:
    niss = question.niss(signer, missing, also=["NOT_LEGAL_REPRESENTATIVE", "SIGNATURE_MISSING"])
    if niss is None:
        question.findings.remark("NOT_LEGAL_REPRESENTATIVE")
        return
    person = question.known(niss)
    if person is None:
        question.findings.fail("NOT_LEGAL_REPRESENTATIVE")
    else:
        need_representative(question, person, enterprise)


def activate_account(question: Question, enterprise: Record) -> None:
    """ACC-07: the GAP's own login activates the account."""
    need_enterprise(question, enterprise)
    need_chief(question, enterprise, co_chief_too=False)
    if question.findings.denied:
        with question.findings.side_remarks():
            need_active_account(question, enterprise)


def _named_by_chief(question: Question, enterprise: Record) -> None:
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise)
    need_chief(question, enterprise, co_chief_too=False)


def designate_co_chief_access_manager(question: Question, enterprise: Record) -> None:
    """GGA-CAM-02, DRV-01: the GAP alone names co-GAPs, as many as he likes."""
    _named_by_chief(question, enterprise)
    need_linked(question, enterprise, question.candidate())


def designate_flemish_head_local_manager(question: Question, enterprise: Record) -> None:
    """ACM-RGT-02: the GAP alone names the head local manager."""
    _named_by_chief(question, enterprise)
    need_linked(question, enterprise, question.candidate())


def remove_co_chief_access_manager(question: Question, enterprise: Record) -> None:
    """GGA-CAM-02, DRV-01: the GAP alone removes a co-GAP, who must be one."""
    _named_by_chief(question, enterprise)
    _need_target_role(question, enterprise, CO_CHIEF)


def remove_flemish_head_local_manager(question: Question, enterprise: Record) -> None:
    """ACM-RGT-02: the GAP alone removes a head local manager, who must be one."""
    _named_by_chief(question, enterprise)
    _need_target_role(question, enterprise, HEAD_LOCAL_MANAGER)


def _need_target_role(question: Question, enterprise: Record, role: str) -> None:
    niss = question.target()
    if niss is None:
        return
    target = question.known(niss)
    if target is None or not question.world.holds(target, enterprise, question.at, role):
        question.findings.fail("TARGET_STATE")


def activate_ebox(question: Question, enterprise: Record) -> None:
    """EBX-01: an LR alone activates the e-Box."""
    need_enterprise(question, enterprise)
    need_active_account(question, enterprise, lr_alone=True)
    need_representative(question, question.person, enterprise)
