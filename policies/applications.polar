# Opening an application, for one's own enterprise or under a mandate
# ===================================================================

# EMP-02. A mandate takes nothing away: the employer's own users and a mandatary can work side by side.
#   Source: S2, Mon entreprise est enregistrée comme employeur auprès de l'ONSS.
# RMA-AUT-01. Users log in with eID, itsme, or a password plus an e-mail or app code; a password alone is not
# enough.
#   Source: S0, Registratie Web.
# DRV-16. An application may ask for a stronger authentication than the general minimum.
#   Source: derived, glossary §4 (no AMB).
# UM-BLK-05. A blocked account opens nothing in that capacity; unblocking restores it with everything it had.
#   Source: S4, V. c. Bloquer ou débloquer un utilisateur.
action("use_application", "person", 350, "UM-BLK-05");
needs("use_application", "capacity chosen", "UM-APP-05");
needs("use_application", "own enterprise", "UM-BLK-05");
needs("use_application", "assurance level", "RMA-AUT-01");
needs("use_application", "active account", "ACC-07");
needs("use_application", "application's own level", "DRV-16");
needs("use_application", "application offered here", "UM-APP-05");
needs("use_application", "access to the application", "EMP-02");
needs("use_application", "access to the application", "RMA-LM-05");
needs("use_application", "account not blocked for it", "UM-BLK-05");

met("application's own level", "DRV-16", standing) if standing.subject.level >= standing.minimum_level;
because("application's own level", "ASSURANCE_TOO_LOW", "DRV-16", _);
met("application offered here", "UM-APP-05", standing) if standing.offered = true;
because("application offered here", "APPLICATION_NOT_IN_CAPACITY", "UM-APP-05", _);

# The capacity is chosen after login; without it nothing can be said of the profile.
beside(3, "application's own level");
gate(4, "capacity chosen");
beside(4, "application's own level");
beside(4, "mandatable application");
beside(4, "mandator named");
met("capacity chosen", "UM-APP-05", standing) if standing.capacity_chosen = "given";
because("capacity chosen", reason, "UM-APP-05", standing) if unreadable(standing.capacity_chosen, reason);

# A blocked account opens nothing, neither by role nor by right. The GAP's implicit role, which opens the applications of
# social security, cannot be blocked inside a capacity (AMB-37).
met("account not blocked", "UM-BLK-05", standing) if standing.capacity.account_state in ["active", "not_in_force"];
met("account not blocked for it", rule, standing) if met("account not blocked", rule, standing);
met("account not blocked for it", "GGA-CAM-03", standing) if
  standing.action = "use_application" and standing.domain = "social_security"
  and has_role(standing.subject, "chief_power", standing.enterprise);
met("account not blocked for it", "GGA-CAM-03", standing) if
  standing.action = "act_under_mandate" and standing.mandate_system in ["mahis", "none"]
  and has_role(standing.subject, "chief_power", standing.enterprise);
because("account not blocked", "ACCOUNT_BLOCKED", "UM-BLK-05", _);
because("account not blocked for it", reason, rule, standing) if
  because("account not blocked", reason, rule, standing);

# By what right
# -------------

# RMA-LM-05. Access managers themselves have access to the secured applications in their own scope.
#   Source: S0, Registratie Web.
# In social security: the application in one's profile, or being GA of the capacity. The account's state is another need.
met("access to the application", rule, standing) if standing.domain = "social_security" and by_profile(standing, rule);
by_profile(standing, "UM-APP-01") if standing.in_profile = true;
by_profile(standing, "RMA-LM-05") if standing.capacity.account_type in ["access_manager", "co_access_manager"];
by_profile(standing, "RMA-LM-05") if has_role(standing.subject, "access_manager", standing.capacity);
because("access to the application", "APPLICATION_NOT_GRANTED", "UM-APP-01", standing) if
  standing.domain in ["social_security", "none"];

