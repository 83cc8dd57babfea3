# Who is what
# ===========

actor Subject {}

resource Enterprise {
  roles = [
    "legal_representative", "chief_access_manager", "co_chief_access_manager", "head_local_manager",
    "chief_power", "flemish_manager"
  ];
  # The GAP and his co-GAPs manage the access of the whole enterprise.
  "chief_power" if "chief_access_manager";
  "chief_power" if "co_chief_access_manager";
  # In Flanders so does the head local manager; a GAP is one implicitly (AMB-29).
  "flemish_manager" if "chief_power";
  "flemish_manager" if "head_local_manager";
}

resource Capacity {
  relations = { enterprise: Enterprise };
  roles = ["appointed_manager", "access_manager"];
  permissions = ["manage"];
  "manage" if "access_manager";
  "access_manager" if "appointed_manager";
  # The GAP is implicitly Access Manager of every domain of the enterprise (GGA-CAM-03, AMB-07).
  "access_manager" if "chief_power" on "enterprise";
}

has_relation(enterprise: Enterprise, "enterprise", capacity: Capacity) if enterprise = capacity.enterprise;

has_role(_: Subject, "legal_representative", enterprise: Enterprise) if enterprise.legal_function = "signing";
has_role(_: Subject, "chief_access_manager", enterprise: Enterprise) if enterprise.chief_access_manager = true;
has_role(_: Subject, "co_chief_access_manager", enterprise: Enterprise) if enterprise.co_chief_access_manager = true;
has_role(_: Subject, "head_local_manager", enterprise: Enterprise) if enterprise.head_local_manager = true;
has_role(_: Subject, "appointed_manager", capacity: Capacity) if
  capacity.account_type in ["access_manager", "co_access_manager"] and capacity.account_state = "active";

# The engine warns unless some `allow` asks `has_permission`; decisions do not go this way.
allow(actor, action, resource) if has_permission(actor, action, resource);

# The legal representative
# ------------------------

# ACC-02. Tasks of a legal representative require a legal function in force and signing power in the enterprise.
#   Source: S3, Gérer les accès pour mon entreprise.
# GGA-PRE-05. The legal function must be recorded in the Crossroads Bank for Enterprises and be in force today.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
met("legal representative", rule, standing) if represents(standing.subject, standing.enterprise, rule);
because("legal representative", reason, rule, standing) if no_representative(standing.enterprise.legal_function, reason, rule);
represents(subject, enterprise, "ACC-02") if has_role(subject, "legal_representative", enterprise);
represents(subject, enterprise, "GGA-PRE-05") if has_role(subject, "legal_representative", enterprise);
no_representative("none", "NOT_LEGAL_REPRESENTATIVE", "ACC-02");
no_representative("not_current", "NOT_LEGAL_REPRESENTATIVE", "GGA-PRE-05");
no_representative("not_current", "LEGAL_FUNCTION_NOT_CURRENT", "GGA-PRE-05");
no_representative("without_signing", "NO_SIGNING_POWER", "ACC-02");

# The GAP and the co-GAPs
# -----------------------

# GGA-CAM-02. The Chief Access Manager (GAP), and nobody else, may designate one or more co-GAPs.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
met("Chief Access Manager himself", "GGA-CAM-02", standing) if
  has_role(standing.subject, "chief_access_manager", standing.enterprise);
because("Chief Access Manager himself", "NOT_CHIEF_ACCESS_MANAGER", "GGA-CAM-02", _);
because("Chief Access Manager himself", "ROLE_ENDED", "DRV-07", standing) if
  standing.enterprise.former_chief_access_manager = true;

# GGA-CAM-01. The Chief Access Manager (GAP) designates the Access Managers (GA), who manage access in the domains
# given to them.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
# DRV-01. A co-GAP may do what the Chief Access Manager (GAP) may, except naming or replacing the GAP and naming or
# removing co-GAPs.
#   Source: derived, AMB-27.
met("chief power", "GGA-CAM-01", standing) if has_role(standing.subject, "chief_power", standing.enterprise);
met("chief power", "DRV-01", standing) if
  has_role(standing.subject, "chief_power", standing.enterprise)
  and has_role(standing.subject, "co_chief_access_manager", standing.enterprise);
