# UUID mem-set|vcpu-set N: live size, in MiB or vCPUs. 44 where the domain is not there.
[ $# -eq 3 ] || die 43 'usage: UUID mem-set|vcpu-set N'
need_uuid "$1"
need_number "$3"
find_domain "$1"
[ -n "$domids" ] || die 44 "no domain $1"
size=$3
mem_set() { xl mem-set "$1" "$size"; }
vcpu_set() { xl vcpu-set "$1" "$size"; }
case $2 in
  mem-set) each_domain mem_set ;;
  vcpu-set) each_domain vcpu_set ;;
  *) die 43 "unknown act: $2" ;;
esac
