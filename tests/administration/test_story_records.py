"""What the stories leave behind: mails for those concerned, and a log of who did what that can be verified."""

import json

from tests.administration.portal import Town
from tests.support.national_numbers import national_numbers_in


def test_everybody_concerned_is_told_by_mail_and_no_mail_holds_a_national_number(town: Town) -> None:
    salvia = town.firm("Salvia")
    margaux = salvia.visitor("margaux")
    anna = salvia.with_chief("anna")
    assert anna.post(salvia.path("coChiefAccessManagers"), anna.holder("bilal")).status == 201
    assert anna.put(salvia.at("nsso", "accessManager"), anna.holder("chloé", language="nl")).status == 200
    assert anna.post(salvia.at("nsso", "coAccessManagers"), anna.holder("daan")).status == 201
    assert salvia.visitor("chloé").creates("émile", language="fr").status == 201
    present = margaux.get(salvia.path("chiefAccessManager")).json()["id"]
    assert margaux.designates("fatou", replaces=present).status == 201

    told = salvia.mails(9)
    assert sorted(to for to, _ in told) == [
        "bilal", "chloe", "daan", "direction", "direction", "direction", "emile", "margaux", "margaux",
    ], "the co-GAP, GA, co-GA and user; two GAPs and the one replaced; the representative twice"  # fmt: skip
    assert all("Salvia BV" in subject for _, subject in told)
    for mail in town.mails():
        assert national_numbers_in(mail.as_string()) == []
        body = mail.get_body(("plain",))
        assert body is not None
        assert national_numbers_in(body.get_content()) == []


def test_what_was_refused_stands_in_a_log_that_verifies_too(town: Town) -> None:
    stranger = town.firm("Salvia").visitor("gilles")
    before = json.loads(town.service.run("audit", "verify", "--json"))
    assert stranger.rows_refused("nsso"), "a question that changes nothing"
    again = json.loads(town.service.run("audit", "verify", "--json"))
    assert stranger.creates("gilles").status == 403, "a command that is refused"
    after = json.loads(town.service.run("audit", "verify", "--json"))
    assert [report["whole"] for report in (before, again, after)] == [True] * 3
    assert [report["records"] for report in (again, after)] == [before["records"], before["records"] + 1]
