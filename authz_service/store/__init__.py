"""Facts kept in two times: tables, migrations, keys, reading for questions, recording changes, callers."""
