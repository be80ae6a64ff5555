# Sourced by tests/run: one throwaway PostgreSQL cluster on a free loopback port and in the run's own folder.
# shellcheck shell=bash

PG_START_LIMIT_S=30
postgres_pid=''

# The folder that holds initdb and postgres, newest version first.
postgres_binaries() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin | sort -t/ -k5 -rV) "$(dirname "$(command -v initdb || echo /-/-)")"; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && { echo "$folder"; return 0; }
  done
  return 1
}

# Debian's package starts a cluster of its own when it is installed; nobody asked for that one.
install_postgres() {
  local conf=/etc/postgresql-common/createcluster.conf
  if [ "$(id -u)" -eq 0 ] && [ ! -e "$conf" ]; then
    mkdir -p "$(dirname "$conf")"
    echo 'create_main_cluster = false' >"$conf"
  fi
  apt_install postgresql
}

# Starts the cluster once and exports CAUSEWAY_TEST_POSTGRES, the URL of its administrator.
need_postgres() {
  [ -z "$postgres_pid" ] || return 0
  local bin user attempt
  bin="$(postgres_binaries)" || {
    install_postgres || { echo 'no PostgreSQL: the suites that need it have failed' >&2; return 1; }
    bin="$(postgres_binaries)" || { echo 'PostgreSQL was installed, but initdb is nowhere' >&2; return 1; }
  }
  mkdir "$work/pg"
  # A death of this shell ends the server too, even by kill -9. initdb refuses root, so root hands the cluster to a user
  # without rights.
  postgres_as=(setpriv --pdeathsig INT)
  if [ "$(id -u)" -eq 0 ]; then
    user=nobody
    ! id postgres >/dev/null 2>&1 || user=postgres
    postgres_as+=("--reuid=$user" "--regid=$(id -g "$user")" --clear-groups)
    chown "$user" "$work/pg"
  elif ! command -v setpriv >/dev/null; then
    postgres_as=()
  fi
  (cd "$work/pg" && "${postgres_as[@]}" "$bin/initdb" --pgdata="$work/pg/data" --username=postgres --auth=trust \
    --encoding=UTF8 --locale=C.UTF-8 --no-sync) >"$work/initdb.log" 2>&1 || { cat "$work/initdb.log" >&2; return 1; }
  for attempt in 1 2 3 4 5; do
    if postgres_start "$bin" "$((20000 + (RANDOM * 32768 + RANDOM) % 12000))"; then
      PATH="$bin:$PATH"
      return 0
    fi
    echo "PostgreSQL did not start (attempt $attempt)" >&2
  done
  cat "$work/postgres.log" >&2
  return 1
}

# postgres_start BIN PORT: fails when the port is taken or the server ends.
postgres_start() {
  local bin="$1" port="$2" deadline=$((SECONDS + PG_START_LIMIT_S))
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || return 1
  # Durability is off: the data is thrown away.
  (cd "$work/pg" && exec "${postgres_as[@]}" "$bin/postgres" -D "$work/pg/data" -p "$port" -k "$work/pg" \
    -c listen_addresses=127.0.0.1 -c fsync=off -c synchronous_commit=off -c full_page_writes=off \
    -c max_connections=300 -c shared_buffers=128MB ${PG_EXTRA[@]+"${PG_EXTRA[@]}"}) >"$work/postgres.log" 2>&1 &
  postgres_pid=$!
  while kill -0 "$postgres_pid" 2>/dev/null && [ "$SECONDS" -lt "$deadline" ]; do
    if "$bin/psql" "postgres://postgres@127.0.0.1:$port/postgres" -qAtc 'select 1' >/dev/null 2>&1; then
      export CAUSEWAY_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
      return 0
    fi
    sleep 0.1
  done
  postgres_stop
  return 1
}

# Ends the one process that this run started.
postgres_stop() {
  [ -n "$postgres_pid" ] || return 0
  kill -INT "$postgres_pid" 2>/dev/null || true
  local tries=100
  while kill -0 "$postgres_pid" 2>/dev/null && [ "$tries" -gt 0 ]; do
    sleep 0.1
    tries=$((tries - 1))
  done
  kill -QUIT "$postgres_pid" 2>/dev/null || true
  wait "$postgres_pid" 2>/dev/null || true
  postgres_pid=''
}
