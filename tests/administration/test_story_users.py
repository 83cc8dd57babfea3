"""Chapter V of the guide: an Access Manager (GA) looks after the users of his capacity."""

import csv
import io

from tests.administration.portal import Firm, Town, Visitor


def manager_of(firm: Firm) -> Visitor:
    """Return Bilal, whom the GAP has made GA of the employer's capacity."""
    anna = firm.with_chief("anna")
    assert anna.put(firm.at("nsso", "accessManager"), anna.holder("bilal")).status == 200
    return firm.visitor("bilal")


def test_a_user_is_created(town: Town) -> None:
    """V.a: the form, what is wrong with it, the recap; what is created opens what was ticked."""
    lavender = town.firm("Lavender")
    bilal, chloe = manager_of(lavender), lavender.visitor("chloé")
    form = {"userName": "chloe.c", "userNameConfirmation": "chloe.k", "givenName": "Chloé", "familyName": "Çelik"}
    refused = bilal.creates("chloé", **form)
    assert (refused.status, refused.problem) == (400, "badRequest"), "typed twice, and not alike (UM-USR-03)"
    form["userNameConfirmation"] = "chloe.c"
    wrong = bilal.post(lavender.at("nsso", "users"), {**bilal.holder("chloé"), "ssin": "85091291400", "password": "x"})
    assert wrong.status == 400
    assert {issue["name"] for issue in wrong.json()["issues"]} == {"ssin", "password"}, "all that is wrong is told"
    assert "85091291400" not in wrong.body.decode()
    refused = bilal.post(
        lavender.at("nsso", "users"), {**bilal.holder("chloé"), "ssin": town.firm("Iris").ssin("chloé")}
    )
    assert refused.status == 403, "for members of the firm only (UM-USR-08)"
    assert "NOT_LINKED_TO_ENTERPRISE" in refused.reasons
    not_offered = bilal.creates("chloé", applications=["INTERVAT"])
    assert (not_offered.status, not_offered.reasons) == (403, ["APPLICATION_NOT_IN_CAPACITY"])
    assert bilal.rows("nsso") == ["Bilal GL"], "neither the user nor anything else was made"

    assert bilal.may("create_user", lavender.capacity("nsso"), candidate=lavender.ssin("chloé"))
    offered = bilal.get(lavender.at("nsso", "applications")).json()["items"]
    assert [item["code"] for item in offered] == ["DIMONA", "DMFA", "PENSION_REGISTER"]
    created = bilal.creates("chloé", applications=["DMFA"], title="Mme", language="fr", **form)
    assert created.status == 201, created
    shown = bilal.get(created.made).json()
    assert (shown["typeLabel"], shown["status"], shown["userName"]) == ("USER", "active", "chloe.c")
    assert [application["code"] for application in shown["applications"]] == ["DMFA"]
    assert chloe.opens("DMFA")
    assert not chloe.opens("DIMONA")
    assert not bilal.may("create_user", lavender.capacity("nsso"), candidate=lavender.ssin("chloé"))
    again = bilal.creates("chloé")
    assert (again.status, again.problem, again.reasons) == (409, "stateConflict", ["ALREADY_A_USER"])
    assert chloe.rows_refused("nsso") == ["NOT_A_MANAGER"]
    assert "chloe" in dict(lavender.mails(4)), "she is told"
    taken = bilal.creates("daan", userName="Chloe.C", userNameConfirmation="Chloe.C")
    assert (taken.status, taken.problem) == (409, "userNameTaken")


