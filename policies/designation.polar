# Designating the Chief Access Manager (GAP) and his co-GAPs, and activating the account
# =====================================================================================

# The GAP
# -------

# GGA-DES-01. A legal representative may designate himself or someone else as Chief Access Manager (GAP).
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
# GGA-PRE-01. The legal representative who designates the Chief Access Manager (GAP) must be logged in with the eID,
# or with itsme (level 450 or higher).
#   Source: S4, I. a. Conditions préalables.
# GGA-PRE-02. Only a legal representative of the enterprise may designate or replace its Chief Access Manager (GAP).
#   Source: S4, I. a. Conditions préalables.
# GGA-DES-04. The current Chief Access Manager (GAP) cannot be designated again; another person can be.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
# ACM-DES-03. The legal representative logs in with eID or itsme to designate the Chief Access Manager (GAP).
#   Source: S1, Nomination d'un gestionnaire principal des accès.
action("designate_chief_access_manager", "person", 450, "GGA-DES-01");
needs("designate_chief_access_manager", "own enterprise", "GGA-DES-01");
needs("designate_chief_access_manager", "assurance level", "GGA-PRE-01");
needs("designate_chief_access_manager", "assurance level", "ACM-DES-03");
needs("designate_chief_access_manager", "eID where it is demanded", "GGA-PRE-01");
needs("designate_chief_access_manager", "legal representative", "GGA-PRE-02");
needs("designate_chief_access_manager", "eligible candidate", "GGA-PRE-03");
needs("designate_chief_access_manager", "another than the present GAP", "GGA-DES-04");
needs("designate_chief_access_manager", "confirmed", "GGA-DES-14");

# The eID alone was named in 2018; itsme came later. The switch brings the older text back (AMB-03).
met("eID where it is demanded", "GGA-PRE-01", _) if switch("strict_eid", "off");
met("eID where it is demanded", "GGA-PRE-01", standing) if switch("strict_eid", "on") and standing.subject.eid = true;
because("eID where it is demanded", "ASSURANCE_TOO_LOW", "GGA-PRE-01", _);

# Whoever is the GAP already cannot be named again, by himself or by another representative (AMB-26).
met("another than the present GAP", "GGA-DES-04", standing) if standing.candidate_is_chief = false;
because("another than the present GAP", "ALREADY_CHIEF_ACCESS_MANAGER", "GGA-DES-04", _);

# GGA-DES-03. Where a Chief Access Manager (GAP) already exists, the requester is told so and sees the name of the
# current one.
#   Source: S4, I. b. Enregistrement de la demande : Le Représentant Légal se désigne lui-même.
action("view_chief_access_manager", "person", 450, "GGA-DES-03");
needs("view_chief_access_manager", "own enterprise", "GGA-DES-03");
needs("view_chief_access_manager", "active account unless representative", "GGA-DES-03");
needs("view_chief_access_manager", "representative or chief power", "GGA-DES-03");
met("active account unless representative", "ACC-07", standing) if met("active account", "ACC-07", standing);
met("active account unless representative", "GGA-DES-03", standing) if
  has_role(standing.subject, "legal_representative", standing.enterprise);
because("active account unless representative", reason, rule, standing) if because("active account", reason, rule, standing);
met("representative or chief power", rule, standing) if met("legal representative", rule, standing);
met("representative or chief power", rule, standing) if met("chief power", rule, standing);
because("representative or chief power", reason, rule, standing) if because("legal representative", reason, rule, standing);
because("representative or chief power", reason, rule, standing) if because("chief power", reason, rule, standing);

action("activate_account", "person", 400, "ACC-07");
needs("activate_account", "own enterprise", "ACC-07");
needs("activate_account", "Chief Access Manager himself", "ACC-07");

# co-GAPs
# -------

action("designate_co_chief_access_manager", "person", 400, "GGA-CAM-02");
needs("designate_co_chief_access_manager", "own enterprise", "GGA-CAM-02");
needs("designate_co_chief_access_manager", "active account", "GGA-CAM-02");
needs("designate_co_chief_access_manager", "Chief Access Manager himself", "GGA-CAM-02");
needs("designate_co_chief_access_manager", "linked candidate", "UM-USR-08");

action("remove_co_chief_access_manager", "person", 400, "GGA-CAM-02");
needs("remove_co_chief_access_manager", "own enterprise", "GGA-CAM-02");
needs("remove_co_chief_access_manager", "active account", "GGA-CAM-02");
needs("remove_co_chief_access_manager", "Chief Access Manager himself", "GGA-CAM-02");
needs("remove_co_chief_access_manager", "target in the role", "GGA-CAM-02");

met("target in the role", "DRV-07", standing) if standing.target_in_role = true;
because("target in the role", "TARGET_STATE", "DRV-07", standing) if standing.target = "given";
because("target in the role", reason, "DRV-08", standing) if unreadable(standing.target, reason);

# The Flemish head local manager: named by the GAP, beside him (AMB-29).
action("designate_flemish_head_local_manager", "person", 400, "ACM-RGT-02");
needs("designate_flemish_head_local_manager", "own enterprise", "ACM-RGT-02");
needs("designate_flemish_head_local_manager", "active account", "ACM-RGT-02");
needs("designate_flemish_head_local_manager", "Chief Access Manager himself", "ACM-RGT-02");
needs("designate_flemish_head_local_manager", "linked candidate", "ACM-RGT-02");

action("remove_flemish_head_local_manager", "person", 400, "ACM-RGT-02");
needs("remove_flemish_head_local_manager", "own enterprise", "ACM-RGT-02");
needs("remove_flemish_head_local_manager", "active account", "ACM-RGT-02");
needs("remove_flemish_head_local_manager", "Chief Access Manager himself", "ACM-RGT-02");
needs("remove_flemish_head_local_manager", "target in the role", "ACM-RGT-02");
