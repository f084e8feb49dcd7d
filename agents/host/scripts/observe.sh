# IMAGES_DIR [POOL_PATH…]: all that the agent looks at, in one round trip. Sections start with a line `=== name`, or `=== name FAILED CODE`
# where that part could not be told (its words are on stderr). Formats of ours: df `PATH TOTAL_BYTES FREE_BYTES` (a pool that is not there
# has no line), images `BYTES PATH`, disks `BYTES USED_BYTES PATH`, markers of pools and owners of disks `PATH LINE`, marks
# `/xenfleet/UUID = "MARK"`, the rest is what the command prints.
[ $# -ge 1 ] || die 43 'usage: IMAGES_DIR [POOL_PATH…]'
images=$1
shift

section() { # NAME COMMAND…
  name=$1
  shift
  if text=$("$@"); then
    printf '=== %s\n%s\n' "$name" "$text"
  else
    printf '=== %s FAILED %s\n%s\n' "$name" $? "$text"
  fi
}
bridges() {
  set +f
  for path in "$R"/sys/class/net/*/bridge; do
    [ ! -d "$path" ] || {
      path=${path%/bridge}
      echo "${path##*/}"
    }
  done
}
marks() {
  text=$(xenstore-ls -f /xenfleet 2>&1) || case $text in
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
  [ $# -eq 0 ] || df -B1 --output=file,size,avail -- "$@" | while read -r pool size free; do
    case $size in *[!0-9]*) ;; *) echo "${pool#"$R"} $size $free" ;; esac
  done
}
disks() {
  for pool; do
    [ ! -d "$R$pool" ] || find -H "$R$pool" -maxdepth 1 -type f ! -name '.*' ! -name '*.owner' -printf '%s %b %P\n' |
      while read -r size blocks name; do echo "$size $((blocks * 512)) $pool/$name"; done
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
section info xl info
section list xl list -v
section domains xl list -l
section marks marks
section bridges bridges
section df free "$@"
section images find -L "$R$images" -type f ! -name '.*' -printf '%s %P\n'
section disks disks "$@"
section markers markers "$@"
section owners owners "$@"
