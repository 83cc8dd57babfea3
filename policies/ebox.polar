# The e-Box Enterprise
# ====================

# EBX-01. Only a legal representative may activate the e-Box Enterprise.
#   Source: S3, Gérer les accès pour mon entreprise.
action("activate_ebox", "person", 450, "EBX-01");
needs("activate_ebox", "own enterprise", "EBX-01");
needs("activate_ebox", "legal representative", "EBX-01");

# DRV-09. The GAP, co-GAPs and Access Managers (GA) may read an active e-Box; users only if it was given to them.
#   Source: derived, glossary §9 (no AMB).
action("read_ebox", "person", 450, "DRV-09");
needs("read_ebox", "own enterprise", "DRV-09");
needs("read_ebox", "active account", "DRV-09");
needs("read_ebox", "active e-Box", "DRV-09");
needs("read_ebox", "e-Box access", "DRV-09");
met("active e-Box", "EBX-01", standing) if standing.ebox_active = true;
because("active e-Box", "EBOX_NOT_ACTIVE", "EBX-01", _);
met("e-Box access", "GGA-CAM-03", standing) if has_role(standing.subject, "chief_power", standing.enterprise);
met("e-Box access", "DRV-09", standing) if standing.manages_social_security = true;
met("e-Box access", "UM-APP-01", standing) if standing.ebox_grant = "active";
because("e-Box access", "APPLICATION_NOT_GRANTED", "DRV-09", standing) if standing.ebox_grant = "none";
because("e-Box access", "ACCOUNT_BLOCKED", "UM-BLK-05", standing) if standing.account_blocked = true;
