"""`python -m authz_service` is `authz`."""

from __future__ import annotations

from authz_service.cli.main import main

if __name__ == "__main__":
    main()
