# Prints a line for everything that the scripts need and this Dom0 lacks. It runs without a lock,
# since flock may be what is missing.
mkdir -p "$R/run/xenfleet" || exit $?
dir=$R/run/xenfleet/preflight.$$
mkdir "$dir" || exit $?
trap 'rm -rf "$dir"' EXIT
file=$dir/file
: >"$file" || exit $?

try() { # WORDS COMMAND…
  words=$1
  shift
  "$@" >/dev/null 2>&1 </dev/null || echo "$words"
}
for name in xl xenstore-read xenstore-write xenstore-rm xenstore-ls; do
  try "$name (Xen's tools)" command -v "$name"
done
try 'flock with -o, -w and -E (util-linux)' flock -o -w 1 -E 45 "$file" true
try 'setsid (util-linux)' setsid true
try 'timeout with -k (coreutils)' timeout -k 1 5 true
try 'find with -printf (findutils)' find -H "$dir" -maxdepth 1 -printf '%s %b %P\n'
try 'df with -B1 and --output (coreutils)' df -B1 --output=file,size,avail -- "$dir"
try 'sync of one file (coreutils)' sync "$file"
try 'readlink with -f (coreutils)' readlink -f "$file"
try 'stat with -c (coreutils)' stat -c %s "$file"
try 'truncate with -s (coreutils)' truncate -s 4096 "$file"
try 'cp with --no-dereference, --sparse and --reflink (coreutils)' cp --no-dereference --sparse=always --reflink=auto "$file" "$dir/copy"
try 'ln (coreutils)' ln "$file" "$dir/link"
try 'mv with -n (coreutils)' mv -n "$dir/link" "$dir/moved"
try 'mv with -T (coreutils)' mv -fT "$dir/copy" "$dir/moved"
try 'mktemp with -d (coreutils)' mktemp -d "$dir/XXXXXX"
try 'od with -An and -tx1 (coreutils)' od -An -tx1 "$dir/moved"
try 'head and tail with -c (coreutils)' sh -c 'head -c 8 "$1" && tail -c 8 "$1"' sh "$dir/moved"
try 'sleep of parts of a second (coreutils)' sleep 0.01
