# UUID mem-set|vcpu-set N: live size, in MiB or vCPUs. 44 where the domain is not there.
[ $# -eq 3 ] || die 43 'usage: UUID mem-set|vcpu-set N'
need_uuid "$1"
need_number "$3"
case $2 in
  mem-set | vcpu-set) ;;
  *) die 43 "unknown act: $2" ;;
esac
domids=$(domids_of "$1") || exit $?
[ -n "$domids" ] || die 44 "no domain $1"
code=0
for domid in $domids; do
  xl "$2" "$domid" "$3" || code=$?
done
exit "$code"
