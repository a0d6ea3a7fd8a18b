# shellcheck shell=bash
# Shared by the scripts beside it: packages, building, messages. Sourced, not run.

cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf '\nerror: %s\n' "$*" >&2; exit 1; }

# packages_in SECTION...: the names in those sections of packages.txt, one a line.
packages_in() {
  local section
  for section in "$@"; do
    grep -q "^\[$section\]" scripts/packages.txt || die "scripts/packages.txt has no [$section]"
    sed -n "/^\[$section\]/,/^\[/ { /^\[/d; s/ *#.*//; /./p }" scripts/packages.txt
  done
}

as_root() {
  if [[ $(id -u) == 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "this needs root: install sudo, or run as root: $*"
  fi
}

# install_packages SECTION...: installs what is missing. Touches neither apt nor the network when
# nothing is.
install_packages() {
  command -v dpkg-query >/dev/null || die "this needs Debian 12 (no dpkg-query here); try docker/"
  local name missing=()
  for name in $(packages_in "$@"); do
    [[ $(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null) == installed ]] ||
      missing+=("$name")
  done
  [[ ${#missing[@]} == 0 ]] && return
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    "${missing[@]}" || die "apt could not install them; the list is made for Debian 12 (bookworm)"
}

# Compile jobs for a preset: one a core, but no more than memory allows. A sanitizer build of a file
# with Asio in it takes up to 1.5 GB, a release build half of that.
jobs_for() {
  local each_mb=800 memory_mb cores
  [[ $1 == release ]] || each_mb=1600
  memory_mb=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo)
  cores=$(nproc)
  local fit=$((memory_mb / each_mb))
  ((fit < 1)) && fit=1
  echo $((fit < cores ? fit : cores))
}

# build PRESET [TARGET...]: configures when needed, then compiles what changed.
build() {
  local preset=$1
  shift
  if [[ ! -f build/$preset/build.ninja ]]; then
    say "configuring build/$preset"
    cmake --preset "$preset" || return
  fi
  cmake --build "build/$preset" --parallel "$(jobs_for "$preset")" ${1:+--target "$@"}
}
