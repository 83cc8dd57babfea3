# Structured messages: the sender of a capacity, its channels, and the files its technical user sends
# ===================================================================================================

# Setting up
# ----------

# SND-GEN-01. Senders and channels are configured by the Access Manager (GA) of the capacity.
#   Source: S4, VI. Création d'un expéditeur.
# SND-GEN-02. A capacity has at most one active sender; once it exists, only channels are added or changed.
#   Source: S4, VI. Création d'un expéditeur.
action("create_sender", "person", 400, "SND-GEN-01");
needs("create_sender", "own enterprise", "SND-GEN-01");
needs("create_sender", "active account", "SND-GEN-01");
needs("create_sender", "access manager", "SND-GEN-01");
needs("create_sender", "no active sender", "SND-GEN-02");
needs("create_sender", "certificate", "SND-GEN-01");
needs("create_sender", "SSH key", "SND-GEN-01");
needs("create_sender", "applications offered", "SND-CH-05");
needs("create_sender", "technical name", "SND-GEN-01");

action("add_channel", "person", 400, "SND-GEN-01");
needs("add_channel", "own enterprise", "SND-GEN-01");
needs("add_channel", "active account", "SND-GEN-01");
needs("add_channel", "access manager", "SND-GEN-01");
needs("add_channel", "active sender", "SND-GEN-02");
needs("add_channel", "certificate", "SND-GEN-01");
needs("add_channel", "SSH key", "SND-GEN-01");
needs("add_channel", "applications offered", "SND-CH-05");

action("replace_channel_keys", "person", 400, "SND-GEN-01");
needs("replace_channel_keys", "own enterprise", "SND-GEN-01");
needs("replace_channel_keys", "active account", "SND-GEN-01");
needs("replace_channel_keys", "access manager", "SND-GEN-01");
needs("replace_channel_keys", "active channel", "SND-GEN-01");
needs("replace_channel_keys", "certificate", "SND-GEN-01");
needs("replace_channel_keys", "SSH key", "SND-GEN-01");

action("stop_channel", "person", 400, "SND-GEN-01");
needs("stop_channel", "own enterprise", "SND-GEN-01");
needs("stop_channel", "active account", "SND-GEN-01");
needs("stop_channel", "access manager", "SND-GEN-01");
needs("stop_channel", "active channel", "SND-GEN-01");

action("stop_sender", "person", 400, "SND-GEN-01");
needs("stop_sender", "own enterprise", "SND-GEN-01");
needs("stop_sender", "active account", "SND-GEN-01");
needs("stop_sender", "access manager", "SND-GEN-01");
needs("stop_sender", "active sender", "SND-GEN-02");

met("no active sender", "SND-GEN-02", standing) if standing.sender_active = false;
because("no active sender", "SENDER_EXISTS", "SND-GEN-02", _);
met("active sender", "SND-GEN-02", standing) if standing.sender_active = true;
because("active sender", "NO_SENDER", "SND-GEN-02", _);
met("active channel", "SND-GEN-01", standing) if standing.sender_active = true and standing.channel_active = true;
because("active channel", "NO_SENDER", "SND-GEN-02", standing) if standing.sender_active = false;
because("active channel", "CHANNEL_NOT_ACTIVE", "SND-GEN-01", standing) if
  standing.channel_active = false and standing.channel in ["ftp", "sftp", "webservice"];

# SND-CH-04. The public key of a readable, unexpired certificate must be loaded for the channel.
#   Source: S4, VI. a. Écran d'accueil pour le canal FTP.
met("certificate", "SND-CH-04", standing) if standing.certificate = "valid";
because("certificate", "NO_CERTIFICATE", "SND-CH-04", standing) if standing.certificate = "absent";
because("certificate", "CERTIFICATE_EXPIRED", "SND-CH-04", standing) if standing.certificate = "expired";

# SND-SFTP-01. An SFTP channel needs both an SSH public key and a certificate.
#   Source: S4, VI. b. Écran d'accueil pour le canal SFTP.
met("SSH key", "SND-SFTP-01", standing) if standing.ssh_public_key = true;
met("SSH key", "SND-SFTP-01", standing) if standing.channel in ["ftp", "webservice", "none"];
because("SSH key", "NO_SSH_KEY", "SND-SFTP-01", _);

