"""Chapter III of the guide: what the Chief Access Manager (GAP) is and sees, and who helps him."""

from tests.administration.portal import Town

DOMAINS = ("nsso", "social", "finance")


def test_the_chief_manages_every_domain_from_the_designation_on(town: Town) -> None:
    """III: "automatiquement Gestionnaire d'Accès pour chaque groupe d'applications (domaine)"."""
    freesia = town.firm("Freesia")
    margaux, anna, bilal = freesia.visitors("margaux", "anna", "bilal")
    assert anna.get("/me/enterprises").json()["items"] == [], "who works somewhere is not registered there"
    assert freesia.visitor("anna").get(freesia.path()).status == 403
    anna = freesia.with_chief("anna")

    (entity,) = anna.get("/me/enterprises").json()["items"]
    assert (entity["enterpriseNumber"], entity["title"]) == (freesia.number, "Freesia BV")
    (role,) = entity["roles"]
    assert role["role"] == "chiefAccessManager"
    assert "Gestionnaire d'Accès Principal" in role["label"]["fr"]
    assert "Responsable Accès Entité" in role["formerLabel"]["fr"], "the old term beside the new one (SYS-09)"

    home = anna.get(freesia.path()).json()
    assert (home["enterpriseNumber"], home["name"]) == (freesia.number, "Freesia BV")
    shown = {item["id"]: item for item in home["capacities"]}
    assert shown.keys() == {freesia.capacity(kind) for kind in DOMAINS}, "the list of qualities (GGA-CAM-09)"
    employer = shown[freesia.capacity("nsso")]
    assert (employer["identifierScheme"], employer["createdDate"]) == ("nsso_number", "2020-01-01"), "UM-QUA-01"
    assert employer["administeredIn"] == "userManagement", "SYS-10"
    assert shown[freesia.capacity("finance")]["administeredIn"] == "roleManagement", "SYS-11"

    for kind in DOMAINS:
        assert anna.may("create_user", freesia.capacity(kind), candidate=freesia.ssin("bilal"))
        manager = anna.get(freesia.at(kind, "accessManager")).json()
        assert (manager["implicit"], manager["givenName"]) == (True, "Anna"), "GA until another is named (GGA-CAM-08)"
        assert anna.rows(kind) == []
    assert not bilal.opens("DMFA")
    assert anna.creates("bilal", applications=["DMFA"]).status == 201, "il peut directement se mettre au travail"
    assert bilal.opens("DMFA")
    assert margaux.rows_refused("nsso") == ["NOT_A_MANAGER"], "the representative does not manage (AMB-28)"


def test_co_chiefs_help_the_chief_and_name_nobody_like_themselves(town: Town) -> None:
    """I.b: "peut désigner un ou plusieurs Co-Gestionnaires d'Accès Principaux pour se faire aider"; DRV-01."""
    gentiana = town.firm("Gentiana")
    helpers = gentiana.path("coChiefAccessManagers")
    anna = gentiana.with_chief("anna")
    bilal, chloe = gentiana.visitors("bilal", "chloé")
    assert not bilal.may("change_access_manager", gentiana.capacity("nsso"), candidate=gentiana.ssin("daan"))

    named = [anna.post(helpers, anna.holder(name)) for name in ("bilal", "chloé")]
    assert [answer.status for answer in named] == [201, 201]
    assert [item["givenName"] for item in anna.get(helpers).json()["items"]] == ["Bilal", "Chloé"]
    for helper in (bilal, chloe):
        assert helper.may("change_access_manager", gentiana.capacity("nsso"), candidate=gentiana.ssin("daan"))
        assert helper.may("list_users", gentiana.capacity("finance"))
    again = anna.post(helpers, anna.holder("bilal"))
    assert (again.status, again.problem) == (409, "alreadyCoChiefAccessManager")
    refused = bilal.post(helpers, bilal.holder("daan"))
    assert (refused.status, refused.reasons) == (403, ["NOT_CHIEF_ACCESS_MANAGER"]), "only the GAP names co-GAPs"
    assert bilal.delete(named[1].made).status == 403
    assert bilal.designates("bilal").status == 403, "and only a representative the GAP"

    assert anna.delete(named[0].made).status == 204
    assert not bilal.may("list_users", gentiana.capacity("finance"))
    assert chloe.may("list_users", gentiana.capacity("finance"))
    assert bilal.rows_refused("finance") == ["ROLE_ENDED"]
    assert [item["givenName"] for item in chloe.get(helpers).json()["items"]] == ["Chloé"]


def test_roles_held_in_one_enterprise_are_never_seen_or_used_in_another(town: Town) -> None:
    """IV: "toutes les entités dans lesquelles vous êtes enregistré(e)"; GGA-CAM-10: Anna works for two firms."""
    hortensia, iris = town.firm("Hortensia"), town.firm("Iris")
    anna = hortensia.with_chief("anna")
    chief = iris.with_chief("bilal")
    guest = {"ssin": hortensia.ssin("anna"), "email": iris.address("anna"), "applications": ["DIMONA"]}
    assert chief.post(iris.at("nsso", "users"), guest).status == 201

    entities = {item["enterpriseNumber"]: item["roles"] for item in anna.get("/me/enterprises").json()["items"]}
    assert {number: [role["role"] for role in roles] for number, roles in entities.items()} == {
        hortensia.number: ["chiefAccessManager"],
        iris.number: ["user"],
    }
    assert entities[iris.number][0]["capacity"] == iris.capacity("nsso")
    for path in (iris.at("nsso", "users"), iris.at("nsso"), iris.at("nsso", "userExport")):
        refused = anna.get(path)
        assert (refused.status, refused.reasons) == (403, ["NOT_A_MANAGER"])
    assert anna.get(iris.path()).json()["capacities"] == []
    foreign = anna.get(hortensia.path("capacities", iris.capacity("nsso"), "users"))
    assert (foreign.status, foreign.problem) == (404, "resourceNotFound"), "the capacity of one firm under the other"
    assert [item["id"] for item in anna.get("/capacities", enterpriseNumber=iris.number).json()["items"]] == []
    assert chief.get(hortensia.path()).status == 403
