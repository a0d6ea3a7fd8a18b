#!/usr/bin/env bash
# Proves the first page of README: clones this repository's last commit into a Debian 12 with nothing
# installed, runs ./scripts/test and ./scripts/run there and asks for a picture. Needs root; takes
# as long as a full build; leaves nothing behind.
#
#   docker/fresh.sh [presets for scripts/test]
set -euo pipefail
# shellcheck source=docker/chroot.sh
source "$(dirname "$0")/chroot.sh"

root=$work/fresh
new_system "$root"
git clone --quiet --no-hardlinks "$PWD" "$root/whittle"
# A list and not a function, so that in the background it is one process, which signals reach.
inside=(env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin ${http_proxy:+"http_proxy=$http_proxy"}
  ${https_proxy:+"https_proxy=$https_proxy"} chroot "$root")

say "./scripts/test $*"
"${inside[@]}" /whittle/scripts/test "$@" </dev/null | tee "$work/test.log"
tail -n 1 "$work/test.log" | grep -qE '^[1-9][0-9]* passed, 0 failed' || die "tests failed"
proven "./scripts/test on an empty Debian 12: $(tail -n 1 "$work/test.log"), after $SECONDS s"

# Without any network now: the second command must need none.
run_and_ask() {
  ip link set lo up
  local started=$SECONDS
  "${inside[@]}" /whittle/scripts/run >"$work/run.log" 2>&1 &
  local server=$!
  wait_for http://127.0.0.1:8081/health 600 || { cat "$work/run.log" >&2; die "no answer on :8081"; }
  expect_picture http://127.0.0.1:8081/resize/800/600/photo.jpg
  proven "./scripts/run $1: a JPEG of 800x533 after $((SECONDS - started)) s"
  kill "$server"
  wait "$server" || die "SIGTERM ended the server with code $?"
}
for time in "the first time" "the second time"; do
  unshare --net bash -c "set -euo pipefail
    $(declare -p inside work)
    $(declare -f)
    run_and_ask '$time'"
done
