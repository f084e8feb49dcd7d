# Part of lab.sh: the running nodes. Not to be run by itself.
# A node's folder $run/N: image (the path it was booted from), disk.qcow2 (an overlay), pid, port
# (its ssh on 127.0.0.1), started, serial.log, qemu.log.

in_dom0() { # N COMMAND…, with the keys of the image that this node was booted with
  local n=$1 p
  shift
  p=$(port "$n")
  ssh -q -i "$(cat "$run/$n/image")/agent-key" -o IdentitiesOnly=yes -o BatchMode=yes -o "UserKnownHostsFile=$run/$n/known_hosts" \
    -o HostKeyAlias=xen-lab -o ConnectTimeout="${connect_timeout:-10}" -o ServerAliveInterval=15 -p "$p" root@127.0.0.1 "$@"
}
# QEMU 7.2 emulates these features wrongly: with smap/smep Dom0 dies at its first return to user
# space, with rdtscp Xen kills PVH and HVM guests, with xsave (AVX) memory corruption was seen.
cpu=max,-smap,-smep,-la57,-rdtscp,-xsave

port() { cat "$run/$1/port" 2> /dev/null || fail "node $1 is not running (lab.sh boot $1)"; }
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

boot() {
  local n=$1 keep=${2:-} dir=$run/$1 tries
  [ -r "$image/base.img" ] || fail "no image yet (lab.sh build)"
  ! alive "$n" || fail "node $n is already running"
  mkdir -p "$dir"
  [ -n "${XENLAB_TIED:-}" ] || rm -f "$run/abandoned"
  if [ "$keep" = --keep ] && [ -e "$dir/disk.qcow2" ]; then
    image=$(cat "$dir/image")
  else
    keep=
    echo "$image" > "$dir/image"
    qemu-img create -q -f qcow2 -b "$image/base.img" -F raw "$dir/disk.qcow2"
  fi
  echo "$keep" > "$dir/keep" # for the second try of wait_ready
  echo "xen-lab $(cut -d' ' -f1,2 "$image/host-key.pub")" > "$dir/known_hosts"
  abandoned "$n"
  for tries in 1 2 3 4 5; do # the port was free a moment ago; if somebody took it meanwhile, take another
    free_port > "$dir/port"
    start_qemu "$n"
    sleep 0.5
    abandoned "$n"
    if alive "$n"; then
      say "node $n boots (pid $(cat "$dir/pid"), ssh port $(cat "$dir/port"))"
      return
    fi
  done
  fail "QEMU ends at once: $(tail -n 1 "$dir/qemu.log")"
}

# tie.sh leaves this mark: nobody is left to stop what would be started now.
abandoned() { [ ! -e "$run/abandoned" ] || { stop "$1"; fail "the caller is gone"; }; }

start_qemu() {
  local n=$1 dir=$run/$1 peer=$(($1 % 2 ? $1 + 1 : $1 - 1))
  date +%s.%N > "$dir/started"
  (
    cd "$run" # the network of the Dom0s is a pair of sockets here: a relative name keeps within the length that sockets may have
    exec setsid qemu-system-x86_64 -name "xen-lab-$n" -M pc -accel tcg,thread=multi,tb-size=512 -cpu "$cpu" -smp "$smp" -m "$mem" \
      -nodefaults -display none -no-reboot -serial "file:$dir/serial.log" \
      -kernel "$image/xen" \
      -append "console=com1 com1=115200,8n1 dom0_mem=${dom0_mem}M,max:${dom0_mem}M dom0_max_vcpus=1 noreboot bootscrub=0 sched=credit2 spec-ctrl=no xpti=no loglvl=info guest_loglvl=info" \
      -initrd "$image/vmlinux console=hvc0 root=/dev/vda rw mitigations=off nokaslr loglevel=5 clocksource=xen lab.node=$n,$image/dom0-initrd.gz" \
      -drive "if=none,id=disk,file=$dir/disk.qcow2,format=qcow2,cache=unsafe,discard=unmap" -device virtio-blk-pci,drive=disk \
      -netdev "user,id=ssh,net=10.0.2.0/24,restrict=on,hostfwd=tcp:127.0.0.1:$(cat "$dir/port")-10.0.2.15:22" \
      -device "virtio-net-pci,netdev=ssh,mac=52:54:00:01:00:0$n,romfile=" \
      -netdev "dgram,id=lan,local.type=unix,local.path=lan-$n.sock,remote.type=unix,remote.path=lan-$peer.sock" \
      -device "virtio-net-pci,netdev=lan,mac=52:54:00:02:00:0$n,romfile=" \
      -device virtio-rng-pci
  ) > "$dir/qemu.log" 2>&1 < /dev/null 8>&- &
  echo $! > "$dir/pid"
}

