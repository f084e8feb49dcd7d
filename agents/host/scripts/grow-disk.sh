# POOL_PATH POOL_NAME POOL_ID FILE SIZE_BYTES: a disk only ever grows.
[ $# -eq 5 ] || die 43 'usage: POOL_PATH POOL_NAME POOL_ID FILE SIZE_BYTES'
need_number "$5"
need_pool "$1" "$2" "$3"
name_disk "$1" "$4"
[ -e "$disk" ] || die 44 "no disk $1/$4"
size=$(stat -c %s "$disk") || exit $?
[ "$size" -le "$5" ] || die 43 "the disk has $size bytes, wanted $5"
[ "$size" -ne "$5" ] || {
  echo "kept $size"
  exit 0
}
truncate -s "$5" "$disk" && sync "$disk" || exit $?
echo "grown $5"
