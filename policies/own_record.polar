# Everybody's own record: no enterprise, no manager, no block stands between
# ==========================================================================

# UM-SELF-01. Everyone may change his or her own personal data, and only those.
#   Source: S4, VI. Création d'un expéditeur.
# UM-SELF-02. Everyone may change his or her own password, and only that one.
#   Source: S4, VI. Création d'un expéditeur.
# UM-SELF-03. Everyone may see the status of his or her own certificate, and only that one.
#   Source: S4, VI. Création d'un expéditeur.
action("update_own_data", "person", 350, "UM-SELF-01");
needs("update_own_data", "own record", "UM-SELF-01");
action("change_own_password", "person", 350, "UM-SELF-02");
needs("change_own_password", "own record", "UM-SELF-02");
action("view_own_certificate", "person", 350, "UM-SELF-03");
needs("view_own_certificate", "own record", "UM-SELF-03");
met("own record", "UM-SELF-01", standing) if standing.own_record = true;
because("own record", "NOT_OWN_RECORD", "UM-SELF-01", _);
