# UUID [-F]: asks the guest to shut down; -F presses the power button where the guest has no PV drivers. 44 where it is not there.
need_uuid "${1-}"
case ${2-} in
  '' | -F) ;;
  *) die 43 'usage: UUID [-F]' ;;
esac
domids=$(domids_of "$1") || exit $?
[ -n "$domids" ] || die 44 "no domain $1"
code=0
for domid in $domids; do
  xl shutdown ${2:+"$2"} "$domid" || code=$?
done
exit "$code"
