# On paper: the exceptional procedure, and the letter that ends an account
# ========================================================================

# The request, on the public form
# -------------------------------

# GGA-EXC-01. The exceptional procedure is open only if no legal representative of the enterprise has an eID or an
# electronic foreigner's card.
#   Source: S4, II. a. Conditions préalables (procédure exceptionnelle).
# GGA-EXC-05. In the exceptional procedure too, the candidate must be a staff member or a legal representative of
# the enterprise.
#   Source: S4, II. a. Conditions préalables (procédure exceptionnelle).
# GGA-EXC-14. The person named as requester of the exceptional procedure must hold a recognised legal function that
# is in force today.
#   Source: S4, II. b. Enregistrement de la demande (procédure exceptionnelle).
# GGA-EXC-13. The exceptional request also needs the confirmation box to be ticked.
#   Source: S4, II. b. Enregistrement de la demande (procédure exceptionnelle).
action("submit_exceptional_request", "declared_person", 0, "GGA-EXC-01");
needs("submit_exceptional_request", "own enterprise", "GGA-EXC-01");
needs("submit_exceptional_request", "legal representative", "GGA-EXC-14");
needs("submit_exceptional_request", "no representative with a card", "GGA-EXC-01");
needs("submit_exceptional_request", "eligible candidate", "GGA-EXC-05");
needs("submit_exceptional_request", "confirmed", "GGA-EXC-13");

# The test is enterprise-wide (AMB-04).
met("no representative with a card", "GGA-EXC-01", standing) if standing.representative_has_card = false;
because("no representative with a card", "STANDARD_PROCEDURE_REQUIRED", "GGA-EXC-01", _);

# The form, once it has come by post
# ----------------------------------

# GGA-EXC-08. An exceptional request is processed only once a legal representative has signed the official document.
#   Source: S4, II. b. Enregistrement de la demande (procédure exceptionnelle).
# GGA-EXC-10. Only the original, hand-signed form sent by post counts; fax, copy or e-mailed scan does not.
#   Source: S4, II. b. Enregistrement de la demande (procédure exceptionnelle).
action("process_exceptional_request", "agent", 0, "GGA-EXC-08");
needs("process_exceptional_request", "open request", "GGA-EXC-08");
needs("process_exceptional_request", "signed by a representative", "GGA-EXC-08");
needs("process_exceptional_request", "original by post", "GGA-EXC-10");

met("open request", "GGA-EXC-08", standing) if standing.request_open = true;
because("open request", "TARGET_STATE", "GGA-EXC-08", _);

met("signed by a representative", "GGA-EXC-08", standing) if signed_by_representative(standing);
signed_by_representative(standing) if standing.signer = "given" and standing.signer_function = "signing";
because("signed by a representative", reason, rule, standing) if badly_signed(standing, reason, rule);
because("signed by a representative", "SIGNATURE_MISSING", "GGA-EXC-08", standing) if standing.signer = "missing";
badly_signed(standing, reason, rule) if
  standing.signer = "given" and no_representative(standing.signer_function, reason, rule);
badly_signed(standing, "INVALID_IDENTIFIER", "DRV-08") if standing.signer = "wrong_number";
badly_signed(standing, "INVALID_INPUT", "DRV-08") if standing.signer = "wrong_type";

# How the form may be delivered is configuration: by post, unless the switch says otherwise (AMB-21).
met("original by post", "GGA-EXC-10", standing) if
  standing.original = true and switch("paper_delivery", way) and standing.delivery = way;
because("original by post", "PAPER_NOT_ORIGINAL", "GGA-EXC-10", standing) if standing.document_present = true;
because("original by post", "SIGNATURE_MISSING", "GGA-EXC-08", standing) if standing.document_present = false;

# The letter
# ----------

# ACC-09. An enterprise account is deleted only on a letter from a legal representative, never online.
#   Source: S3, Êtes-vous un représentant légal de l'entreprise ?.
action("delete_enterprise_account", "agent", 0, "ACC-09");
needs("delete_enterprise_account", "letter of a representative", "ACC-09");
met("letter of a representative", "ACC-09", standing) if signed_by_representative(standing);
because("letter of a representative", reason, rule, standing) if badly_signed(standing, reason, rule);
because("letter of a representative", "LETTER_REQUIRED", "ACC-09", standing) if standing.signer = "missing";
because("subject it is for", "LETTER_REQUIRED", "ACC-09", standing) if standing.action = "delete_enterprise_account";
