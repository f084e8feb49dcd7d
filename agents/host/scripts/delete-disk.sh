# POOL_PATH POOL_NAME POOL_ID FILE NAMESPACE NAME: removes a disk for good, with its owner file and
# what a crash has left of it. One that is not there is no error; a pool that is not there is one,
# since the disk is there still.
[ $# -eq 6 ] || die 43 'usage: POOL_PATH POOL_NAME POOL_ID FILE NAMESPACE NAME'
need_pool "$1" "$2" "$3"
name_disk "$1" "$4"
check_owner "$5" "$6"
word=absent
[ ! -e "$disk" ] || word=deleted
set +f
rm -f "$disk" "$R$1/.$4".*part || exit $?
# The owner goes last: if this is cut off, the next try still knows whose it is.
sync "$R$1" && rm -f "$owner" && sync "$R$1" || exit $?
echo "$word"
