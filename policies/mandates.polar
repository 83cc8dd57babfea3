# Mandates: social security (Mahis) and the generic service (SSM)
# ===============================================================

# What a mandate opens
# --------------------

# MAN-SOC-13. Changing or ending a social-security mandate is done in Mahis by a legal representative of the
# mandator.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
# DRV-10. A generic mandate works only after both parties have accepted it; either party may stop it at any time.
#   Source: derived, glossary §7 (no AMB).
met("mandate", rule, standing) if
  mandate in standing.mandates and effective(mandate) and opened_by_mandate(standing.mandate_system, rule);
effective(mandate) if
  mandate.covers = true and mandate.mandator_signed = true and mandate.mandatary_signed = true
  and mandate.phase = "during" and mandate.ended = false;
opened_by_mandate(_, "MAN-GEN-01");
opened_by_mandate("mahis", "MAN-SOC-07");
opened_by_mandate("mahis", "MAN-SOC-10");
opened_by_mandate("mahis", "MAN-SOC-13");
opened_by_mandate("ssm", "MAN-SSM-01");
opened_by_mandate("ssm", "DRV-10");
because("mandate", "NO_MANDATE", "MAN-GEN-01", standing) if
  standing.mandator = "given" and standing.mandate_exists = false;
because("mandate", "OUTSIDE_MANDATE", rule, standing) if
  standing.mandate_exists = true and standing.mandate_covers = false
  and standing.mandate_system in ["mahis", "ssm"] and outside_mandate(standing.mandate_system, rule);
because("mandate", reason, rule, standing) if
  mandate in standing.mandates and mandate.covers = true
  and ineffective(standing.mandate_system, mandate, reason, rule);
outside_mandate("mahis", "MAN-SOC-07");
outside_mandate(_, "MAN-SSM-01");
ineffective(system, mandate, "MANDATE_NOT_SIGNED_BY_BOTH", rule) if
  mandate.mandator_signed = false and both_sign(system, rule);
ineffective(system, mandate, "MANDATE_NOT_SIGNED_BY_BOTH", rule) if
  mandate.mandatary_signed = false and both_sign(system, rule);
ineffective(_, mandate, "MANDATE_NOT_STARTED", "MAN-SOC-10") if mandate.phase = "before";
ineffective(_, mandate, "MANDATE_EXPIRED", "MAN-SOC-10") if mandate.phase = "after";
ineffective(_, mandate, "MANDATE_ENDED", "MAN-SOC-13") if mandate.ended = true;
both_sign("mahis", "MAN-SOC-10");
both_sign("ssm", "DRV-10");

# Who acts
# --------

# Without the enterprise acted for nothing can be said of its part in the mandate.
gate(4, "acting enterprise named");
beside(4, "mandate in Mahis");
beside(4, "mandate in SSM");
beside(4, "groups of the system");
beside(4, "employer as mandator");
beside(4, "provider as mandatary");
beside(4, "two parties");
beside(4, "signature missing");
beside(4, "still running");
met("acting enterprise named", "DRV-08", standing) if standing.acting = "given";
because("acting enterprise named", reason, "DRV-08", standing) if unreadable(standing.acting, reason);

met("party to the mandate", "MAN-SOC-12", standing) if standing.acting_side in ["mandator", "mandatary"];
because("party to the mandate", "NOT_A_PARTY", "MAN-SOC-05", _);

# DRV-12. In Mahis, GAP, co-GAP, GA or a permission to manage is needed to manage mandates; a permission to consult
# is enough to consult.
#   Source: derived, AMB-18.
# MAN-SOC-12. The provider named in a procuration may enter it, but signing stays with the legal representatives.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
# MAN-SOC-04. Provincial and local administrations may mandate a social secretariat or a social service provider.
#   Source: S2, Administrations provinciales et locales.
# Managing mandates: a legal representative, the GAP, a GA in social security, or a user with the Mahis permission.
met("Mahis management", rule, standing) if manages_mandates(standing, rule);
manages_mandates(standing, "ACC-02") if has_role(standing.subject, "legal_representative", standing.enterprise);
manages_mandates(standing, "GGA-CAM-03") if has_role(standing.subject, "chief_power", standing.enterprise);
manages_mandates(standing, "DRV-12") if standing.manages_social_security = true;
manages_mandates(standing, "MAN-SOC-12") if standing.manage_grant = "active";
because("Mahis management", "NO_MAHIS_ACCESS", "DRV-12", _);
because("Mahis management", "NO_MAHIS_ACCESS", "MAN-SOC-04", standing) if standing.mandator_is_administration = true;
because("Mahis management", "ACCOUNT_BLOCKED", "UM-BLK-05", standing) if standing.account_blocked = true;

