"""Chapter IV of the guide: the GAP designates Access Managers (GA), replaces them, and names and removes co-GAs."""

from tests.administration.portal import Town


def test_the_access_manager_of_a_domain_is_changed(town: Town) -> None:
    """IV.a: "Changer de gestionnaire local", and again when the first one is replaced."""
    jasmine = town.firm("Jasmine")
    anna = jasmine.with_chief("anna")
    bilal, chloe = jasmine.visitors("bilal", "chloé")
    where = jasmine.at("nsso", "accessManager")
    assert anna.get(where).json()["implicit"] is True
    assert not bilal.may("list_users", jasmine.capacity("nsso"))

    without_email = {name: value for name, value in anna.holder("bilal").items() if name != "email"}
    refused = anna.put(where, without_email)
    assert (refused.status, [issue["name"] for issue in refused.json()["issues"]]) == (400, ["email"]), "GGA-AM-05"
    named = anna.put(where, anna.holder("bilal", title="M.", language="fr", applications=["PENSION_REGISTER"]))
    assert named.status == 200, named
    shown = anna.get(where).json()
    assert (shown["implicit"], shown["givenName"], shown["status"], shown["email"]) == (
        False, "Bilal", "active", jasmine.address("bilal"),
    )  # fmt: skip
    assert anna.rows("nsso") == ["Bilal GL"], "GGA-AM-13"
    assert bilal.may("list_users", jasmine.capacity("nsso"))
    assert not bilal.may("list_users", jasmine.capacity("finance")), "only in his own domain (GGA-CAM-07)"
    assert bilal.rows_refused("finance") == ["WRONG_CAPACITY"]
    assert anna.may("list_users", jasmine.capacity("nsso")), "the GAP always is GA as well (AMB-07)"

    unseen = anna.put(where, anna.holder("chloé"))
    assert (unseen.status, unseen.problem) == (409, "accessManagerChanged")
    refused = bilal.put(where, bilal.holder("chloé", replaces=shown["id"]))
    assert (refused.status, refused.reasons) == (403, ["NOT_CHIEF_ACCESS_MANAGER"]), "a GA names no GA (AMB-06)"
    assert anna.put(where, anna.holder("chloé", replaces=shown["id"])).status == 200
    assert anna.rows("nsso") == ["Chloé GL"], "one titular GA; the former one is a user no more (AMB-08)"
    assert not bilal.may("list_users", jasmine.capacity("nsso"))
    assert chloe.may("list_users", jasmine.capacity("nsso"))
    assert [to for to, _ in jasmine.mails(4)] == ["bilal", "chloe", "direction", "margaux"], "the GAs are told"


def test_co_access_managers_are_added_and_removed(town: Town) -> None:
    """IV.b and IV.c: "Ajouter un co-Gestionnaire local"; "Supprimer utilisateurs"."""
    kerria = town.firm("Kerria")
    anna = kerria.with_chief("anna")
    bilal, chloe, daan = kerria.visitors("bilal", "chloé", "daan")
    assert anna.put(kerria.at("nsso", "accessManager"), anna.holder("bilal")).status == 200
    where = kerria.at("nsso", "coAccessManagers")
    refused = bilal.post(where, bilal.holder("chloé"))
    assert (refused.status, refused.reasons) == (403, ["NOT_CHIEF_ACCESS_MANAGER"])

    added = [anna.post(where, anna.holder(name)) for name in ("chloé", "daan")]
    assert [answer.status for answer in added] == [201, 201]
    assert sorted(anna.rows("nsso")) == ["Bilal GL", "Chloé Co-GL", "Daan Co-GL"]
    assert anna.rows("nsso", type="coAccessManager") == ["Chloé Co-GL", "Daan Co-GL"]
    assert all(
        helper.may("create_user", kerria.capacity("nsso"), candidate=kerria.ssin("fatou")) for helper in (chloe, daan)
    )
    again = anna.post(where, anna.holder("chloé"))
    assert (again.status, again.problem) == (409, "alreadyCoAccessManager")
    assert chloe.creates("fatou").status == 201

    refused = bilal.delete(added[0].made)
    assert refused.status == 403, "the records of GAs are for the GAP (DRV-03)"
    assert chloe.may("list_users", kerria.capacity("nsso"))
    assert anna.delete(added[0].made).status == 204
    assert not chloe.may("list_users", kerria.capacity("nsso")), "the role ends at once (GGA-AM-11)"
    assert chloe.rows_refused("nsso") == ["ROLE_ENDED"]
    assert anna.does("delete", "nsso", [added[1].made_id]).status == 200, "ticked in the list, as in the guide"
    assert not daan.may("list_users", kerria.capacity("nsso"))
    assert sorted(anna.rows("nsso")) == ["Bilal GL", "Fatou USER"], "what she made stays (DRV-07)"

    titular = anna.get(kerria.at("nsso", "accessManager")).json()["id"]
    refused = anna.delete(kerria.at("nsso", "users", titular))
    assert (refused.status, refused.reasons) == (403, ["TITULAR_MUST_BE_REPLACED"]), "a GL is replaced (DRV-03)"
    assert bilal.may("list_users", kerria.capacity("nsso"))
