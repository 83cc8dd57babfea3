# The service as an image: Debian 12 with its own Python 3.11, the versions of requirements.lock checked by hash, no
# compiler, no pip, a user without rights.
#
#   docker build -t authz .
#     behind a company's package index or proxy (nothing of it stays in the image):
#   docker build -t authz --secret id=pip_conf,src=/etc/pip.conf --secret id=certificates,src=/etc/ssl/certs/ca-certificates.crt .
#
#   docker run --rm -v authz:/var/lib/authz authz authz db upgrade      the database and, the first time, the key file
#   docker run --read-only --cap-drop ALL --security-opt no-new-privileges -v authz:/var/lib/authz -p 8080:8080 authz
#
# The root file system may be read-only: everything written is below /var/lib/authz. With PostgreSQL, set
# AUTHZ_DATABASE_URL; the key file stays in the volume (or set AUTHZ_KEY_FILE to a mounted secret).

ARG BASE=debian:12-slim

FROM ${BASE} AS builder
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3-venv ca-certificates \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock requirements-build.lock ./
# --no-deps: the locks are complete, and oso's outdated cap on cffi is not asked (see [tool.uv] in pyproject.toml).
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf \
    --mount=type=secret,id=certificates,target=/etc/ssl/certs/ca-certificates.crt \
    python3 -m venv /opt/build \
    && /opt/build/bin/pip install --quiet --require-hashes --only-binary :all: --no-deps -r requirements-build.lock \
    && python3 -m venv /opt/authz \
    && /opt/authz/bin/pip install --quiet --require-hashes --only-binary :all: --no-deps -r requirements.lock
COPY pyproject.toml ./
COPY authz_service ./authz_service
RUN /opt/build/bin/pip wheel --quiet --no-index --no-deps --no-build-isolation --wheel-dir /build/wheel . \
    && /opt/authz/bin/pip install --quiet --no-index --no-deps /build/wheel/*.whl \
    && /opt/authz/bin/pip uninstall --quiet --yes setuptools pip \
    && python3 -m compileall -q /opt/authz/lib

FROM ${BASE}
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --no-log-init --home-dir /nonexistent --shell /usr/sbin/nologin authz \
    && install --directory --owner authz --group authz --mode 0700 /var/lib/authz
COPY --from=builder /opt/authz /opt/authz
COPY config /srv/authz/config
COPY policies /srv/authz/policies
COPY docs/ambiguities.md /srv/authz/docs/ambiguities.md
WORKDIR /srv/authz
ENV PATH=/opt/authz/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/var/lib/authz \
    AUTHZ_CONFIG_DIR=/srv/authz/config \
    AUTHZ_POLICY_DIR=/srv/authz/policies \
    AUTHZ_DATABASE_URL=sqlite:////var/lib/authz/authz.db \
    AUTHZ_KEY_FILE=/var/lib/authz/authz.key \
    AUTHZ_DECISION_LOG__FILE=/var/lib/authz/decisions.ndjson
USER authz
VOLUME /var/lib/authz
EXPOSE 8080
# Ready means: can decide correctly. Straight to ourselves, whatever proxy the environment names.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import ProxyHandler, build_opener; build_opener(ProxyHandler({})).open('http://127.0.0.1:8080/readyz', timeout=4)"]
CMD ["authz", "serve", "--host", "0.0.0.0", "--port", "8080"]
