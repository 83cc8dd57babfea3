"""Chapter I of the guide: a legal representative designates the Chief Access Manager (GAP), standard procedure.

The firms of the stories have nothing at first: each step is taken over HTTP, and what it changed is asked of the
decision endpoint right after.
"""

import subprocess

from tests.administration.portal import DECLARATION, TELEPHONE, Town, Visitor
from tests.support.service import PROGRAM, PROJECT


def logged_in_by_program(town: Town, visitor: Visitor) -> Visitor:
    """Return the visitor with a token of `authz token`, by number from standard input."""
    done = subprocess.run(
        [PROGRAM, "token", "--niss", "-", "--means", visitor.means],
        cwd=PROJECT,
        env=town.service.environment,
        input=visitor.firm.ssin(visitor.name),
        capture_output=True,
        text=True,
        check=True,
    )
    return Visitor(visitor.firm, visitor.name, visitor.means, done.stdout.strip())


def test_a_representative_designates_himself(town: Town) -> None:
    """I.b, step by step: the number, the form, the confirmation, the result."""
    acacia = town.firm("Acacia")
    margaux = logged_in_by_program(town, acacia.visitor("margaux"))
    assert not margaux.may("list_users", acacia.capacity("nsso")), "representing is not managing (AMB-28)"

    nobody_yet = margaux.get(acacia.path("chiefAccessManager"))
    assert (nobody_yet.status, nobody_yet.problem) == (404, "resourceNotFound")

    recap = margaux.preview_of("margaux")
    assert recap.status == 200, recap
    shown = recap.json()
    assert shown["enterprise"] == {"enterpriseNumber": acacia.number, "name": "Acacia BV"}
    assert (shown["candidate"]["givenName"], shown["candidate"]["familyName"]) == ("Margaux", "Maes")
    assert (shown["candidate"]["email"], shown["candidate"]["telephone"]) == (acacia.address("direction"), TELEPHONE)
    assert shown["requester"]["email"] == acacia.address("direction"), "one block of contact data serves both (AMB-23)"
    assert shown["declaration"]["version"] == DECLARATION
    assert "loi du 8 décembre 1992" in shown["declaration"]["text"]["fr"]
    assert shown["notices"] == []
    assert margaux.get(acacia.path("chiefAccessManager")).status == 404, "what is shown for confirmation is not stored"

    unticked = margaux.designates("margaux", confirmed=False)
    assert (unticked.status, unticked.problem) == (400, "badRequest")
    assert not margaux.may("list_users", acacia.capacity("nsso"))

    done = margaux.designates("margaux")
    assert done.status == 201, done
    assert margaux.get(done.made).json()["id"] == done.made_id
    assert margaux.may("list_users", acacia.capacity("nsso")), "GAP at once (GGA-DES-18)"
    chief = margaux.get(acacia.path("chiefAccessManager")).json()
    assert (chief["id"], chief["givenName"], chief["contact"]["email"]) == (
        done.made_id, "Margaux", acacia.address("direction"),
    )  # fmt: skip
    home = margaux.get(acacia.path()).json()
    assert {"registeredAt", "accountActiveSince"} <= home.keys(), "activated in CSAM, and he has logged in (ACC-07)"
    assert [to for to, _ in acacia.mails(2)] == ["direction", "direction"], "the instructions and the confirmation"


def test_a_representative_designates_somebody_else(town: Town) -> None:
    """I.c: "Autre personne"; the person designated accepts nothing, but only his login makes the account active."""
    begonia = town.firm("Begonia")
    margaux, anna = begonia.visitors("margaux", "anna")
    without_own_data = {name: value for name, value in margaux.designation_of("anna").items() if name != "requester"}
    refused = margaux.post(begonia.path("chiefAccessManagerDesignations"), without_own_data)
    assert (refused.status, refused.problem) == (400, "badRequest")
    assert [issue["name"] for issue in refused.json()["issues"]] == ["requester"], "GGA-DES-09"

    misspelt = {"ssin": begonia.ssin("anna"), "givenName": "Anna", "familyName": "Aarts"}
    refused = margaux.designates("anna", candidate=misspelt)
    assert (refused.status, refused.problem) == (400, "badRequest"), "the name is the register's (AMB-22)"
    assert begonia.ssin("anna") not in refused.body.decode()
    assert not anna.may("create_user", begonia.capacity("nsso"), candidate=begonia.ssin("bilal"))

    done = margaux.designates("anna", candidate={**misspelt, "familyName": "Aerts"})
    assert done.status == 201, done
    assert anna.may("create_user", begonia.capacity("nsso"), candidate=begonia.ssin("bilal")), "without acceptance"
    assert not margaux.may("create_user", begonia.capacity("nsso"), candidate=begonia.ssin("bilal"))
    assert "accountActiveSince" not in margaux.get(begonia.path()).json()

    assert "accountActiveSince" in anna.get(begonia.path()).json(), "her first login makes the account active (ACC-07)"
    mails = dict(begonia.mails(2))
    assert mails.keys() == {"direction", "margaux"}, (
        "the instructions to the GAP, the confirmation to the representative"
    )


