# Quarterdeck as a container. How to run it: docs/how-to/run-in-docker.md
# The base is pinned by its tag; whoever needs the same bytes each time adds the digest: python:3.11-slim@sha256:…

FROM python:3.11-slim AS build
ENV UV_LINK_MODE=copy \
    UV_NO_CACHE=1 \
    UV_PYTHON_DOWNLOADS=never
RUN pip install --no-cache-dir --disable-pip-version-check uv==0.13.8
WORKDIR /src
# Each locked package is checked against its hash in uv.lock. What builds the wheel stays out of what runs.
COPY pyproject.toml uv.lock ./
RUN UV_PROJECT_ENVIRONMENT=/opt/quarterdeck uv sync --frozen --no-dev --extra export --no-install-project --compile-bytecode \
 && UV_PROJECT_ENVIRONMENT=/opt/build uv sync --frozen --only-group build
COPY README.md LICENSE ./
COPY bot bot
COPY playbooks playbooks
COPY simulator simulator
COPY storage storage
RUN uv build --wheel --offline --no-build-isolation --python /opt/build/bin/python --out-dir /opt/wheel \
 && uv pip install --offline --no-deps --compile-bytecode --python /opt/quarterdeck/bin/python /opt/wheel/*.whl

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Quarterdeck" \
      org.opencontainers.image.description="Runs the first fifteen minutes after an AI API key leaks, and keeps the record." \
      org.opencontainers.image.licenses="MIT"
# The uid is fixed, so that a folder that is mounted as /data can be given to it beforehand.
RUN groupadd --gid 10001 quarterdeck \
 && useradd --uid 10001 --gid quarterdeck --home-dir /data --no-create-home --shell /usr/sbin/nologin quarterdeck \
 && install --directory --mode=0700 --owner=quarterdeck --group=quarterdeck /data
COPY --from=build /opt/quarterdeck /opt/quarterdeck
# Inside a container 127.0.0.1 is the container itself: a published port arrives from outside.
ENV PATH=/opt/quarterdeck/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    QUARTERDECK_HTTP_HOST=0.0.0.0
USER 10001:10001
# The record is data/quarterdeck.db below the working directory: /data is all that is ever written.
WORKDIR /
VOLUME /data
EXPOSE 3000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s --retries=3 CMD ["python", "-c", "import http.client, os, sys; c = http.client.HTTPConnection('127.0.0.1', int(os.environ.get('QUARTERDECK_HTTP_PORT') or 3000), timeout=2); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["quarterdeck"]
CMD ["run"]
