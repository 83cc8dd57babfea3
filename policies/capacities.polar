# A capacity (qualité): its Access Managers, its users, its details
# =================================================================

# Access Managers, named by the GAP or a co-GAP
# ---------------------------------------------

# GGA-AM-01. The Chief Access Manager (GAP) may delegate by designating Access Managers (GA) per group of
# applications.
#   Source: S4, IV. Désigner des Gestionnaires d'accès (GA).
# GGA-AM-03. The Access Manager (GA) of a capacity is replaced by naming a person of the enterprise with a valid
# NISS.
#   Source: S4, IV. a. Modifier le Gestionnaire d'Accès.
# GGA-AM-09. The Chief Access Manager (GAP) or a co-GAP may add co-Access Managers to a capacity.
#   Source: S4, IV. b. Désigner des Gestionnaires d'Accès supplémentaires.
action("change_access_manager", "person", 400, "GGA-AM-03");
needs("change_access_manager", "own enterprise", "GGA-AM-03");
needs("change_access_manager", "active account", "GGA-AM-03");
needs("change_access_manager", "chief power", "GGA-AM-01");
needs("change_access_manager", "linked candidate", "GGA-AM-03");

action("add_co_access_manager", "person", 400, "GGA-AM-09");
needs("add_co_access_manager", "own enterprise", "GGA-AM-09");
needs("add_co_access_manager", "active account", "GGA-AM-09");
needs("add_co_access_manager", "chief power", "GGA-AM-09");
needs("add_co_access_manager", "linked candidate", "UM-USR-08");

# The capacity itself
# -------------------

# UM-MGT-03. The Access Manager (GA) of a capacity may view and change the details of that capacity.
#   Source: S4, VI. Création d'un expéditeur.
action("view_capacity", "person", 400, "UM-MGT-03");
needs("view_capacity", "own enterprise", "UM-MGT-03");
needs("view_capacity", "active account", "UM-MGT-03");
needs("view_capacity", "access manager", "UM-MGT-03");

action("update_capacity", "person", 400, "UM-MGT-03");
needs("update_capacity", "own enterprise", "UM-MGT-03");
needs("update_capacity", "active account", "UM-MGT-03");
needs("update_capacity", "access manager", "UM-MGT-03");

# Its users
# ---------

action("list_users", "person", 400, "UM-MGT-01");
needs("list_users", "own enterprise", "UM-MGT-01");
needs("list_users", "active account", "UM-MGT-01");
needs("list_users", "access manager", "UM-MGT-01");

# UM-LST-04. The Access Manager (GA) of a capacity may export the list of the users of that capacity.
#   Source: S4, V. b. Ajouter ou supprimer une application.
action("export_users", "person", 400, "UM-LST-04");
needs("export_users", "own enterprise", "UM-LST-04");
needs("export_users", "active account", "UM-LST-04");
needs("export_users", "access manager", "UM-LST-04");

# UM-USR-01. The Access Manager (GA) creates a user in his or her capacity from a valid NISS, once per person.
#   Source: S4, V. a. Création d'un utilisateur.
# EMP-08. The Access Manager (GA) creates users and may use the secured online services of the capacity himself or
# herself.
#   Source: S2, Je souhaite traiter moi-même mes obligations administratives envers l'ONSS.
action("create_user", "person", 400, "UM-USR-01");
needs("create_user", "own enterprise", "UM-USR-01");
needs("create_user", "active account", "UM-USR-01");
needs("create_user", "access manager", "UM-USR-01");
needs("create_user", "access manager", "EMP-08");
needs("create_user", "linked candidate", "UM-USR-08");
needs("create_user", "no account yet", "UM-USR-01");
met("no account yet", "UM-USR-01", standing) if standing.candidate_has_account = false;
because("no account yet", "ALREADY_A_USER", "UM-USR-01", _);