# MAN-SOC-05. An enterprise may consult the mandates to which it is a party, and no others.
#   Source: S2, Administrations provinciales et locales.
met("Mahis consultation", rule, standing) if manages_mandates(standing, rule);
met("Mahis consultation", "MAN-SOC-05", standing) if standing.consult_grant = "active";
because("Mahis consultation", "NO_MAHIS_ACCESS", "DRV-12", _);
because("Mahis consultation", "ACCOUNT_BLOCKED", "UM-BLK-05", standing) if standing.account_blocked = true;

# ACC-05. Only a legal representative may designate, replace or remove a social service provider.
#   Source: S3, Gérer les accès pour mon entreprise.
met("representative of the signing party", rule, standing) if
  represents(standing.subject, standing.signing_enterprise, rule);
because("representative of the signing party", reason, rule, standing) if
  no_representative(standing.signing_enterprise.legal_function, reason, rule);

# In which system
# ---------------

met("mandate in Mahis", "MAN-SSM-01", standing) if standing.system = "mahis";
because("mandate in Mahis", "OUTSIDE_MANDATE", "MAN-SSM-01", _);
met("mandate in SSM", "MAN-SSM-01", standing) if standing.system = "ssm";
because("mandate in SSM", "OUTSIDE_MANDATE", "MAN-SSM-01", _);
met("groups of the system", "MAN-SSM-01", standing) if standing.groups_belong = true;
because("groups of the system", "OUTSIDE_MANDATE", "MAN-SSM-01", standing) if standing.groups_given = true;

# Entering a mandate
# ------------------

# MAN-SOC-11. Entering a procuration requires secured access: an active enterprise account and access to Mahis.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
# MAN-GEN-02. Only an employer subject to the NSSO may give a social-security mandate.
#   Source: S4, VII. Quid des mandats ?.
# MAN-SOC-06. The mandatary of a social-security mandate must be a provider, a legal person other than the mandator.
#   Source: S3, Désigner, remplacer ou supprimer un prestataire de services sociaux.
action("create_mandate", "person", 450, "MAN-SOC-11");
needs("create_mandate", "mandate in Mahis", "MAN-SOC-11");
needs("create_mandate", "acting enterprise named", "MAN-SOC-11");
needs("create_mandate", "party to the mandate", "MAN-SOC-12");
needs("create_mandate", "active account", "MAN-SOC-11");
needs("create_mandate", "Mahis management", "MAN-SOC-12");
needs("create_mandate", "Mahis management", "MAN-SOC-11");
needs("create_mandate", "employer as mandator", "MAN-GEN-02");
needs("create_mandate", "provider as mandatary", "MAN-SOC-06");
needs("create_mandate", "groups of the system", "MAN-SSM-01");

met("employer as mandator", "MAN-GEN-02", standing) if standing.mandator_is_employer = true;
met("employer as mandator", "MAN-SOC-04", standing) if standing.mandator_is_administration = true;
# Enterprises without staff: refused by the sources, admitted by the present portal; a switch (AMB-20).
met("employer as mandator", "MAN-GEN-02", standing) if
  switch("mandates_without_staff", "on") and standing.mandator_is_without_staff = true;
because("employer as mandator", "MANDATOR_NOT_NSSO_EMPLOYER", "MAN-GEN-02", standing) if standing.mandator = "given";
because("employer as mandator", reason, "MAN-GEN-02", standing) if unreadable(standing.mandator, reason);
met("provider as mandatary", "MAN-SOC-06", standing) if
  standing.mandatary_is_provider = true and standing.parties_differ = true;
because("provider as mandatary", "MANDATARY_NOT_ELIGIBLE", "MAN-SOC-06", standing) if standing.mandatary = "given";
because("provider as mandatary", reason, "MAN-SOC-06", standing) if unreadable(standing.mandatary, reason);

action("create_ssm_mandate", "person", 350, "MAN-SSM-01");
needs("create_ssm_mandate", "mandate in SSM", "MAN-SSM-01");
needs("create_ssm_mandate", "acting enterprise named", "DRV-10");
needs("create_ssm_mandate", "party to the mandate", "DRV-10");
needs("create_ssm_mandate", "active account", "DRV-10");
needs("create_ssm_mandate", "legal representative", "DRV-10");
needs("create_ssm_mandate", "two parties", "DRV-10");
needs("create_ssm_mandate", "groups of the system", "MAN-SSM-01");
met("two parties", "DRV-10", standing) if
  standing.mandator_known = true and standing.mandatary_known = true and standing.parties_differ = true;
