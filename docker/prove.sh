#!/usr/bin/env bash
# Proves docker/Dockerfile where there is no Docker: follows its lines in chroots of Debian 12, one a
# stage, then runs the last stage as Docker would (its user, its command, a read-only root, no
# capabilities) in a network of its own, and asks it for a picture, also through docker/nginx.conf
# when nginx is installed. Needs root; takes some minutes; leaves nothing behind.
set -euo pipefail
# shellcheck source=docker/chroot.sh
source "$(dirname "$0")/chroot.sh"

# ---- Following the Dockerfile --------------------------------------------------------------------
declare -A root_of=()  # stage name or number -> folder
stages=0 root='' directory=/ user='' health=() entrypoint=() command=() environment=()

# The build context: what .dockerignore lets in. It names only what it lets in.
context=$work/context
mkdir "$context"
mapfile -t let_in < <(sed -n 's/^!//p' .dockerignore)
git ls-files -z --cached --others --exclude-standard -- "${let_in[@]}" |
  tar --create --null --files-from=- | tar --extract --directory "$context"

# words LINE: the words of ["a", "b"], one a line.
words() { tr -d '[]"' <<<"$1" | tr ',' '\n' | sed 's/^ *//; s/ *$//'; }

do_from() {
  stages=$((stages + 1))
  [[ $1 == debian:12-slim ]] || die "only FROM debian:12-slim is known here, not $1"
  root=$work/stage$stages directory=/ user=''
  environment=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root)
  root_of[$stages]=$root
  [[ ${2:-} != AS ]] || root_of[$3]=$root
  new_system "$root"
}

