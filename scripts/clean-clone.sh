#!/usr/bin/env bash
# The README as a new user meets it: an empty folder, a clean clone, Node 20 and Node 22. Leaves nothing behind.
set -euo pipefail
project=$(cd "$(dirname "$0")/.." && pwd)
port=8790
folder=
server=

# Ends the server that is running, if one is, and takes the folder away. The server leads a process group of its own.
clean_up() {
  if [ -n "$server" ]; then
    kill -KILL -- "-$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
  [ -z "$folder" ] || rm -rf "$folder" || { sleep 1; rm -rf "$folder"; } # the killed server may still have been writing its data
  folder=
}
trap clean_up EXIT
trap 'exit 130' INT TERM # by way of EXIT

for version in ${*:-20 22}; do
  folder=$(mktemp -d)
  npm install --silent --prefix "$folder/node" "node@$version" >/dev/null
  export PATH="$folder/node/node_modules/.bin:$PATH"
  echo "== Node $(node --version), npm $(npm --version)"
  git clone --quiet "$project" "$folder/belfry"
  cd "$folder/belfry"

  (npm ci --no-progress --loglevel=error && npm test)

  npm ci --no-progress --loglevel=error
  setsid npm start -- --port "$port" >"$folder/log" 2>&1 &
  server=$!
  for _ in $(seq 120); do
    curl --silent --fail --output /dev/null "http://localhost:$port/healthz" && break
    sleep 0.5
  done
  npm run --silent callback -- 0123456789abcdefghijklmnopqrstuv --port "$port"
  # Read to its end: a grep that stops at its find would leave curl with a broken pipe, and the script with a failure.
  curl --silent --fail "http://localhost:$port/" | grep "<title>Belfry" >/dev/null
  [ -z "$(git status --porcelain)" ] || { git status --short; exit 1; }
  echo "== both README commands work on Node $version"
  cd "$project"
  clean_up
done
