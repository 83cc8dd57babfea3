"""From a question and the facts it reads to the standing that the policy sees: a module a subject, as in policies/."""
