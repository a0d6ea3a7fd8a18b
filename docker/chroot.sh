# shellcheck shell=bash
# Shared by prove.sh and fresh.sh: throwaway Debian 12 systems in folders. Sourced, not run.
#
# Everything happens in a mount and process namespace of its own, so that mounts and servers are
# gone when the script ends, however it ends; the folder with the systems is removed too. Needs root
# that may mount, and debootstrap. Mirrors and proxies are those of this machine's apt.

# shellcheck source=scripts/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

[[ $(id -u) == 0 ]] || die "$0 needs root, to mount and to chroot"
if [[ ${IN_OWN_NAMESPACE:-} != yes ]]; then
  unshare --mount --pid true 2>/dev/null || die "$0 needs the right to mount (CAP_SYS_ADMIN)"
  for tool in debootstrap curl ip setpriv; do
    command -v "$tool" >/dev/null || die "$0 needs $tool: apt-get install debootstrap curl iproute2"
  done
  work=$(mktemp -d "${TMPDIR:-/tmp}/whittle-proof.XXXXXX")
  trap 'rm -rf --one-file-system "$work"' EXIT
  code=0
  IN_OWN_NAMESPACE=yes WORK=$work unshare --mount --pid --fork --kill-child --mount-proc \
    bash "$0" "$@" </dev/null || code=$?
  exit "$code"
fi
work=${WORK:?}

proven() { printf 'proven: %s\n' "$*"; }

# The Debian repositories of this machine, one "URI SUITE COMPONENT" a line.
debian_repositories() {
  # shellcheck disable=SC2016  # apt's variables, not the shell's
  apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' 'Origin: Debian' | sort -u
}

# new_system FOLDER: the smallest Debian 12 there, like the image debian:12-slim. The first call
# fetches it, later ones copy.
new_system() {
  local base=$work/base repositories mirror
  if [[ ! -d $base ]]; then
    repositories=$(debian_repositories)
    [[ -n $repositories ]] || { apt-get update >&2; repositories=$(debian_repositories); }
    mirror=$(awk '$2 == "bookworm" && $3 == "main" { print $1; exit }' <<<"$repositories")
    [[ -n $mirror ]] || die "this machine's apt knows no Debian 12 (bookworm) mirror"
    say "debootstrap of Debian 12"
    debootstrap --variant=minbase bookworm "$base" "$mirror" >"$work/debootstrap.log" 2>&1 ||
      { tail -n 20 "$work/debootstrap.log" >&2; die "debootstrap failed"; }
    awk '{ print "deb", $1, $2, $3 }' <<<"$repositories" >"$base/etc/apt/sources.list"
    apt-config dump | grep -E '^Acquire::(http|https|Check|Retries|Force)' \
      >"$base/etc/apt/apt.conf.d/90-as-outside" || true
    cp /etc/resolv.conf /etc/hosts "$base/etc/"
  fi
  cp -a "$base" "$1"
  mount -t proc proc "$1/proc"
  mount -t devpts devpts "$1/dev/pts"  # as a container has it
}

# jpeg_size FILE: "WIDTHxHEIGHT" from the frame header, or nothing if it is no JPEG.
jpeg_size() {
  local hex
  hex=$(od -An -v -tx1 "$1" | tr -d ' \n')
  [[ $hex == ffd8ff* && $hex =~ ffc[012]001108(....)(....) ]] || return 0
  echo "$((16#${BASH_REMATCH[2]}))x$((16#${BASH_REMATCH[1]}))"
}

# wait_for URL SECONDS: until it answers with success.
wait_for() {
  curl --silent --show-error --fail --output /dev/null --noproxy '*' --retry "$(($2 * 5))" \
    --retry-delay 0 --retry-max-time "$2" --retry-all-errors "$1" 2>/dev/null
}

# expect_picture URL: fetches it and checks that it is a JPEG of 800 x 533.
expect_picture() {
  local size
  curl --silent --show-error --fail --noproxy '*' --output "$work/small.jpg" "$1"
  size=$(jpeg_size "$work/small.jpg")
  [[ $size == 800x533 ]] || die "$1 gave '${size:-no JPEG}', not a JPEG of 800x533"
}
