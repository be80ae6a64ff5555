# Sourced by tests/run: finds or installs tools. Each need_* says why on standard error when it can't be met.
# shellcheck shell=bash

NODE_MIN=20
PYTHON_MIN=11 # 3.11: what tests/clients/msgraph/requirements.txt was resolved for

# Where installed things are kept between runs: ignored by git, gone with `cargo clean`.
cache_folder() {
  local target
  target="$(cargo metadata --no-deps --format-version 1 2>/dev/null | sed -n 's/.*"target_directory":"\([^"]*\)".*/\1/p')"
  echo "${target:-$PWD/target}/rig"
}

need_cargo() {
  command -v cargo >/dev/null || { echo 'no cargo: install the Rust toolchain that Cargo.toml names (rust-version)' >&2; return 1; }
}

# apt_install PACKAGE...: as root, or with sudo where it asks for no password.
apt_install() {
  local as_root=()
  command -v apt-get >/dev/null || { echo "no apt-get: install $* by hand" >&2; return 1; }
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || { echo "neither root nor password-free sudo: run 'sudo apt-get install $*'" >&2; return 1; }
    as_root=(sudo -n)
  fi
  if [ -z "${apt_updated:-}" ]; then
    timeout 300 "${as_root[@]}" apt-get -qq update || { echo 'apt-get update failed' >&2; return 1; }
    apt_updated=1
  fi
  timeout 900 "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "$@" >&2
}

# The causeway binary (CAUSEWAY_BIN names another one), and with it, where the Rust suite runs too, every test binary.
need_binary() {
  [ -z "${CAUSEWAY_BIN:-}" ] || return 0
  need_cargo || return 1
  local what=(--workspace --bins)
  case " ${chosen[*]} " in *' rust '*) what=(--workspace --all-targets) ;; esac
  cargo build --locked "${what[@]}" || { echo 'the build failed' >&2; return 1; }
  local built
  built="$(dirname "$(cache_folder)")/debug/causeway"
  [ -x "$built" ] || { echo "the build left no $built" >&2; return 1; }
  export CAUSEWAY_BIN="$built"
}

node_major() {
  node --version 2>/dev/null | sed -n 's/^v\([0-9]*\)\..*/\1/p'
}

# Node.js: the machine's, else Debian's, else (where Debian's is too old) the one that the npm registry carries.
need_node() {
  local cache
  cache="$(cache_folder)"
  [ -x "$cache/node/node_modules/.bin/node" ] && PATH="$cache/node/node_modules/.bin:$PATH"
  if [ -z "$(node_major)" ] || ! command -v npm >/dev/null; then
    apt_install nodejs npm || { echo 'no Node.js' >&2; return 1; }
  fi
  if [ "$(node_major)" -lt "$NODE_MIN" ]; then
    mkdir -p "$cache/node"
    timeout 600 npm install --silent --no-save --prefix "$cache/node" node@24 >&2 || return 1
    PATH="$cache/node/node_modules/.bin:$PATH"
  fi
  [ "$(node_major)" -ge "$NODE_MIN" ] || { echo "Node.js $NODE_MIN or newer is needed, $(node --version) is here" >&2; return 1; }
}

# The npm clients, exactly as the lock file says.
need_clients() {
  npm_packages tests/clients
}

# The identity provider of docker/compose.yml.
need_oidc() {
  npm_packages docker/oidc
}

npm_packages() {
  need_node || return 1
  local stamp="$1/node_modules/.lock-sum" want
  want="$(sha256sum "$1/package-lock.json" | cut -d' ' -f1) $(node --version)"
  [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || return 0
  timeout 900 npm ci --prefix "$1" --no-audit --no-fund --loglevel=error || { echo "npm ci failed in $1" >&2; return 1; }
  echo "$want" >"$stamp"
}

# The Python clients in a virtual environment; every file is checked against its hash.
need_python() {
  local cache stamp want
  cache="$(cache_folder)"
  stamp="$cache/venv/.requirements-sum"
  if ! python3 -c "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, $PYTHON_MIN))" 2>/dev/null; then
    apt_install python3 python3-venv || { echo 'no Python' >&2; return 1; }
    python3 -c "import sys; sys.exit(sys.version_info < (3, $PYTHON_MIN))" ||
      { echo "Python 3.$PYTHON_MIN or newer is needed, $(python3 --version) is here" >&2; return 1; }
  fi
  export CAUSEWAY_PYTHON="$cache/venv/bin/python"
  want="$(sha256sum tests/clients/msgraph/requirements.txt | cut -d' ' -f1) $(python3 --version)"
  [ "$(cat "$stamp" 2>/dev/null)" != "$want" ] || return 0
  rm -rf "$cache/venv"
  mkdir -p "$cache"
  python3 -m venv "$cache/venv" || { echo 'python3 -m venv failed' >&2; return 1; }
  timeout 900 "$CAUSEWAY_PYTHON" -m pip install --quiet --no-compile --disable-pip-version-check --require-hashes \
    --requirement tests/clients/msgraph/requirements.txt || { echo 'pip install failed' >&2; return 1; }
  echo "$want" >"$stamp"
}

# What the README's walk is typed with.
need_jq() {
  command -v jq >/dev/null && command -v curl >/dev/null || apt_install jq curl
}
