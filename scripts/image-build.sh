#!/usr/bin/env bash
# Builds the Dockerfile where neither a container engine nor a registry of images is reached: on a Debian of
# debootstrap's with Node from npm, under the name of the Dockerfile's own base.
#   scripts/image-build.sh [FOLDER]      the images are kept there; default: a new temporary folder, told at the end
# Needs root, buildah, debootstrap, npm, a mirror of Debian (DEBIAN_MIRROR) and npm's registry.
# CA_FILE: certificates that the build trusts, where a proxy has its own; they don't get into the images.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-$(mktemp -d)}
mkdir -p "$folder"
folder=$(realpath "$folder")
node_version=${NODE_VERSION:-24.21.0}
npm_version=${NPM_VERSION:-11.21.2}
name=$(sed -n 's/^ARG NODE_IMAGE=//p' Dockerfile)
suite=$(sed -E 's/.*-([a-z]+)-slim$/\1/' <<<"$name")
storage=(--root "$folder/store" --runroot "$folder/run" --storage-driver "${STORAGE_DRIVER:-overlay}")
export BUILDAH_ISOLATION=chroot

if ! buildah "${storage[@]}" inspect --type image "$name" >/dev/null 2>&1; then
  root=$folder/base
  debootstrap --variant=minbase "$suite" "$root" ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >"$folder/debootstrap.log"
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
  (cd "$folder" && npm pack --silent "node-linux-$(uname -m | sed 's/x86_64/x64/;s/aarch64/arm64/')@$node_version" "npm@$npm_version")
  mkdir -p "$root/usr/local/lib/node_modules/npm"
  tar -xzf "$folder"/node-linux-*.tgz -C "$root/usr/local" --strip-components=1 package/bin package/include package/share
  tar -xzf "$folder"/npm-*.tgz -C "$root/usr/local/lib/node_modules/npm" --strip-components=1
  for bin in npm npx; do ln -sf "../lib/node_modules/npm/bin/$bin-cli.js" "$root/usr/local/bin/$bin"; done
  container=$(buildah "${storage[@]}" from scratch)
  buildah "${storage[@]}" add --quiet "$container" "$root" / >/dev/null
  buildah "${storage[@]}" config --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
  buildah "${storage[@]}" commit --quiet --rm "$container" "$name" >/dev/null
  rm -rf "$root"
fi

trust=()
if [ -n "${CA_FILE:-}" ]; then
  echo "cafile=/tmp/ca.crt" >"$folder/npmrc"
  trust=(--volume "$CA_FILE:/tmp/ca.crt:ro" --volume "$folder/npmrc:/usr/local/etc/npmrc:ro")
fi
for image in sso-link-dev=dev sso-link=image; do
  buildah "${storage[@]}" build --pull-never --layers ${trust[@]+"${trust[@]}"} --target "${image#*=}" --tag "${image%=*}" .
done
buildah "${storage[@]}" images
echo "run them with: podman ${storage[*]} run …, and remove $folder when done"
