# POOL_PATH POOL_NAME mark|look: prints the marker of a pool, `NAME ID`. `mark` makes it if there is
# none and the folder is empty: if anything is in it, it may be something else than this pool, and
# an administrator must say what.
[ $# -eq 3 ] || die 43 'usage: POOL_PATH POOL_NAME mark|look'
read_marker "$1"
if [ -z "$marker" ]; then
  [ "$3" = mark ] || die 46 "$1 holds no .xenfleet-pool"
  found=$(find "$R$1/" -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.xenfleet-pool.*.part') || exit $?
  [ -z "$found" ] || die 46 "$1 holds no .xenfleet-pool, and is not empty"
  read -r id </proc/sys/kernel/random/uuid || exit $?
  part=$R$1/.xenfleet-pool.$(uname -n).part
  rm -f "$part" && echo "$2 $id" >"$part" && sync "$part" && mv -n "$part" "$R$1/.xenfleet-pool" && sync "$R$1" || exit $?
  read_marker "$1"
fi
case $marker in
  "$2" | "$2 "*) echo "$marker" ;;
  *) die 46 "$1 belongs to pool ${marker%% *}" ;;
esac