because("two parties", "MANDATARY_NOT_ELIGIBLE", "DRV-10", standing) if
  standing.mandator = "given" and standing.mandatary = "given";
because("two parties", reason, "DRV-10", standing) if unreadable(standing.mandator, reason);
because("two parties", reason, "DRV-10", standing) if unreadable(standing.mandatary, reason);

# Signing and ending
# ------------------

met("still running", "MAN-SOC-13", standing) if standing.phase in ["before", "during"] and standing.ended = false;
because("still running", "MANDATE_EXPIRED", "MAN-SOC-13", standing) if standing.phase = "after";
because("still running", "MANDATE_ENDED", "MAN-SOC-13", standing) if standing.ended = true;

met("own side", "MAN-SOC-10", standing) if
  standing.acting_side = standing.signing_side and standing.acting_side in ["mandator", "mandatary"];
because("own side", "NOT_A_PARTY", "MAN-SOC-10", standing) if standing.acting_side = "neither";
because("own side", "WRONG_ENTERPRISE", "GGA-CAM-10", standing) if
  standing.acting_side in ["mandator", "mandatary"] and standing.signing_side in ["mandator", "mandatary"];

met("signature missing", "MAN-SOC-10", standing) if standing.already_signed = false;
because("signature missing", "ALREADY_SIGNED", "MAN-SOC-10", _);

action("sign_mandate", "person", 450, "MAN-SOC-10");
needs("sign_mandate", "mandate in Mahis", "MAN-SSM-01");
needs("sign_mandate", "acting enterprise named", "MAN-SOC-10");
needs("sign_mandate", "own side", "MAN-SOC-10");
needs("sign_mandate", "representative of the signing party", "MAN-SOC-10");
needs("sign_mandate", "representative of the signing party", "ACC-05");
needs("sign_mandate", "signature missing", "MAN-SOC-10");
needs("sign_mandate", "still running", "MAN-SOC-10");

action("end_mandate", "person", 450, "MAN-SOC-13");
needs("end_mandate", "mandate in Mahis", "MAN-SSM-01");
needs("end_mandate", "acting enterprise named", "MAN-SOC-13");
needs("end_mandate", "mandator acts", "MAN-SOC-13");
needs("end_mandate", "representative of the signing party", "MAN-SOC-13");
needs("end_mandate", "representative of the signing party", "ACC-05");
needs("end_mandate", "still running", "MAN-SOC-13");
met("mandator acts", "MAN-SOC-13", standing) if standing.acting_side = "mandator";
because("mandator acts", "MANDATOR_ONLY", "MAN-SOC-13", standing) if standing.acting_side = "mandatary";
because("mandator acts", "NOT_A_PARTY", "MAN-SOC-13", standing) if standing.acting_side = "neither";

action("sign_ssm_mandate", "person", 350, "DRV-10");
needs("sign_ssm_mandate", "mandate in SSM", "MAN-SSM-01");
needs("sign_ssm_mandate", "acting enterprise named", "DRV-10");
needs("sign_ssm_mandate", "party to the mandate", "DRV-10");
needs("sign_ssm_mandate", "representative of the signing party", "DRV-10");
needs("sign_ssm_mandate", "signature missing", "DRV-10");
needs("sign_ssm_mandate", "still running", "DRV-10");

action("end_ssm_mandate", "person", 350, "DRV-10");
needs("end_ssm_mandate", "mandate in SSM", "MAN-SSM-01");
needs("end_ssm_mandate", "acting enterprise named", "DRV-10");
needs("end_ssm_mandate", "party to the mandate", "DRV-10");
needs("end_ssm_mandate", "representative of the signing party", "DRV-10");
needs("end_ssm_mandate", "still running", "DRV-10");

# Consulting
# ----------

action("view_mandates", "person", 450, "MAN-SOC-05");
needs("view_mandates", "acting enterprise named", "MAN-SOC-05");
needs("view_mandates", "party to the mandate", "MAN-SOC-05");
needs("view_mandates", "active account", "MAN-SOC-05");
needs("view_mandates", "Mahis consultation", "MAN-SOC-05");
