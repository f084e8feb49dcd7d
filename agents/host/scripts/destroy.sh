# UUID OWNER [DOMID LETTER]: ends the domain at once; 0 and `absent` where it is not there. With
# DOMID that one only, and only while LETTER (p or s) is in its state: what was started or went on
# meanwhile is spared.
need_uuid "${1-}"
case $#${4-} in
  2) ;;
  4p | 4s) need_number "$3" ;;
  *) die 43 'usage: UUID OWNER [DOMID LETTER]' ;;
esac
need_owner "$2"
find_domain "$1" "${3-}" "${4-}"
[ -n "$domids" ] || {
  echo absent
  exit 0
}
check_mark "$1" "$2"
each_domain xl destroy