do_copy() {
  local from=$context target source
  if [[ $1 == --from=* ]]; then
    from=${root_of[${1#--from=}]}
    shift
  fi
  target=${*: -1}
  [[ $target == /* ]] || target=$directory/$target
  mkdir -p "$root/$target"
  for source in "${@:1:$#-1}"; do
    [[ -d $from/$source ]] || die "COPY of folders only, not $source"
    cp -a --no-preserve=ownership "$from/$source/." "$root/$target/"
  done
}

do_run() {
  local line=$1 mounted='' option from='' source='' target=''
  if [[ $line == --mount=* ]]; then
    option=${line%% *}
    line=${line#* }
    local IFS=,
    for option in ${option#--mount=}; do
      case $option in
        type=bind) ;;
        from=*) from=${root_of[${option#*=}]} ;;
        source=*) source=${option#*=} ;;
        target=*) target=${option#*=} ;;
        *) die "unknown RUN option $option" ;;
      esac
    done
    unset IFS
    mounted=$root$target
    mkdir -p "$mounted"
    mount --bind "$from$source" "$mounted"
    mount -o remount,bind,ro "$mounted"
  fi
  # Proxy settings reach a docker build in the same way.
  env -i "${environment[@]}" ${http_proxy:+"http_proxy=$http_proxy"} \
    ${https_proxy:+"https_proxy=$https_proxy"} \
    chroot "$root" /bin/sh -c "cd $directory && $line"
  if [[ -n $mounted ]]; then umount "$mounted"; fi
}

say "docker/Dockerfile in chroots"
while read -r instruction rest; do
  printf '>> %s %s\n' "$instruction" "$rest" >&2
  case $instruction in
    FROM | COPY) read -ra arguments <<<"$rest"; "do_${instruction,,}" "${arguments[@]}" ;;
    WORKDIR) directory=$rest; mkdir -p "$root$directory" ;;
    RUN) do_run "$rest" ;;
    ENV) environment+=("$rest") ;;
    USER) user=$rest ;;
    HEALTHCHECK) mapfile -t health < <(words "${rest##*CMD }") ;;
    ENTRYPOINT) mapfile -t entrypoint < <(words "$rest") ;;
    CMD) mapfile -t command < <(words "$rest") ;;
    LABEL | EXPOSE | STOPSIGNAL) ;;
    *) die "prove.sh does not know $instruction; teach it or leave it out of the Dockerfile" ;;
  esac
done < <(sed '/^ *#/d; /^$/d' docker/Dockerfile | sed ':more; /\\$/ { N; s/ *\\\n */ /; b more }')
proven "every line of docker/Dockerfile, $stages stages"

# ---- What is in the last stage -------------------------------------------------------------------
for tool in cc gcc clang clang-19 ld as make ninja cmake python3 curl; do
  if chroot "$root" /bin/sh -c "command -v $tool" >/dev/null; then die "the image contains $tool"; fi
done
[[ ! -e $root/src && ! -e $root/out ]] || die "the image contains the sources"
if lacking=$(chroot "$root" ldd /usr/local/bin/whittle | grep 'not found'); then die "$lacking"; fi
proven "no compiler, no sources, all libraries there; $(du -sm --one-file-system "$root" | cut -f1) MB in all"

# ---- Running it ----------------------------------------------------------------------------------
mount --bind "$root" "$root"
mount --bind images "$root/images"
mount -o remount,bind,ro "$root/images"
mount -o remount,bind,ro "$root"
# In the container: the stage's user, no capabilities, no new privileges. A list and not a function,
# so that in the background it is one process, which signals reach.
inside=(env -i "${environment[@]}" chroot "$root" setpriv --reuid "${user%:*}" --regid "${user#*:}"
  --clear-groups --inh-caps=-all --bounding-set=-all --no-new-privs)
if "${inside[@]}" touch /tmp/x 2>/dev/null; then die "the root filesystem is writable"; fi

# nginx with docker/nginx.conf, in front. The name `whittle` and the cache's folder, which compose
# gives, are bind mounts here.
ask_through_nginx() {
  mkdir -p "$work/cache" /var/cache/nginx
  chmod 777 "$work/cache"
  cp docker/nginx.conf "$work/cache/"
  printf '127.0.0.1 localhost whittle\n' >"$work/hosts"
  unshare --mount bash -c "
    mount --bind '$work/hosts' /etc/hosts
    mount --bind '$work/cache' /var/cache/nginx
    mount -t tmpfs tmpfs /tmp
    exec nginx -c /var/cache/nginx/nginx.conf -g 'daemon off;'" >"$work/nginx.log" 2>&1 &
  local nginx=$! state states=()
  wait_for http://127.0.0.1:8080/health 10 || { cat "$work/nginx.log" >&2; die "nginx does not answer"; }
  for _ in 1 2; do
    expect_picture http://127.0.0.1:8080/resize/800/600/photo.jpg
    state=$(curl --silent --head --noproxy '*' http://127.0.0.1:8080/resize/800/600/photo.jpg |
      sed -n 's/^X-Cache: \([A-Z]*\).*/\1/p')
    states+=("$state")
  done
  [[ ${states[*]} == "HIT HIT" ]] || die "nginx did not cache: '${states[*]}'"
  proven "docker/nginx.conf caches it"
  kill "$nginx"
  wait "$nginx" || true
}

serve_and_ask() {
  ip link set lo up
  "${inside[@]}" "${entrypoint[@]}" "${command[@]}" >"$work/server.log" 2>&1 &
  local server=$!
  wait_for http://127.0.0.1:8081/health 10 || { cat "$work/server.log" >&2; die "no answer on :8081"; }
  "${inside[@]}" "${health[@]}" >/dev/null || die "HEALTHCHECK '${health[*]}' failed on a healthy server"
  expect_picture http://127.0.0.1:8081/resize/800/600/photo.jpg
  proven "serves a JPEG of 800x533 as uid ${user%:*}, read-only root, no capabilities"
  if command -v nginx >/dev/null; then ask_through_nginx; else say "no nginx here: nginx.conf not tried"; fi
  kill "$server"
  wait "$server" || die "SIGTERM ended the server with code $?"
  proven "SIGTERM ends it with code 0"
}

# A network of its own, so that the ports are free; it takes a new shell that knows the same things.
unshare --net bash -c "set -euo pipefail
  $(declare -p inside user health entrypoint command work)
  $(declare -f)
  serve_and_ask"
echo "docker/Dockerfile holds"
