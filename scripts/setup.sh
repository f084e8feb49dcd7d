#!/bin/sh
# Called by every make target: is this machine able, are the packages those of the lock file? Quick
# (a few ms) when nothing is to be done.
set -eu
cd "$(dirname "$0")/.."

fail() { printf '%s\nNext: %s\n' "$1" "$2" >&2; exit 1; }

stamp=node_modules/.xen-fleet-$( (sha256sum package-lock.json 2> /dev/null || shasum -a 256 package-lock.json) | cut -c1-16)
[ ! -e "$stamp" ] || exit 0

command -v node > /dev/null || fail 'Node is not installed.' 'install Node 20.19 or newer with npm: https://nodejs.org/en/download'
node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' ||
  fail "Node $(node -v) is too old: 20.19 or newer is needed." 'install a newer one: https://nodejs.org/en/download'

# Packages that a developer brought to the state of the lock file by other means (npm install) are
# good too.
same='
const locked = require("./package-lock.json").packages, installed = require("./node_modules/.package-lock.json").packages;
const wanted = Object.entries(locked).filter(([path, entry]) => path && !entry.optional && !entry.devOptional);
process.exit(wanted.every(([path, { version }]) => installed[path]?.version === version) ? 0 : 1);'
if ! node -e "$same" 2> /dev/null || [ ! -x node_modules/.bin/node ]; then
  command -v npm > /dev/null || fail 'npm is not installed.' 'install it (it comes with Node: https://nodejs.org/en/download)'
  echo 'setup: installing packages (npm ci; once per lock file, about half a minute) …'
  started=$(date +%s)
  log=$(mktemp)
  if ! npm ci --no-audit --no-fund --loglevel=error < /dev/null > "$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    fail 'npm ci failed; what it said is above.' 'see that the npm registry can be reached (npm ping), then run this again'
  fi
  rm -f "$log"
  echo "setup: packages installed in $(($(date +%s) - started)) s"
fi
: > "$stamp"
