# Shared head of every script: set in front of each by agents/host/embed-scripts.ts. POSIX sh; runs on the Dom0 under `flock -o`.
# $XENFLEET_ROOT (default empty) goes before every file path. Exit codes of ours; anything else is the command's own:
#   40 RETIRED   41 UNKNOWN (what is there cannot be told)   42 EXISTS   43 BAD-INPUT   44 ABSENT   (45 BUSY is flock's: the lock is held)
set -u
umask 077
R=${XENFLEET_ROOT:-}

die() { # CODE WORDS
  code=$1
  shift
  printf '%s\n' "$*" >&2
  exit "$code"
}

need_uuid() {
  case $1 in
    *[!0-9a-f-]* | ?????????????????????????????????????*) die 43 "not a UUID: $1" ;;
    ????????-????-????-????-????????????) ;;
    *) die 43 "not a UUID: $1" ;;
  esac
}

need_number() {
  case $1 in
    '' | *[!0-9]* | ???????????????????*) die 43 "not a number: $1" ;;
  esac
}

# The rows of `xl list -v` that carry this UUID. Counted from the end of the line, since a foreign name may hold spaces.
rows_of() {
  listing=$(xl list -v) || die 41 'xl list -v failed'
  printf '%s\n' "$listing" | awk -v uuid="$1" 'NF >= 8 && $(NF - 2) == uuid'
}

domids_of() {
  rows=$(rows_of "$1") || exit $?
  printf '%s\n' "$rows" | awk 'NF { print $(NF - 7) }'
}

# The highest retired epoch of a UUID; 0 where none is known.
fence_of() { # FILE
  [ -e "$1" ] || {
    echo 0
    return
  }
  fence=$(cat "$1") || exit 41
  case $fence in
    '' | *[!0-9]*) die 41 "unreadable fence $1" ;;
  esac
  echo "$fence"
}