def test_applications_are_added_to_and_removed_from_one_and_several_users(town: Town) -> None:
    """V.b: "Ajouter application(s)", "Supprimer application(s)"."""
    mimosa = town.firm("Mimosa")
    bilal = manager_of(mimosa)
    chloe, daan = mimosa.visitors("chloé", "daan")
    first, second = bilal.creates("chloé"), bilal.creates("daan")
    both = [first.made_id, second.made_id]
    assert not chloe.opens("DMFA")
    assert bilal.put(f"{first.made}/applications/DMFA").status == 204
    assert (chloe.opens("DMFA"), daan.opens("DMFA")) == (True, False)
    assert bilal.put(f"{first.made}/applications/DMFA").status == 204, "given again: no effect (AMB-39)"

    done = bilal.does("grantApplications", "nsso", both, applications=["DMFA", "DIMONA"])
    assert done.status == 200, done
    assert [(each["user"], each["application"], each["outcome"]) for each in done.json()["results"]] == [
        (user, application, "done") for user in both for application in ("DMFA", "DIMONA")
    ]
    assert all(user.opens(application) for user in (chloe, daan) for application in ("DMFA", "DIMONA"))

    mixed = bilal.does("grantApplications", "nsso", both, applications=["PENSION_REGISTER", "INTERVAT"])
    assert mixed.status == 403, "one is refused, so none is done (F02)"
    assert [each["outcome"] for each in mixed.json()["results"]] == ["withdrawn", "refused", "withdrawn", "refused"]
    assert not chloe.opens("PENSION_REGISTER")
    each_by_itself = bilal.does(
        "grantApplications", "nsso", both, applications=["PENSION_REGISTER", "INTERVAT"], allOrNothing=False
    )
    assert [each["outcome"] for each in each_by_itself.json()["results"]] == ["done", "refused"] * 2
    assert chloe.opens("PENSION_REGISTER")

    assert bilal.delete(f"{first.made}/applications/DMFA").status == 204
    assert (chloe.opens("DMFA"), daan.opens("DMFA")) == (False, True)
    assert bilal.does("revokeApplications", "nsso", both, applications=["DMFA", "DIMONA"]).status == 200
    assert not any(user.opens(application) for user in (chloe, daan) for application in ("DMFA", "DIMONA"))
    manager = bilal.get(mimosa.at("nsso", "accessManager")).json()["id"]
    own = bilal.put(mimosa.at("nsso", "users", manager, "applications", "DMFA"))
    assert (own.status, own.reasons) == (403, ["TARGET_IS_MANAGER"]), "nobody gives himself anything (DRV-03)"


def test_users_are_blocked_and_unblocked(town: Town) -> None:
    """V.c: while blocked an account opens nothing; unblocked it opens what it opened before (UM-BLK-05)."""
    narcissus = town.firm("Narcissus")
    bilal = manager_of(narcissus)
    chloe, daan = narcissus.visitors("chloé", "daan")
    users = [bilal.creates(name, applications=["DMFA"]).made_id for name in ("chloé", "daan")]
    assert bilal.does("block", "nsso", users).status == 200
    assert not chloe.opens("DMFA")
    assert not daan.opens("DMFA")
    assert bilal.rows("nsso", status="blocked") == ["Chloé USER", "Daan USER"]
    blocked = bilal.does("block", "nsso", users[:1])
    assert (blocked.status, blocked.problem) == (409, "stateConflict"), "blocked already (AMB-39)"
    assert blocked.json()["results"][0]["reasons"] == ["TARGET_STATE"]
    assert chloe.get("/me").status == 200, "the own data stay within reach (AMB-37)"

    assert bilal.does("unblock", "nsso", users[:1]).status == 200
    assert (chloe.opens("DMFA"), daan.opens("DMFA")) == (True, False)
    mixed = bilal.does("unblock", "nsso", users)
    assert mixed.status == 409
    assert [each["outcome"] for each in mixed.json()["results"]] == ["refused", "withdrawn"]
    assert not daan.opens("DMFA")
    manager = bilal.get(narcissus.at("nsso", "accessManager")).json()["id"]
    himself = bilal.does("block", "nsso", [manager])
    assert (himself.status, himself.json()["results"][0]["outcome"]) == (403, "refused"), (
        "nobody blocks himself (DRV-02)"
    )
    anna = narcissus.visitor("anna")
    assert anna.does("block", "nsso", [manager]).status == 200
    assert bilal.rows_refused("nsso") == ["ACCOUNT_BLOCKED"], "a blocked GA manages nothing (AMB-37)"
    assert anna.does("unblock", "nsso", [manager]).status == 200
    assert bilal.rows("nsso", status="blocked") == ["Daan USER"]


