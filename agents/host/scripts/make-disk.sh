# PATH SIZE_BYTES IMAGE_PATH|-: a sparse disk, blank or from an image; one that exists is kept as it is. The pool's folder is never made
# here: where a mount is missing the disk must not land beneath it.
[ $# -eq 3 ] || die 43 'usage: PATH SIZE_BYTES IMAGE_PATH|-'
need_number "$2"
disk=$R$1
[ -d "${disk%/*}" ] || die 43 "no folder ${1%/*}"
[ ! -e "$disk" ] || {
  size=$(stat -Lc %s "$disk") && echo "kept $size"
  exit $?
}
part=${disk%/*}/.${disk##*/}.part # Left behind by a crash it is overwritten by the next try.
rm -f "$part" || exit $?
if [ "$3" != - ]; then
  [ -f "$R$3" ] || die 43 "no image $3"
  size=$(stat -Lc %s "$R$3") || exit $?
  [ "$size" -le "$2" ] || die 43 "image $3 has $size bytes, the disk $2"
  cp --sparse=always --reflink=auto "$R$3" "$part"
else
  : >"$part"
fi && truncate -s "$2" "$part" && sync "$part" && mv -f "$part" "$disk" && sync "${disk%/*}" || {
  code=$?
  rm -f "$part"
  exit "$code"
}
echo "made $2"
