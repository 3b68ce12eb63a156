ARG BASE_IMAGE=docker.io/airbyte/python-connector-base:4.1.0@sha256:1d1aa21d34e851df4e8a87b391c27724c06e2597608e7161f4d167be853bd7b6
FROM ${BASE_IMAGE}

LABEL io.airbyte.name="airbyte/source-sage-active"
LABEL io.airbyte.version="0.1.0"

USER root
WORKDIR /airbyte/integration_code
COPY setup.py pyproject.toml LICENSE ./
COPY sage_active ./sage_active
COPY source_sage_active ./source_sage_active
COPY sage_active_sandbox ./sage_active_sandbox
RUN pip install --no-cache-dir . && rm -rf build *.egg-info

USER airbyte
ENV AIRBYTE_ENTRYPOINT="source-sage-active"
ENTRYPOINT ["source-sage-active"]
