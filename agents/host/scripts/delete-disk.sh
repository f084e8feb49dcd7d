# PATH: removes a disk for good; one that is not there is no error.
[ $# -eq 1 ] || die 43 'usage: PATH'
[ -e "$R$1" ] || {
  echo absent
  exit 0
}
[ -f "$R$1" ] || die 43 "not a file: $1"
rm -f "$R$1" && sync "${R}${1%/*}" || exit $?
echo deleted
