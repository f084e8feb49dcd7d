# make|known POOL_PATH POOL_NAME POOL_ID FILE SIZE_BYTES IMAGE_DIR IMAGE|- FLEET NAMESPACE NAME
# ro|rw: a sparse disk, blank or from an image; one that exists is kept, if it is this VM's, and
# grown if it is smaller. A disk that is known is never made anew. The owner file comes first and
# nothing is ever overwritten, so a crash at any line leaves what the next try can go on from.
# Says `made|grown|kept BYTES`: how large the file is now.
[ $# -eq 12 ] || die 43 'usage: make|known POOL_PATH POOL_NAME POOL_ID FILE SIZE_BYTES IMAGE_DIR IMAGE|- FLEET NAMESPACE NAME ro|rw'
case $1 in make | known) ;; *) die 43 "make or known, not $1" ;; esac
case ${12} in ro | rw) ;; *) die 43 "ro or rw, not ${12}" ;; esac
need_number "$6"
need_pool "$2" "$3" "$4"
name_disk "$2" "$5"
check_owner "${10}" "${11}"

write_owner() { # FLEET NAMESPACE NAME
  [ -z "$owned" ] || return 0
  rm -f "$part" && printf '{"fleet":"%s","namespace":"%s","name":"%s"}\n' "$@" >"$part" && sync "$part" && appear "$part" "$owner"
}
# Gives a whole file its name, unless something has that name. Some file systems have no hard links.
appear() { # PART FILE
  if ! ln "$1" "$2" 2>/dev/null && ! [ "$1" -ef "$2" ]; then
    [ ! -e "$2" ] && [ ! -L "$2" ] || die 48 "${2#"$R"} has appeared meanwhile; nothing was overwritten"
    mv -n "$1" "$2" || return
    [ ! -e "$1" ] || die 48 "${2#"$R"} has appeared meanwhile; nothing was overwritten"
  fi
  rm -f "$1" && sync "${2%/*}"
}
# Sets $word and $size: what became of a disk that is there. It is never shrunk, nor touched if it
# is only read; and a domain that is there keeps what it was started with.
grow() { # FILE SIZE_BYTES ro|rw
  word=kept
  size=$(stat -c %s "$disk") || return
  [ "$size" -lt "$2" ] && [ "$3" = rw ] || return 0
  find_domain "${1%%.*}"
  [ -z "$rows" ] || return 0
  # Without -c a file that has gone meanwhile would be a blank disk; without > it could be shrunk.
  truncate -c -s ">$2" "$disk" && sync "$disk" && size=$(stat -c %s "$disk") && word=grown
}
# Sets $source: the real file of an image, which must be below the image directory.
find_image() { # IMAGE_DIR IMAGE
  root=$(readlink -f "$R$1") && source=$(readlink -f "$R$1/$2") && [ -f "$source" ] || die 43 "no image $1/$2"
  case $source in "$root"/*) ;; *) die 49 "image $2 is a link to a file outside of $1" ;; esac
}
need_raw() { # FILE IMAGE
  magic=$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')
  tail=$(tail -c 512 "$1" | head -c 8 | od -An -tx1 | tr -d ' \n')
  format=
  case $magic in
    514649fb*) format=qcow2 ;;
    51454400*) format=qed ;;
    4b444d56* | 23204469736b2044) format=vmdk ;;
    7668647866696c65) format=vhdx ;;
    3c3c3c20*) format=vdi ;;
    1f8b* | fd377a58* | 28b52ffd* | 425a68* | 504b0304*) die 49 "image $2 is compressed: unpack it first, then name the raw file" ;;
  esac
  case $magic:$tail in *636f6e6563746978*) format=vpc ;; esac
  [ -z "$format" ] || die 49 "image $2 is not raw: convert it with \`qemu-img convert -f $format -O raw FROM TO\`"
}

if [ -e "$disk" ]; then
  [ -n "$owned" ] || [ "$1" = known ] || die 48 "$2/$5 is there without an owner file"
  write_owner "$9" "${10}" "${11}" && grow "$5" "$6" "${12}" && echo "$word $size"
  exit $?
fi
[ "$1" = make ] || die 47 "no disk $2/$5"
if [ "$8" != - ]; then
  find_image "$7" "$8"
  size=$(stat -c %s "$source") || exit $?
  need_raw "$source" "$8"
  [ "$size" -le "$6" ] || die 43 "image $8 has $size bytes, the disk $6"
fi
write_owner "$9" "${10}" "${11}" && rm -f "$part" || exit $?
if [ "$8" != - ]; then
  cp --no-dereference --sparse=always --reflink=auto "$source" "$part" && [ ! -L "$part" ]
else
  : >"$part"
fi && truncate -s "$6" "$part" && sync "$part" && appear "$part" "$disk" || {
  code=$?
  rm -f "$part"
  exit "$code"
}
echo "made $6"
