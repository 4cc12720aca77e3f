# The service as a container: built with the Swift toolchain, run without it. `make image-check` tries this file.

FROM swift:6.3-bookworm AS build
# PACKAGES of the Makefile.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        g++ libhiredis-dev libmariadb-dev librabbitmq-dev libsimdjson-dev libsqlite3-dev libssl-dev python3-yaml \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# Apart from the sources: packages are fetched again only when the manifest has changed.
COPY Package.swift ./
RUN swift package resolve
COPY . .
# Without its symbols, which nothing in the final image reads, the binary is half as large.
RUN swift build -c release --product spillway --static-swift-stdlib \
    && install -D --strip .build/release/spillway /out/spillway


FROM debian:bookworm-slim
# What `ldd spillway` names. libmariadb3 as a package, since the library loads what the server asks for at the login from
# files of its own; ca-certificates for servers whose certificate is of a public authority.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates libhiredis0.14 libmariadb3 librabbitmq4 libsimdjson14 libsqlite3-0 libssl3 libstdc++6 zlib1g \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/log/apt /var/log/dpkg.log \
    && groupadd --gid 10001 spillway \
    && useradd --uid 10001 --gid spillway --no-create-home --home-dir /var/lib/spillway --shell /usr/sbin/nologin spillway \
    && install -d -o spillway -g spillway -m 0750 /var/lib/spillway
COPY --from=build /out/spillway /usr/local/bin/spillway

# The access log is off: an engine keeps what a container prints, without end unless it is told otherwise, and a line for each
# request would bury the few that matter. `ACCESS_LOG_FILE=-` prints it.
# Large sorts of SQLite go where the data are: the root may be read-only, and /tmp is often memory.
ENV ACCESS_LOG_FILE="" \
    SQLITE_TMPDIR=/var/lib/spillway

# By number, so that an engine can see that it isn't root.
USER 10001:10001
WORKDIR /var/lib/spillway
VOLUME /var/lib/spillway
EXPOSE 8080
STOPSIGNAL SIGTERM
# Alive, not ready: a service that waits for its database must not be killed for it. The first start on a large database adds
# what is missing before it listens.
HEALTHCHECK --interval=10s --timeout=5s --start-period=2m --retries=3 CMD ["/usr/local/bin/spillway", "doctor", "--local"]
ENTRYPOINT ["/usr/local/bin/spillway"]
CMD ["serve", "--embedded"]
