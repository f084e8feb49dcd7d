# IMAGES_DIR [POOL_PATH…]: all that the agent looks at, in one round trip. Sections start with a
# line `=== name`, or `=== name FAILED CODE` if that part could not be told in time (its words are
# on stderr). Formats of ours: df `PATH TOTAL_BYTES FREE_BYTES` (a pool that is not there has no
# line), bridges `NAME` or `NAME openvswitch`, xlconf the lines of xl.conf that matter, images
# `BYTES PATH`, disks `BYTES USED_BYTES PATH`, markers of pools and owners of disks `PATH LINE`,
# marks `/xenfleet/UUID = "MARK"`, the rest is what the command prints.
[ $# -ge 1 ] || die 43 'usage: IMAGES_DIR [POOL_PATH…]'
images=$1
shift

# Each section has a deadline and a failure of its own. They run side by side into files, and what
# hangs is left behind: a df on a dead NFS server may not even be killed, and must hold up neither
# the other sections nor the lock of this script. While it hangs, no second one is begun. What says
# nothing at all and always should has failed, too.
seconds=${XENFLEET_OBSERVE_SECONDS:-10}
speaks=' bootid hostname info cpupools list domains '
names=
dir=$(mktemp -d "$R/run/xenfleet/observe.XXXXXX") || exit 41
trap 'rm -rf "$dir"' EXIT

limit() { # COMMAND…
  timeout -k 1 "$seconds" "$@"
}
section() { # NAME COMMAND…
  part=$1
  shift
  names="$names $part"
  (
    exec 9>"$R/run/xenfleet/.observe-$part"
    if flock -n 9; then "$@"; else (exit 75); fi
    echo $? >"$dir/$part.end" && mv "$dir/$part.end" "$dir/$part.code"
  ) >"$dir/$part" 2>"$dir/$part.err" </dev/null &
  echo $! >"$dir/$part.pid"
}
unfinished() {
  for name in $names; do
    [ -e "$dir/$name.code" ] || return 0
  done
  return 1
}
tell() { # NAME
  code=124
  [ ! -e "$dir/$1.code" ] || read -r code <"$dir/$1.code"
  text=$(cat "$dir/$1")
  [ -n "$text" ] || case $speaks in *" $1 "*) [ "$code" -ne 0 ] || code=41 ;; esac
  case $code in
    0) printf '=== %s\n%s\n' "$1" "$text" ;;
    *) printf '=== %s FAILED %s\n%s\n' "$1" "$code" "$text" ;;
  esac
  cat "$dir/$1.err" >&2
  [ -e "$dir/$1.code" ] || {
    read -r pid <"$dir/$1.pid"
    kill -KILL "$pid" 2>/dev/null || :
  }
}
bridges() {
  set +f
  for path in "$R"/sys/class/net/*/bridge; do
    [ ! -d "$path" ] || {
      path=${path%/bridge}
      echo "${path##*/}"
    }
  done
  command -v ovs-vsctl >/dev/null || return 0
  text=$(limit ovs-vsctl list-br) || return 0
  for path in $text; do echo "$path openvswitch"; done
}
xlconf() {
  [ -e "$R/etc/xen/xl.conf" ] || return 0
  while IFS= read -r line; do
    case $line in *autoballoon*) printf '%.200s\n' "$line" ;; esac
  done <"$R/etc/xen/xl.conf"
}
marks() {
  text=$(limit xenstore-ls -f /xenfleet 2>&1) || case $text in
    *'No such file'*) return 0 ;;
    *) echo "$text" >&2 && return 1 ;;
  esac
  printf '%s\n' "$text"
}
# Of pools that are not there df says so on stderr, and the others are told.
free() {
  for pool; do
    shift
    set -- "$@" "$R$pool"
  done
  [ $# -gt 0 ] || return 0
  text=$(limit df -B1 --output=file,size,avail -- "$@")
  code=$?
  [ "$code" -le 1 ] || return "$code"
  while read -r pool size free; do
    case $size in '' | *[!0-9]*) ;; *) echo "${pool#"$R"} $size $free" ;; esac
  done <<LIST
$text
LIST
}
disks() {
  for pool; do
    [ -d "$R$pool" ] || continue
    text=$(limit find -H "$R$pool" -maxdepth 1 -type f ! -name '.*' ! -name '*.owner' -printf '%s %b %P\n') || return
    while read -r size blocks name; do
      [ -z "$name" ] || echo "$size $((blocks * 512)) $pool/$name"
    done <<LIST
$text
LIST
  done
}
first_lines() { # FILE…
  for file; do
    [ -f "$file" ] && [ ! -L "$file" ] || continue
    line=
    read -r line <"$file"
    printf '%s %.400s\n' "${file#"$R"}" "$line"
  done
}
markers() {
  for pool; do first_lines "$R$pool/.xenfleet-pool"; done
}
owners() {
  set +f
  for pool; do first_lines "$R$pool"/*.owner; done
}
section bootid cat "$R/proc/sys/kernel/random/boot_id"
section hostname uname -n
section policy cat "$R/etc/xenfleet/policy.json"
section info limit xl info
section cpupools limit xl cpupool-list
section xlconf xlconf
section list limit xl list -v
section domains limit xl list -l
section marks marks
section bridges bridges
section df free "$@"
section images limit find -L "$R$images" -type f ! -name '.*' -printf '%s %P\n'
section disks disks "$@"
section markers markers "$@"
section owners owners "$@"

# A little longer than the deadline, so that what was killed by it can say so.
looks=$(((seconds + 2) * 20))
while unfinished && [ "$looks" -gt 0 ]; do
  looks=$((looks - 1))
  sleep 0.05
done
for name in $names; do tell "$name"; done