# In finance and mobility: an accepted role in its period; managers must give themselves one too (AMB-34).
met("access to the application", rule, standing) if
  standing.domain in ["finance", "mobility"] and by_role(standing, rule);
by_role(standing, "RMA-ROL-02") if role in standing.roles and role.state = "accepted" and role.phase = "during";
because("access to the application", reason, rule, standing) if
  standing.domain in ["finance", "mobility"] and no_role(standing, reason, rule);
no_role(standing, "ROLE_NOT_HELD", "RMA-ROL-01") if standing.role_exists = false;
no_role(standing, reason, "RMA-ROL-02") if role in standing.roles and unusable_role(role.state, role.phase, reason);
unusable_role("pending_acceptance", _, "ROLE_NOT_ACCEPTED");
unusable_role(state, "before", "ROLE_NOT_STARTED") if state in ["pending_acceptance", "accepted"];
unusable_role(state, "after", "ROLE_EXPIRED") if state in ["pending_acceptance", "accepted"];
unusable_role(state, _, "ROLE_NOT_HELD") if state in ["declined", "ended"];

# In Flanders: a right that opens it, in force.
met("access to the application", "ACM-RGT-01", standing) if standing.domain = "flanders" and "during" in standing.rights;
because("access to the application", "RIGHT_NOT_HELD", "ACM-RGT-01", standing) if standing.domain = "flanders";

# Under a mandate
# ---------------

# MAN-GEN-01. An outside enterprise or person may act for an enterprise only under an active mandate that covers the
# application.
#   Source: S4, VII. Quid des mandats ?.
# MAN-SOC-07. The provider acts in the mandator's name only for the obligations that the mandate covers.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
# MAN-SOC-10. A social-security mandate is valid only with the digital signature of a legal representative of both
# parties.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
# MAN-SSM-01. Tax, VAT and health-care mandates are made in the generic mandate service; they do not open social
# security, nor the reverse.
#   Source: S4, VII. Quid des mandats ?.
# MAN-SSM-04. A mandate is possible only for applications that allow mandates.
#   Source: S0, Registratie Web.
# DRV-06. Acting under a mandate also needs the application in one's own profile, an unblocked account and an active
# enterprise account.
#   Source: derived, AMB-41.
action("act_under_mandate", "person", 350, "MAN-GEN-01");
needs("act_under_mandate", "capacity chosen", "MAN-GEN-01");
needs("act_under_mandate", "own enterprise", "MAN-GEN-01");
needs("act_under_mandate", "mandator named", "MAN-GEN-01");
needs("act_under_mandate", "active account", "DRV-06");
needs("act_under_mandate", "application's own level", "DRV-16");
needs("act_under_mandate", "application offered here", "UM-APP-05");
needs("act_under_mandate", "mandatable application", "MAN-SSM-04");
needs("act_under_mandate", "mandate", "MAN-GEN-01");
needs("act_under_mandate", "own access under the mandate", "DRV-06");
needs("act_under_mandate", "account not blocked for it", "DRV-06");

met("mandator named", "MAN-GEN-01", standing) if standing.mandator = "given";
because("mandator named", reason, "MAN-GEN-01", standing) if unreadable(standing.mandator, reason);
met("mandatable application", "MAN-SSM-04", standing) if standing.mandate_system in ["mahis", "ssm"];
because("mandatable application", "APPLICATION_NOT_MANDATABLE", "MAN-SSM-04", _);

# The mandate gives the enterprise the scope; the person needs the application in his own enterprise as well (AMB-41).
met("own access under the mandate", rule, standing) if
  standing.mandate_system = "mahis" and by_profile(standing, rule);
because("own access under the mandate", "APPLICATION_NOT_GRANTED", "DRV-06", standing) if
  standing.mandate_system = "mahis";
met("own access under the mandate", rule, standing) if standing.mandate_system = "ssm" and by_role(standing, rule);
because("own access under the mandate", reason, rule, standing) if
  standing.mandate_system = "ssm" and no_role(standing, reason, rule);
