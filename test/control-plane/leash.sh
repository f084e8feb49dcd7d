#!/bin/sh
# leash.sh <folder> <command> [argument…]: runs the command so that it never outlives the process
# that started this script.
# fd 3 is a pipe from that process: a word on it lets the leash go; its end (also after SIGKILL, a
# crash, Ctrl-C) kills the command and removes <folder> unless that is "". The command keeps the pid
# that the starter sees. Start it as the leader of a process group: the whole group is killed.
folder=$1
shift
(
  trap '' HUP INT TERM # whoever ends many processes at once must not end the leash before what it holds
  read -r _ <&3 && exit 0
  kill -KILL $$
  # The command's companions are being killed by their own leashes: try again while they still
  # write.
  [ -z "$folder" ] || for pause in 0.2 1 3; do sleep "$pause"; rm -rf "$folder" && [ ! -e "$folder" ] && break; done
  kill -KILL 0
) </dev/null >/dev/null 2>&1 &
exec "$@" 3<&-
