# gatecast in a small image, run by a user who is not root:
#   docker build -t gatecast .
#   docker run --rm -v "$PWD:/data" gatecast forecast air.csv --h 12
# What is written to /data belongs to the user 1000; --user "$(id -u):$(id -g)" makes it yours.
FROM python:3.12-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
COPY . /src
RUN python -m venv /opt/gatecast && /opt/gatecast/bin/pip install --no-cache-dir '/src[stats,tune,plot]'

FROM python:3.12-slim
COPY --from=build /opt/gatecast /opt/gatecast
RUN useradd --uid 1000 --create-home gatecast && mkdir /data && chown gatecast /data
ENV PATH=/opt/gatecast/bin:$PATH
USER gatecast
WORKDIR /data
ENTRYPOINT ["gatecast"]
CMD ["--help"]
