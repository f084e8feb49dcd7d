# Shared head of every script: set in front of each by agents/host/embed-scripts.ts. POSIX sh; runs
# on the Dom0 under `flock -o`. $XENFLEET_ROOT (default empty) goes before every file path. Exit
# codes of ours; anything else is the command's own:
#   40 RETIRED   41 UNKNOWN (what is there cannot be told)   42 EXISTS   43 BAD-INPUT   44 ABSENT
#   45 BUSY (of flock: the lock is held)   46 NO-POOL (the folder does not prove to be the pool)
#   47 MISSING (a disk that is known is not there)   48 NOT-YOURS   49 NOT-RAW
# Loops of the shell rather than awk and grep: most of a call's time is the starting of processes.
set -uf
umask 077
export LC_ALL=C
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

# Sets $rows: the lines of `xl list -v` that carry this UUID; and $domids: theirs. With DOMID and
# LETTER only that one, and only while the letter is in its state.
find_domain() { # UUID [DOMID LETTER]
  listing=$(xl list -v) || die 41 'xl list -v failed'
  rows=
  domids=
  while IFS= read -r line; do
    case $line in
      *" $1 "*) pick "$1" "${2-}" "${3-}" $line ;;
    esac
  done <<LIST
$listing
LIST
}

# Counted from the end of the line, since a foreign name may hold spaces: domid memory vcpus state
# time uuid reason label.
pick() { # UUID DOMID LETTER WORD…
  want_uuid=$1
  want_domid=$2
  want_letter=$3
  [ $# -ge 12 ] || return 0
  shift $(($# - 8))
  [ "$6" = "$want_uuid" ] || return 0
  case $want_domid in '' | "$1") ;; *) return 0 ;; esac
  case $4 in *"$want_letter"*) ;; *) return 0 ;; esac
  rows="$rows$line
"
  domids="$domids $1"
}

# Sets $refused: the highest epoch of a UUID that is refused here, 0 where none is known.
read_refused() { # FILE
  refused=0
  [ -e "$1" ] || return 0
  refused=
  read -r refused <"$1" || die 41 "unreadable refused epoch $1"
  case $refused in
    '' | *[!0-9]*) die 41 "unreadable refused epoch $1" ;;
  esac
}

holds() { # FILE WORD
  while IFS= read -r line; do
    case $line in *"$2"*) return 0 ;; esac
  done <"$1"
  return 1
}

need_owner() { # OWNER, which is "FLEET NAMESPACE/NAME"
  case $1 in ?*' '?*/?*) ;; *) die 43 "not an owner: $1" ;; esac
}

# Ends the script if the mark of the UUID names another owner. Whose the domain is was decided
# before the lock was had. No mark, or one that is not whole, proves nothing here.
check_mark() { # UUID OWNER
  mark=$(xenstore-read "/xenfleet/$1" 2>/dev/null) || return 0
  case $mark in ?*' '?*' '?*/?*) ;; *) return 0 ;; esac
  [ "${mark%% *} ${mark##* }" = "$2" ] || die 48 "domain $1 is marked \"$mark\", not \"$2\""
}

# Runs an xl command on every domain found; the last failure is the script's.
each_domain() { # COMMAND…
  code=0
  for domid in $domids; do
    "$@" "$domid" || code=$?
  done
  exit "$code"
}

# Sets $marker: the line in a pool's marker file, empty if there is none. A pool is a folder that
# holds one: the mount point of a file system that is not mounted does not.
read_marker() { # POOL_PATH
  marker=
  [ -d "$R$1" ] || die 46 "there is no folder $1"
  [ ! -L "$R$1/.xenfleet-pool" ] || die 46 "$1/.xenfleet-pool is a symlink"
  [ ! -e "$R$1/.xenfleet-pool" ] || read -r marker <"$R$1/.xenfleet-pool" || [ -n "$marker" ] || die 46 "$1/.xenfleet-pool is unreadable"
}

# Goes on only if the folder is this very pool. ID - is that of a marker without one.
need_pool() { # POOL_PATH POOL_NAME ID
  read_marker "$1"
  [ -n "$marker" ] || die 46 "$1 holds no .xenfleet-pool, so the file system of the pool is not mounted there"
  case $3:$marker in
    "$3:$2 $3" | "-:$2") ;;
    *) die 46 "$1/.xenfleet-pool says \"$marker\", not \"$2 $3\"" ;;
  esac
}

# Sets $disk, $part and $owner for a disk of a pool. The part is the host's own, since two hosts may
# write to a shared pool.
name_disk() { # POOL_PATH FILE
  case $2 in
    '' | .* | */* | *.owner) die 43 "not a disk's file name: $2" ;;
  esac
  disk=$R$1/$2
  part=$R$1/.$2.$(uname -n).part
  owner=$R$1/${2%.raw}.owner
  [ ! -L "$disk" ] || die 48 "$1/$2 is a symlink, which no disk is"
  [ ! -e "$disk" ] || [ -f "$disk" ] || die 48 "$1/$2 is there and is no file"
}

# Sets $owned: is there an owner file? Ends the script unless it names this VM.
check_owner() { # NAMESPACE NAME
  owned=
  [ ! -L "$owner" ] || die 48 "${owner#"$R"} is a symlink"
  [ -e "$owner" ] || return 0
  line=
  read -r line <"$owner" || [ -n "$line" ] || die 48 "${owner#"$R"} is unreadable"
  case $line in
    *",\"namespace\":\"$1\",\"name\":\"$2\"}") owned=yes ;;
    *) die 48 "${owner#"$R"} names another owner" ;;
  esac
}