def test_only_who_represents_and_signs_designates_and_only_somebody_of_the_firm(town: Town) -> None:
    """I.a, the conditions."""
    clivia = town.firm("Clivia")
    for name, reasons in (
        ("otto", ["NO_SIGNING_POWER"]),
        ("anna", ["NOT_LEGAL_REPRESENTATIVE"]),
    ):
        refused = clivia.visitor(name).designates("bilal")
        assert (refused.status, refused.problem, refused.reasons) == (403, "missingPermission", reasons)
        assert refused.headers["content-language"] == "fr"
    with_app = clivia.visitor("margaux", "totp_app").designates("anna")
    assert (with_app.status, with_app.reasons) == (403, ["ASSURANCE_TOO_LOW"])
    margaux = clivia.visitor("margaux", "itsme")
    stranger = {"ssin": town.firm("Dahlia").ssin("anna")}
    for candidate in (stranger, {"ssin": clivia.ssin("gilles")}):
        refused = margaux.designates("anna", candidate=candidate)
        assert (refused.status, refused.reasons) == (403, ["CANDIDATE_NOT_ELIGIBLE"]), "GGA-PRE-03"
    outsider = town.firm("Dahlia").visitor("margaux")
    refused = outsider.post(clivia.path("chiefAccessManagerDesignations"), outsider.designation_of("margaux"))
    assert refused.status == 403
    assert margaux.get(clivia.path("chiefAccessManager")).status == 404, "nothing has changed"
    assert margaux.designates("otto").status == 201, "itsme will do (AMB-03), and any director is eligible (AMB-45)"


def test_the_present_chief_is_shown_and_replaced(town: Town) -> None:
    """I.b: "Cette entreprise est déjà enregistrée dans CSAM", and the name of the present GAP (GGA-DES-03, ACC-13)."""
    dahlia = town.firm("Dahlia")
    margaux, bilal = dahlia.visitors("margaux", "bilal")
    anna = dahlia.with_chief("anna")
    present = margaux.get(dahlia.path("chiefAccessManager")).json()["id"]

    (notice,) = margaux.preview_of("bilal").json()["notices"]
    assert (notice["code"], notice["givenName"], notice["familyName"]) == ("alreadyRegistered", "Anna", "Aerts")
    assert notice["currentDesignation"] == present
    assert notice["message"]["fr"].startswith("Cette entreprise est déjà enregistrée dans CSAM.")

    unseen = margaux.designates("bilal")
    assert (unseen.status, unseen.problem) == (409, "chiefAccessManagerChanged"), "nobody is replaced unseen"
    told = unseen.json()
    assert (told["currentDesignation"], told["givenName"], told["familyName"]) == (present, "Anna", "Aerts")
    assert anna.may("list_users", dahlia.capacity("finance"))

    done = margaux.designates("bilal", replaces=present)
    assert done.status == 201, done
    assert not anna.may("list_users", dahlia.capacity("finance")), "the former GAP loses all at that moment (DRV-07)"
    assert bilal.may("list_users", dahlia.capacity("finance"))
    refused = anna.get(dahlia.at("finance", "users"))
    assert (refused.status, refused.reasons) == (403, ["ROLE_ENDED"])
    history = margaux.get(dahlia.path("chiefAccessManagerDesignations")).json()["items"]
    assert [(each["givenName"], each["inForce"]) for each in history] == [("Bilal", True), ("Anna", False)]
    late = margaux.designates("chloé", replaces=present)
    assert (late.status, late.problem) == (409, "chiefAccessManagerChanged")
    assert late.json()["currentDesignation"] == done.made_id


def test_who_is_the_chief_already_is_not_designated_again(town: Town) -> None:
    """I.b: "Vous êtes déjà connu comme Gestionnaire d'Accès Principal"; AMB-26 for another person."""
    peony = town.firm("Peony")
    margaux = peony.visitor("margaux")
    own = margaux.designates("margaux").made_id
    refused = margaux.designates("margaux", replaces=own)
    assert (refused.status, refused.problem, refused.reasons) == (
        409, "stateConflict", ["ALREADY_CHIEF_ACCESS_MANAGER"],
    )  # fmt: skip
    other = margaux.designates("anna", replaces=own)
    assert other.status == 201, "he may designate another person (GGA-DES-04)"
    refused = margaux.designates("anna", replaces=other.made_id)
    assert (refused.status, refused.reasons) == (409, ["ALREADY_CHIEF_ACCESS_MANAGER"])
    assert margaux.get(peony.path("chiefAccessManager")).json()["id"] == other.made_id


def test_a_chief_who_leaves_keeps_access_until_he_is_replaced(town: Town) -> None:
    """ACC-12: Gilles has left the firm, and nobody has been designated since."""
    erica = town.firm("Erica")
    gilles, margaux, daan = erica.visitors("gilles", "margaux", "daan")
    assert gilles.may("list_users", erica.capacity("nsso"))
    assert gilles.creates("fatou").status == 201
    present = margaux.get(erica.path("chiefAccessManager")).json()
    assert (present["givenName"], present["inForce"]) == ("Gilles", True)
    assert margaux.designates("daan", replaces=present["id"]).status == 201
    assert not gilles.may("list_users", erica.capacity("nsso"))
    assert gilles.rows_refused("nsso") == ["ROLE_ENDED"]
    assert daan.rows("nsso") == ["Fatou USER"], "what he made belongs to the firm and stays (AMB-09)"
    back = margaux.designates("gilles", replaces=margaux.get(erica.path("chiefAccessManager")).json()["id"])
    assert (back.status, back.reasons) == (403, ["CANDIDATE_NOT_ELIGIBLE"]), "who left is not designated again"
