# STATE_DIR UUID EPOCH CFG_PATH MARK: starts a domain unless its epoch is retired or it is there
# already.
[ $# -eq 5 ] || die 43 'usage: STATE_DIR UUID EPOCH CFG_PATH MARK'
need_uuid "$2"
need_number "$3"
read_refused "$R$1/fence/$2"
[ "$refused" -lt "$3" ] || {
  echo "retired $refused"
  exit 40
}
find_domain "$2"
[ -z "$rows" ] || {
  printf '%s' "$rows"
  exit 42
}
# The lock is the UUID's: a cfg of another UUID must not be started under it.
holds "$R$4" "$2" || die 43 "$4 does not carry $2"
xenstore-write "/xenfleet/$2" "$5" || exit $?
exec xl create -e "$R$4"
