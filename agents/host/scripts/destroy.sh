# UUID [DOMID LETTER]: ends the domain at once; 0 and `absent` where it is not there. With DOMID that one only, and only while LETTER (p or
# s) is in its state: what was started or went on meanwhile is spared.
need_uuid "${1-}"
case $#${3-} in
  1) ;;
  3p | 3s) need_number "$2" ;;
  *) die 43 'usage: UUID [DOMID LETTER]' ;;
esac
find_domain "$@"
[ -n "$domids" ] || {
  echo absent
  exit 0
}
each_domain xl destroy