because("Chief Access Manager himself", "NOT_CHIEF_ACCESS_MANAGER", "DRV-01", standing) if
  has_role(standing.subject, "co_chief_access_manager", standing.enterprise);
because("chief power", "NOT_CHIEF_ACCESS_MANAGER", "GGA-CAM-01", _);
because("chief power", "ROLE_ENDED", "DRV-07", standing) if standing.enterprise.former_chief_access_manager = true;

# Access Managers
# ---------------

# UM-MGT-01. One must be Access Manager (GA) of the capacity to manage the users under it.
#   Source: S4, V. a. Création d'un utilisateur.
# GGA-CAM-07. An Access Manager (GA) manages access only for the group of applications given to him or her.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
# GGA-CAM-03. From the designation on, the Chief Access Manager (GAP) is automatically Access Manager (GA) of every
# domain of the enterprise.
#   Source: S4, III. Rôle du Gestionnaire d'Accès Principal.
# GGA-CAM-04. The Chief Access Manager (GAP) may give collaborators of the enterprise access to government services
# directly.
#   Source: S4, III. Rôle du Gestionnaire d'Accès Principal.
# RMA-LM-03. An enterprise has one titular local manager; naming a new one replaces the old one.
#   Source: S0, Registratie Web.
# ACC-12. A Chief Access Manager (GAP) who leaves the enterprise keeps access until a legal representative replaces
# him or her.
#   Source: S3, Désigner ou remplacer le Gestionnaire d'Accès Principal.
# DRV-07. A replaced or removed manager loses all powers at that moment; what he or she decided before stays valid.
#   Source: derived, AMB-08, AMB-09.
met("access manager", rule, standing) if
  has_permission(standing.subject, "manage", standing.capacity) and manages(standing, rule);
manages(_, "UM-MGT-01");
manages(standing, "GGA-CAM-07") if has_role(standing.subject, "appointed_manager", standing.capacity);
manages(standing, "GGA-CAM-03") if has_role(standing.subject, "chief_power", standing.enterprise);
manages(standing, "GGA-CAM-04") if
  standing.action in ["grant_application", "assign_role"]
  and has_role(standing.subject, "chief_power", standing.enterprise);
manages(standing, "DRV-01") if has_role(standing.subject, "co_chief_access_manager", standing.enterprise);
# There is one GAP at a time. Nobody asks whether he is still on the payroll: he keeps access until he is replaced (AMB-35).
manages(standing, "RMA-LM-03") if has_role(standing.subject, "chief_access_manager", standing.enterprise);
manages(standing, "ACC-12") if has_role(standing.subject, "chief_access_manager", standing.enterprise);
# What a former manager decided stays valid, so a manager need not ask who appointed him.
manages(_, "DRV-07");
because("access manager", reason, rule, standing) if no_manager(standing.enterprise, standing.capacity, reason, rule);
no_manager(_, capacity, "ACCOUNT_BLOCKED", "UM-BLK-05") if capacity.account_state = "blocked";
no_manager(_, capacity, "WRONG_CAPACITY", "GGA-CAM-07") if capacity.manages_another = true;
no_manager(_, capacity, "ROLE_ENDED", "DRV-07") if capacity.former_manager = true;
no_manager(_, capacity, "ROLE_ENDED", "DRV-07") if capacity.former_manager_of_another = true;
no_manager(enterprise, _, "ROLE_ENDED", rule) if
  enterprise.former_chief_access_manager = true and rule in ["RMA-LM-03", "ACC-12", "DRV-07"];
# "Manages nothing there": neither here nor elsewhere, and never this capacity or the enterprise as a whole.
no_manager(enterprise, capacity, "NOT_A_MANAGER", rule) if
  rule in ["UM-MGT-01", "GGA-CAM-03"] and capacity.account_type in ["user", "none"] and capacity.manages_another = false
  and capacity.former_manager = false and enterprise.former_chief_access_manager = false;
