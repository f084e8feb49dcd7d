# PATH SIZE_BYTES: a disk only ever grows.
[ $# -eq 2 ] || die 43 'usage: PATH SIZE_BYTES'
need_number "$2"
[ -f "$R$1" ] || die 44 "no disk $1"
size=$(stat -Lc %s "$R$1") || exit $?
[ "$size" -le "$2" ] || die 43 "the disk has $size bytes, wanted $2"
[ "$size" -ne "$2" ] || {
  echo "kept $size"
  exit 0
}
truncate -s "$2" "$R$1" && sync "$R$1" || exit $?
echo "grown $2"
