# STATE_DIR UUID EPOCH: from now on every epoch up to EPOCH is refused here; 0 only when moreover
# the domain is not here.
[ $# -eq 3 ] || die 43 'usage: STATE_DIR UUID EPOCH'
need_uuid "$2"
need_number "$3"
dir=$R$1/fence
mkdir -p "$dir" || exit 41
read_refused "$dir/$2"
if [ "$refused" -lt "$3" ]; then
  refused=$3
  # Durable before anything is said: the receipt must outlive a power loss.
  printf '%s\n' "$refused" >"$dir/.$2.tmp" && sync "$dir/.$2.tmp" && mv -f "$dir/.$2.tmp" "$dir/$2" && sync "$dir" || exit 41
fi
find_domain "$2"
[ -z "$rows" ] || {
  printf '%s' "$rows"
  exit 42
}
xenstore-rm "/xenfleet/$2" 2>/dev/null # The mark may be gone already, e.g. since a reboot.
echo "retired $refused"
