# UUID: ends the domain at once; 0 and `absent` where it is not there.
need_uuid "${1-}"
domids=$(domids_of "$1") || exit $?
[ -n "$domids" ] || {
  echo absent
  exit 0
}
code=0
for domid in $domids; do
  xl destroy "$domid" || code=$?
done
exit "$code"
