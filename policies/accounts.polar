# The records of a capacity: titular GA (GL), co-GA (Co-GL), user (USER)
# =====================================================================

# Whose record may be acted on
# ----------------------------

# DRV-03. An Access Manager (GA) acts on ordinary users only; managers' records are for the GAP or a co-GAP, and a
# titular GA is never deleted.
#   Source: derived, AMB-06, AMB-37.
# A GA acts on users only; the records of GAs are for the GAP and his co-GAPs (AMB-06, AMB-37).
met("target within reach", "DRV-03", standing) if standing.target_type = "user";
met("target within reach", "DRV-03", standing) if has_role(standing.subject, "chief_power", standing.enterprise);
because("target within reach", "TARGET_IS_MANAGER", "DRV-03", _);

# DRV-02. Nobody may block or delete his or her own account.
#   Source: derived, AMB-37.
met("somebody else's account", "DRV-02", standing) if standing.own_account = false;
because("somebody else's account", "OWN_ACCOUNT", "DRV-02", _);

met("target in force", "DRV-07", standing) if standing.target_state in ["active", "blocked"];
because("target in force", "TARGET_STATE", "DRV-07", _);

met("target no titular", "DRV-03", standing) if standing.target_type in ["co_access_manager", "user"];
because("target no titular", "TITULAR_MUST_BE_REPLACED", "DRV-03", _);

# Removing a co-GA
# ----------------

# GGA-AM-11. The Chief Access Manager (GAP) or a co-GAP may remove co-Access Managers; their role ends at once.
#   Source: S4, IV. c. Supprimer des Gestionnaires d'Accès supplémentaires.
action("remove_co_access_manager", "person", 400, "GGA-AM-11");
needs("remove_co_access_manager", "own enterprise", "GGA-AM-11");
needs("remove_co_access_manager", "active account", "GGA-AM-11");
needs("remove_co_access_manager", "chief power", "GGA-AM-11");
needs("remove_co_access_manager", "target no titular", "GGA-AM-11");
needs("remove_co_access_manager", "target a co-manager", "GGA-AM-11");
needs("remove_co_access_manager", "somebody else's account", "DRV-02");
needs("remove_co_access_manager", "target in force", "GGA-AM-11");
# About a titular it is told that he is replaced, about a user that he is in no state to be removed this way.
met("target a co-manager", "GGA-AM-11", standing) if standing.target_type in ["co_access_manager", "access_manager"];
because("target a co-manager", "TARGET_STATE", "GGA-AM-11", _);

# Applications
# ------------

# UM-APP-01. The Access Manager (GA) of a capacity may add applications to its users.
#   Source: S4, V. b. Ajouter ou supprimer une application.
# UM-APP-05. Only applications offered to the capacity can be given to its users.
#   Source: S4, V. b. Ajouter ou supprimer une application.
action("grant_application", "person", 400, "UM-APP-01");
needs("grant_application", "own enterprise", "UM-APP-01");
needs("grant_application", "active account", "UM-APP-01");
needs("grant_application", "access manager", "UM-APP-01");
needs("grant_application", "target within reach", "DRV-03");
needs("grant_application", "target in force", "UM-APP-01");
needs("grant_application", "known application", "UM-APP-05");
needs("grant_application", "application offered", "UM-APP-05");
met("known application", "DRV-08", standing) if standing.application_known = true;
because("known application", "UNKNOWN_APPLICATION", "DRV-08", standing) if standing.readable = true;
met("application offered", "UM-APP-05", standing) if standing.application_offered = true;
because("application offered", "APPLICATION_NOT_IN_CAPACITY", "UM-APP-05", standing) if
  standing.application_known = true;

# UM-APP-03. The Access Manager (GA) of a capacity may remove applications from its users.
#   Source: S4, V. b. Ajouter ou supprimer une application.
action("revoke_application", "person", 400, "UM-APP-03");
needs("revoke_application", "own enterprise", "UM-APP-03");
needs("revoke_application", "active account", "UM-APP-03");
needs("revoke_application", "access manager", "UM-APP-03");
needs("revoke_application", "target within reach", "DRV-03");
needs("revoke_application", "target in force", "UM-APP-03");
needs("revoke_application", "known application", "UM-APP-03");

# Blocking, unblocking, deleting
# ------------------------------

# UM-BLK-01. The Access Manager (GA) of a capacity may block its active users.
#   Source: S4, V. c. Bloquer ou débloquer un utilisateur.
action("block_user", "person", 400, "UM-BLK-01");
needs("block_user", "own enterprise", "UM-BLK-01");
needs("block_user", "active account", "UM-BLK-01");
needs("block_user", "access manager", "UM-BLK-01");
needs("block_user", "target within reach", "DRV-03");
needs("block_user", "somebody else's account", "DRV-02");
needs("block_user", "target active", "UM-BLK-01");
met("target active", "UM-BLK-01", standing) if standing.target_state = "active";
because("target active", "TARGET_STATE", "UM-BLK-01", _);

# UM-BLK-03. The Access Manager (GA) of a capacity may unblock its blocked users.
#   Source: S4, V. c. Bloquer ou débloquer un utilisateur.
action("unblock_user", "person", 400, "UM-BLK-03");
needs("unblock_user", "own enterprise", "UM-BLK-03");
needs("unblock_user", "active account", "UM-BLK-03");
needs("unblock_user", "access manager", "UM-BLK-03");
needs("unblock_user", "target within reach", "DRV-03");
needs("unblock_user", "somebody else's account", "DRV-02");
needs("unblock_user", "target blocked", "UM-BLK-03");
met("target blocked", "UM-BLK-03", standing) if standing.target_state = "blocked";
because("target blocked", "TARGET_STATE", "UM-BLK-03", _);

# UM-DEL-01. The Access Manager (GA) of a capacity may delete its users; their access ends with the account.
#   Source: S4, V. d. Supprimer un utilisateur.
action("delete_user", "person", 400, "UM-DEL-01");
needs("delete_user", "own enterprise", "UM-DEL-01");
needs("delete_user", "active account", "UM-DEL-01");
needs("delete_user", "access manager", "UM-DEL-01");
needs("delete_user", "target within reach", "DRV-03");
needs("delete_user", "target no titular", "DRV-03");
needs("delete_user", "somebody else's account", "DRV-02");
needs("delete_user", "target in force", "UM-DEL-01");
