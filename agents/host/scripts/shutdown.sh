# UUID OWNER [-F] [SECONDS]: asks the guest to shut down; -F presses the power button where the
# guest has no PV drivers. `xl shutdown` waits for the guest's answer, up to a minute: with SECONDS
# no longer than that (124; the guest stays asked). 44 where the domain is not there.
need_uuid "${1-}"
[ $# -ge 2 ] || die 43 'usage: UUID OWNER [-F] [SECONDS]'
uuid=$1
owner=$2
shift 2
need_owner "$owner"
force=
seconds=
for arg; do
  case $arg in
    -F) force=-F ;;
    *) need_number "$arg" && seconds=$arg ;;
  esac
done
find_domain "$uuid"
[ -n "$domids" ] || die 44 "no domain $uuid"
check_mark "$uuid" "$owner"
each_domain ${seconds:+timeout "$seconds"} xl shutdown $force