def test_a_user_is_deleted_and_created_again(town: Town) -> None:
    """V.d: "La suppression du ou des utilisateur(s) a réussi"; the same person may come again, with nothing (AMB-40)."""
    orchid = town.firm("Orchid")
    bilal = manager_of(orchid)
    chloe, daan = orchid.visitors("chloé", "daan")
    names = {"userName": "chloe.orchid", "userNameConfirmation": "chloe.orchid"}
    first = bilal.creates("chloé", applications=["DMFA"], **names)
    second = bilal.creates("daan", applications=["DMFA"])
    assert chloe.opens("DMFA")
    assert bilal.delete(first.made).status == 204
    assert not chloe.opens("DMFA")
    assert bilal.get(first.made).status == 404
    assert bilal.does("delete", "nsso", [second.made_id]).status == 200
    assert not daan.opens("DMFA")
    assert bilal.rows("nsso") == ["Bilal GL"]
    gone = bilal.put(f"{first.made}/applications/DMFA")
    assert (gone.status, gone.problem) == (404, "resourceNotFound"), "what is over leads nowhere"
    assert chloe.get("/me/enterprises").json()["items"] == []

    again = bilal.creates("chloé")
    assert again.status == 201, again
    assert again.made_id != first.made_id
    shown = bilal.get(again.made).json()
    assert (shown["applications"], shown["userName"]) == ([], "chloe.orchid"), "the user name is the person's"
    assert not chloe.opens("DMFA")
    assert bilal.put(f"{again.made}/applications/DMFA").status == 204
    assert chloe.opens("DMFA")


def test_the_list_is_filtered_paged_sorted_and_exported(town: Town) -> None:
    """V.a: "Afficher la liste … en fonction des critères suivants"; V.b: "Exporter les utilisateurs (.csv)"."""
    rosemary = town.firm("Rosemary")
    bilal = manager_of(rosemary)
    named = {"userName": "chloe.rosemary", "userNameConfirmation": "chloe.rosemary"}
    assert bilal.creates("chloé", applications=["DMFA", "DIMONA"], **named).status == 201
    assert bilal.creates("daan", applications=["DMFA"]).status == 201
    emile = bilal.creates("émile")
    assert bilal.does("block", "nsso", [emile.made_id]).status == 200
    everybody = ["Bilal GL", "Chloé USER", "Daan USER", "Émile USER"]
    assert bilal.rows("nsso") == everybody, "by name, as people sort: Benali, Çelik, De Smet, Étienne"
    assert bilal.rows("nsso", sort="-familyName") == everybody[::-1]
    assert bilal.rows("nsso", familyName="CEL") == ["Chloé USER"], "whatever the case and the accents"
    assert bilal.rows("nsso", givenName="emi") == ["Émile USER"]
    assert bilal.rows("nsso", userName="rosemary") == ["Chloé USER"]
    assert bilal.rows("nsso", type="accessManager") == ["Bilal GL"]
    assert bilal.rows("nsso", status="blocked") == ["Émile USER"]
    assert bilal.rows("nsso", application="DMFA") == ["Chloé USER", "Daan USER"]
    by_number = bilal.post(rosemary.at("nsso", "users", "query"), {"ssin": rosemary.ssin("daan")}).json()
    assert ([item["givenName"] for item in by_number["items"]], by_number["total"]) == (["Daan"], 1)
    page = bilal.get(rosemary.at("nsso", "users"), page="2", pageSize="3").json()
    assert ([item["givenName"] for item in page["items"]], page["total"]) == (["Émile"], 4)
    assert ("prev" in page, "next" in page) == (True, False)

    assert bilal.may("export_users", rosemary.capacity("nsso"))
    export = bilal.get(rosemary.at("nsso", "userExport"))
    assert (export.status, export.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    heads, *rows = csv.reader(io.StringIO(export.body.decode("utf-8-sig"), newline=""))
    assert heads[:2] == ["Nom", "Prénom"], "the columns of the guide, in the language asked for (UM-LST-02)"
    assert [row[:2] for row in rows] == [
        ["Benali", "Bilal"],
        ["Çelik", "Chloé"],
        ["De Smet", "Daan"],
        ["Étienne", "Émile"],
    ]
    assert rosemary.ssin("daan") in rows[2]
    refused = rosemary.visitor("chloé").get(rosemary.at("nsso", "userExport"))
    assert (refused.status, refused.reasons) == (403, ["NOT_A_MANAGER"])