# SND-TEC-01. The name of a technical user starts with EXP and is entered twice in the same way.
#   Source: S4, VI. a. Écran d'accueil pour le canal FTP.
met("technical name", "SND-TEC-01", standing) if standing.technical_names_agree = true;
met("technical name", "SND-TEC-01", standing) if standing.channel in ["webservice", "none"];
because("technical name", "BAD_TECHNICAL_NAME", "SND-TEC-01", _);

met("applications offered", "SND-CH-05", standing) if
  standing.applications_offered = true and standing.applications_on_channel = true;
because("applications offered", "APPLICATION_NOT_IN_CAPACITY", "SND-CH-05", standing) if
  standing.applications_offered = false;
because("applications offered", "APPLICATION_NOT_ON_CHANNEL", "SND-CH-05", standing) if
  standing.applications_on_channel = false;

# Sending a file
# --------------

# SND-CH-03. Every file must be signed with the registered certificate of the channel, and that certificate must not
# have expired.
#   Source: S4, VI. a. Écran d'accueil pour le canal FTP.
# SND-CH-05. A file may be sent over a channel only for the applications authorised on that channel.
#   Source: S4, VI. a. Écran d'accueil pour le canal FTP.
# DRV-11. The preferred channel only steers where answers go; files may be sent over any other authorised channel.
#   Source: derived, AMB-17.
# DRV-13. A provider's technical user submits files for a mandator only under an active mandate that covers the
# application.
#   Source: derived, AMB-41.
action("submit_file", "technical_user", 0, "SND-CH-03");
needs("submit_file", "active account", "SND-CH-03");
needs("submit_file", "sender of the technical user", "SND-CH-03");
needs("submit_file", "channel open", "SND-CH-05");
needs("submit_file", "application on the channel", "DRV-11");
needs("submit_file", "signed file", "SND-CH-03");
needs("submit_file", "registered certificate", "SND-CH-03");
needs("submit_file", "certificate in force", "SND-CH-03");
needs("submit_file", "mandate for another", "DRV-13");

# Of a technical user that is not known it is true as well that its sender is not active.
because("known subject", "SENDER_NOT_ACTIVE", "SND-GEN-02", standing) if standing.action = "submit_file";
met("sender of the technical user", "SND-GEN-02", standing) if standing.sender_active = true;
because("sender of the technical user", "SENDER_NOT_ACTIVE", "SND-GEN-02", _);
met("channel open", "SND-CH-05", standing) if standing.channel_active = true;
because("channel open", "CHANNEL_NOT_ACTIVE", "SND-CH-05", standing) if standing.channel in ["ftp", "sftp", "webservice"];
# The preferred channel steers where answers go; sending over another authorised one stays allowed (AMB-17).
met("application on the channel", "SND-CH-05", standing) if standing.application_on_channel = true;
because("application on the channel", "APPLICATION_NOT_ON_CHANNEL", "SND-CH-05", standing) if
  standing.channel_active = true;
met("signed file", "SND-CH-03", standing) if standing.file_signed = true;
because("signed file", "NO_CERTIFICATE", "SND-CH-03", _);
met("registered certificate", "SND-CH-03", standing) if standing.registered_certificate = true;
because("registered certificate", "CERTIFICATE_UNKNOWN", "SND-CH-03", _);
met("certificate in force", "SND-CH-03", standing) if standing.certificate_expired = false;
because("certificate in force", "CERTIFICATE_EXPIRED", "SND-CH-03", _);
met("mandate for another", "SND-CH-03", standing) if standing.mandator = "missing";
met("mandate for another", rule, standing) if standing.mandator = "given" and met("mandate", rule, standing);
because("mandate for another", reason, rule, standing) if because("mandate", reason, rule, standing);
because("mandate for another", "APPLICATION_NOT_MANDATABLE", "MAN-SSM-04", standing) if standing.mandate_system = "none";
because("mandate for another", reason, "DRV-13", standing) if unreadable(standing.mandator, reason);