answers() { connect_timeout=20 in_dom0 "$1" 'timeout 20 xl info > /dev/null' < /dev/null > /dev/null 2>&1; }

# 0: answers; 1: QEMU ended or the time is over.
wait_once() {
  local n=$1 deadline=$((SECONDS + boot_timeout))
  while [ $SECONDS -lt $deadline ] && alive "$n"; do
    if grep -q '^LAB .* ready' "$run/$n/serial.log" 2> /dev/null && answers "$n"; then # a try before that would only slow it down
      say "node $n answers $(awk -v a="$(cat "$run/$n/started")" -v b="$(date +%s.%N)" 'BEGIN {printf "%.1f", b - a}') s after its start"
      return 0
    fi
    sleep 1
  done
  return 1
}

wait_ready() {
  local n=$1
  wait_once "$n" && return
  say "node $n $(alive "$n" && echo "did not answer within $boot_timeout s" || echo "ended while it booted") ($(tail -n 1 "$run/$n/serial.log" 2> /dev/null | tr -cd '[:print:]')); trying once more"
  cp "$run/$n/serial.log" "$run/$n/serial-first.log" 2> /dev/null || true
  stop "$n"
  boot "$n" "$(cat "$run/$n/keep")"
  wait_once "$n" || fail "node $n does not answer, see $run/$n/serial.log" 4
}

up() {
  check > /dev/null || check
  install_packages
  build
  boot "$1"
  wait_ready "$1"
}

stop() {
  local n=$1 pid
  if alive "$n"; then
    pid=$(cat "$run/$n/pid")
    kill "$pid" 2> /dev/null || true
    for _ in $(seq 50); do alive "$n" || break; sleep 0.1; done
    ! alive "$n" || kill -9 "$pid"
    say "node $n ended"
  fi
  rm -f "$run/$n/pid" "$run/$n/port" "$run/lan-$n.sock"
}

nodes() { local dir; for dir in "$run"/[1-4]/; do [ -d "$dir" ] && basename "$dir"; done; return 0; }
stop_all() { local n; for n in $(nodes); do stop "$n"; done; }

status() {
  local n
  [ -r "$image/base.img" ] && echo "image $image" || echo "image: not built"
  for n in $(nodes); do
    if alive "$n"; then echo "node $n: pid $(cat "$run/$n/pid"), ssh port $(port "$n"), $(answers "$n" && echo "xl answers" || echo "silent")"
    else echo "node $n: off"; fi
  done
}

put() { # N FILE PATH
  [ $# = 3 ] || fail "put N FILE PATH" 2
  in_dom0 "$1" "cat > '$3'" < "$2"
}

info() {
  local n=$1 hash image
  alive "$n" || fail "node $n is not running (lab.sh boot $n)"
  image=$(cat "$run/$n/image")
  hash=$(ssh-keygen -lf "$image/host-key.pub" | cut -d' ' -f2)
  python3 - "$n" "$run" "$image" "$(port "$n")" "$hash" "$(cut -d' ' -f1,2 "$image/host-key.pub")" "$(cat "$run/$n/pid")" << 'END'
import json, sys
n, run, image, port, digest, key, pid = sys.argv[1:]
print(json.dumps({'node': int(n), 'host': '127.0.0.1', 'port': int(port), 'user': 'root', 'privateKeyPath': f'{image}/agent-key',
    'hostKey': key, 'hostKeySha256': digest, 'consoleDir': '/var/log/xen/console', 'pid': int(pid), 'serialLog': f'{run}/{n}/serial.log'}, indent=2))
END
}
