# UUID [DOMID]: ends the domain at once; 0 and `absent` where it is not there. With DOMID that one only: what was started since is spared.
need_uuid "${1-}"
domids=$(domids_of "$1") || exit $?
if [ -n "${2-}" ]; then
  need_number "$2"
  domids=$(printf '%s\n' "$domids" | grep -xF -- "$2")
fi
[ -n "$domids" ] || {
  echo absent
  exit 0
}
code=0
for domid in $domids; do
  xl destroy "$domid" || code=$?
done
exit "$code"
