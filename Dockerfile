# One image for the whole service; docker-compose.yml says how it is run.
# Both arguments are mirrors for places where the defaults are far away:
#   BASE_IMAGE=… PIP_INDEX_URL=… docker compose build
ARG BASE_IMAGE=python:3.11-slim-bookworm
FROM ${BASE_IMAGE}

# The volumes take their owner from these folders.
RUN useradd --uid 10001 --create-home jianbao \
    && install --directory --owner=jianbao --group=jianbao --mode=0700 \
    /app /data /data/airflow /data/airflow/logs /data/models /secrets
WORKDIR /app
USER jianbao
ENV JIANBAO_HOME=/data PATH=/app/.venv/bin:$PATH

# Read by setup.sh, which hands it on to uv.
ARG PIP_INDEX_URL=
# `model` adds torch, for summaries by a model: SETUP=model docker compose build
ARG SETUP=run
# First the packages, so that an edit of the code does not download them anew. The two folders only
# have to exist, and without the file `ready` the second run installs the project.
COPY --chown=jianbao setup.sh pyproject.toml requirements.lock README.md ./
RUN mkdir dags sql && sh setup.sh $SETUP && rm -rf .venv/ready ~/.cache
COPY --chown=jianbao . .
RUN sh setup.sh $SETUP && rm -rf ~/.cache

CMD ["jianbao", "up", "--foreground"]
