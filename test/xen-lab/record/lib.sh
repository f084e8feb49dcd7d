# shellcheck shell=bash disable=SC2154
# What the scenes are made of. Sourced by main.sh, which sets $out (where the files go), $images,
# $disks, $console and $small (the kernel's command line).

rec() { # NAME COMMAND (a shell line)
  local name=$1 started code said
  shift
  said=$(mktemp -d)
  started=$EPOCHREALTIME
  timeout -k 1 "${LIMIT:-90}" bash -c "$*" > "$said/out" 2> "$said/err" < /dev/null
  code=$?
  {
    echo "# cmd: $*"
    echo "# exit: $code"
    echo "# secs: $(awk -v a="$started" -v b="$EPOCHREALTIME" 'BEGIN {printf "%.2f", b - a}')"
    echo '--- stdout'
    cat "$said/out"
    echo '--- stderr'
    cat "$said/err"
  } > "$out/$name.txt"
  rm -r "$said"
  echo "$name: $code"
  return $code
}

states_on() { # NAME
  # shellcheck disable=SC2016
  setsid bash -c '
    start=$EPOCHREALTIME last=
    while :; do
      now=$(xl list -v 2>&1 | awk "NR > 1 {n = NF; line = \$1; for (i = 2; i <= n - 8; i++) line = line \" \" \$i; printf \"%s|%s|%s|%s|%s|%s ; \", line, \$(n-7), \$(n-6), \$(n-5), \$(n-4), \$(n-1)}")
      [ "$now" = "$last" ] || { awk -v a="$start" -v b="$EPOCHREALTIME" "BEGIN {printf \"%6.2f  \", b - a}"; echo "$now"; last=$now; }
    done' > "$out/$1-states.txt" 2> /dev/null < /dev/null &
  sampler=$!
}

states_off() { sleep "${1:-1}"; kill -- "-$sampler" 2> /dev/null; wait "$sampler" 2> /dev/null; }

uuid_of() { printf '%08x-1111-4111-8111-%012x\n' "$1" "$1"; }

# cfg NAME NUMBER TYPE MiB [LINE…]: a configuration in the style of the agent, in cfg/NAME.cfg. The
# guest is called lab.NAME.
cfg() {
  local name=$1 number=$2 type=$3 mem=$4
  shift 4
  {
    printf 'name = "lab.%s"\nuuid = "%s"\ntype = "%s"\nvcpus = 1\nmaxvcpus = 1\nmemory = %s\nmaxmem = %s\n' "$name" "$(uuid_of "$number")" "$type" "$mem" "$mem"
    [ "$type" = hvm ] || printf 'kernel = "%s/debian/vmlinuz"\nramdisk = "%s/debian/initrd.gz"\n' $images $images
    [ $# = 0 ] || printf '%s\n' "$@"
    printf 'on_%s = "preserve"\n' poweroff reboot crash watchdog soft_reset
  } > "$name.cfg"
}

cmdline() { echo "cmdline = \"$small${1:+ $1}\""; }

disk() { echo "disk = [ \"format=raw,vdev=xvda,access=rw,target=$disks/$1.raw\" ]"; }

said() { grep -q "$2" "$console/guest-lab.$1.log" 2> /dev/null; }

until_said() { local i; for i in $(seq 60); do ! said "$1" "$2" || return 0; sleep 1; done; echo "!! $1 never said $2"; }

state_is() { xl list -v | awk -v name="lab.$1" -v state="$2" '$1 == name && $5 ~ state {found = 1} END {exit !found}'; }

until_state() { local i; for i in $(seq 60); do ! state_is "$1" "$2" || return 0; sleep 0.5; done; echo "!! $1 never $2"; }

clear_all() { local id; for id in $(xl list | awk 'NR > 1 && $(NF-4) != 0 {print $(NF-4)}'); do xl destroy "$id" 2> /dev/null; done; rm -f $console/*; }
