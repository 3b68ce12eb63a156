# Both connectors: `docker build --target source .` and `docker build --target destination .` (docs/images.md).
ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0@sha256:1d1aa21d34e851df4e8a87b391c27724c06e2597608e7161f4d167be853bd7b6
ARG VERSION=0.2.0

# Used by the build alone. The two secrets are optional: pip's configuration, and the certificates that it names.
FROM ${BASE_IMAGE} AS installed
# The same commit makes the same files: nothing in them says when or where they were made.
ARG SOURCE_DATE_EPOCH=315532800
ENV PYTHONHASHSEED=0 PIP_NO_CACHE_DIR=1 PIP_NO_COMPILE=1 PIP_DISABLE_PIP_VERSION_CHECK=1
USER root
WORKDIR /build
COPY requirements/connectors.txt .
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    --mount=type=secret,id=certificates,target=/etc/pip-certificates.pem \
    python3 -m venv /opt/sage-active \
    && /opt/sage-active/bin/pip install --require-hashes --only-binary :all: --requirement connectors.txt
COPY . .
# From a folder with a wheel: what is installed from a path keeps that path.
RUN /opt/sage-active/bin/pip wheel --no-deps --no-build-isolation --wheel-dir /build/wheels . \
    && /opt/sage-active/bin/pip install --no-deps --no-index --find-links /build/wheels airbyte-sage-active
# The images read and write Sage Active; they neither install nor test anything, and there is no stand-in in them.
# The byte code is never compared with its source: nothing in an image changes, and its user may not write there.
RUN /opt/sage-active/bin/pip uninstall --quiet --yes pip \
    && find /opt/sage-active -type d -name tests -prune -exec rm -rf {} + \
    && find /opt/sage-active -type d -name __pycache__ -prune -exec rm -rf {} + \
    && /opt/sage-active/bin/python -m compileall -q --invalidation-mode unchecked-hash /opt/sage-active/lib \
    && find /opt/sage-active -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH}" {} +

FROM ${BASE_IMAGE} AS connector
COPY --from=installed /opt/sage-active /opt/sage-active
ENV PATH="/opt/sage-active/bin:${PATH}"
WORKDIR /airbyte/integration_code
USER airbyte

FROM connector AS source
ARG VERSION
LABEL io.airbyte.name="airbyte/source-sage-active" io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="source-sage-active"
ENTRYPOINT ["source-sage-active"]

FROM connector AS destination
ARG VERSION
LABEL io.airbyte.name="airbyte/destination-sage-active" io.airbyte.version="${VERSION}"
ENV AIRBYTE_ENTRYPOINT="destination-sage-active"
ENTRYPOINT ["destination-sage-active"]
