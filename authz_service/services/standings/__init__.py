"""From a question and the facts it reads to the standing that the policy sees; one module a subject, as in policies/."""
