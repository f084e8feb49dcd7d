# Part of lab.sh: what this machine must offer, and the image. Not to be run by itself.

packages=(debootstrap qemu-system-x86 qemu-utils e2fsprogs openssh-client gzip python3 util-linux)
tools=(debootstrap qemu-system-x86_64 qemu-img mkfs.ext4 ssh gzip python3 unshare flock)

# apt_mirror LABEL: the first mirror of that label ("Debian", "Debian-Security") among apt's own
# sources.
apt_mirror() {
  apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' 2> /dev/null |
    awk -F'|' -v label="$1" '$1 == "Debian" && $2 == label {print $3; exit}'
}
# Before the first `apt-get update` apt knows labels of nothing: then take what its sources say.
configured_mirror() {
  local found
  found=$(apt_mirror "$1")
  [ -n "$found" ] || found=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2> /dev/null | grep -m1 -E "$2" || true)
  echo "$found"
}
mirror() { echo "${XENLAB_MIRROR:-$(configured_mirror Debian '/debian/?$')}"; }
security_mirror() { echo "${XENLAB_SECURITY_MIRROR:-$(configured_mirror Debian-Security '/debian-security/?$')}"; }

missing_tools() { local tool; for tool in "${tools[@]}"; do command -v "$tool" > /dev/null || echo "$tool"; done; }
free_mib() { df -Pm "$1" | awk 'NR == 2 {print $4}'; }

# Prints why this machine cannot run the lab; nothing if it can.
reason() {
  [ "${XENLAB:-}" != off ] || { echo "switched off by XENLAB=off"; return; }
  [ "$(uname -sm)" = 'Linux x86_64' ] || { echo "needs Linux on x86-64, this is $(uname -sm)"; return; }
  local available
  available=$(awk '/^MemAvailable/ {print int($2 / 1024)}' /proc/meminfo)
  [ "$available" -ge 1500 ] || { echo "a node needs about 1500 MiB of memory, $available MiB are available"; return; }
  if [ -z "$(missing_tools)" ] && [ -r "$image/base.img" ] && [ -r "$image/agent-key" ]; then return; fi
  [ "$(id -u)" = 0 ] || { echo "needs root to make its Dom0 image (debootstrap, chroot)"; return; }
  command -v apt-get > /dev/null || { echo "needs apt-get to fetch Debian packages"; return; }
  [ -n "$(mirror)" ] || { echo "apt has no Debian mirror set up (XENLAB_MIRROR names one)"; return; }
  [ -n "$(security_mirror)" ] || { echo "apt has no Debian security mirror set up (XENLAB_SECURITY_MIRROR names one)"; return; }
  unshare --mount true 2> /dev/null || { echo "needs the right to mount (CAP_SYS_ADMIN)"; return; }
  mkdir -p "$cache"
  [ "$(free_mib "$cache")" -ge 3000 ] || echo "needs 3000 MiB free in $cache, $(free_mib "$cache") MiB are"
}

check() {
  local why
  why=$(reason)
  [ -z "$why" ] || { echo "$why"; exit 3; }
  echo ok
}

install_packages() {
  [ -n "$(missing_tools)" ] || return 0
  [ "$(id -u)" = 0 ] || fail "missing: $(missing_tools | xargs); only root can install them (apt-get install ${packages[*]})" 3
  mkdir -p "$cache"
  say "installing $(missing_tools | xargs) (apt-get, about half a minute)"
  {
    apt-get update
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${packages[@]}"
  } > "$cache/install.log" 2>&1 < /dev/null || fail "apt-get failed, see $cache/install.log: $(grep '^E:' "$cache/install.log" | head -n 1)"
}

# stage NAME TARGET COMMAND…: runs COMMAND, which makes the folder TARGET.tmp, and only then gives
# it its name.
stage() {
  local name=$1 target=$2 started=$SECONDS log=$cache/$1.log line
  shift 2
  rm -rf --one-file-system "$target.tmp"
  mkdir -p "$target.tmp"
  : > "$log"
  nice -n 10 unshare --mount --pid --fork --kill-child --mount-proc "$@" > "$log" 2>&1 < /dev/null &
  local pid=$! shown=
  while kill -0 $pid 2> /dev/null; do
    line=$(grep '^STEP ' "$log" | tail -n 1 || true)
    if [ "$line" != "$shown" ]; then say "$name [$((SECONDS - started)) s] ${line#STEP }"; fi
    shown=$line
    sleep 1
  done
  wait $pid || fail "building the $name failed, see $log: $(grep -E '^(E:|.*rror)' "$log" | tail -n 1)"
  mv -T "$target.tmp" "$target"
  say "$name ready after $((SECONDS - started)) s"
}

build() {
  [ ! -r "$image/base.img" ] || return 0
  local why
  why=$(reason)
  [ -z "$why" ] || fail "$why" 3
  [ -z "$(missing_tools)" ] || fail "missing: $(missing_tools | xargs) (lab.sh install)" 3
  mkdir -p "$cache"
  exec 8> "$cache/lock"
  flock -n 8 || { say "another build is at work, waiting for it"; flock 8; }
  if [ ! -d "$root" ]; then
    say "making the Dom0 from Debian packages, once (2 to 4 minutes)"
    stage root "$root" "$here/src/build-root.sh" "$root.tmp" "$(mirror)" "$(security_mirror)"
  fi
  [ -r "$image/base.img" ] || stage image "$image" "$here/src/build-image.sh" "$root" "$image.tmp"
  exec 8>&-
}

clean() {
  local dir
  for dir in "$cache"/*/; do
    case ${dir%/} in "$root" | "$image") ;; *) say "removing $dir"; rm -rf --one-file-system "$dir" ;; esac
  done
}
