#!/usr/bin/env bash
# Runs a command with WIJK_TEST_DATABASE_URL naming a fresh Debian PostgreSQL, and stops that again.
#
#     deploy/ci/debian_postgres.sh make test-store
#
# The cluster stands in a temporary folder and listens on a socket inside it, on no network address.
# As root it runs as the user postgres; otherwise as whoever calls.
set -euo pipefail

bin="${WIJK_POSTGRES_BIN:-/usr/lib/postgresql/15/bin}"
if [ ! -x "$bin/postgres" ]; then
    echo "no PostgreSQL in $bin; install postgresql-15 or set WIJK_POSTGRES_BIN" >&2
    exit 1
fi
if [ "$#" -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT...]" >&2
    exit 2
fi

folder="$(mktemp -d /tmp/wijk-pg.XXXXXX)"
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$folder"
    as_owner=(runuser -u postgres --)
fi

stop() {
    code=$?
    # From / because the owner of the cluster may not be able to enter the caller's folder.
    (cd / && "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/cluster" -m immediate -s stop) || true
    if [ "$code" -ne 0 ] && [ -s "$folder/server.log" ]; then
        echo "last lines of the server's log:" >&2
        tail -n 20 "$folder/server.log" >&2
    fi
    rm -rf "$folder"
    exit "$code"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

(
    cd /
    "${as_owner[@]}" "$bin/initdb" -D "$folder/cluster" -U postgres --auth=trust --encoding=UTF8 \
        --locale=C.UTF-8 --no-sync >/dev/null
    # The folder is 0700, so trust means: the owner, and root.
    "${as_owner[@]}" "$bin/pg_ctl" -D "$folder/cluster" -l "$folder/server.log" -s -w -t 60 start \
        -o "-c listen_addresses='' -c unix_socket_directories='$folder' -c max_connections=100"
)

WIJK_TEST_DATABASE_URL="postgresql://postgres@/postgres?host=$folder" "$@"
