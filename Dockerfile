# groupctl, with git for `plan --base`: docs/pipelines/kubernetes.md
#
# Tag and digest belong together; a newer image: docker build --build-arg PYTHON_IMAGE=python:…@sha256:… .
ARG PYTHON_IMAGE=python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

FROM ${PYTHON_IMAGE} AS build
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY ci ci
COPY reconciler reconciler
RUN python -m venv /opt/groupctl \
    && /opt/groupctl/bin/pip install --no-cache-dir --constraint constraints.txt ".[fast,objects]"

FROM ${PYTHON_IMAGE}
# Debian keeps the newest git only: a version written here would stop to build one day.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/groupctl /opt/groupctl
# Nothing is written outside the folder of the work, so that the rest may be read-only.
ENV PATH=/opt/groupctl/bin:$PATH \
    HOME=/work \
    TMPDIR=/work \
    GROUPCTL_JOURNAL=/work/journal \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
WORKDIR /work
RUN chown 10001:10001 /work
USER 10001:10001
ENTRYPOINT ["groupctl"]
CMD ["--help"]
