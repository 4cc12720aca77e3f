#!/usr/bin/env bash
# Builds the Dockerfile on a machine without an engine and tries what comes of it: `make image-check`.
#
# Needs root and Debian 12, since it changes roots and mounts, 10 GB of disk, and Swift in PATH. Debian's buildah does the
# building, in a chroot, over stand-ins for the two base images (stand-ins.sh); exercise.py does the trying.
# All that is kept lies in .build-image, where a second run finds it.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ "$(id -u)" -eq 0 ] || { echo "make image-check needs root" >&2; exit 1; }
./packages.sh buildah debootstrap iproute2 python3 util-linux

readonly folder=$PWD/.build-image
# Docker's megabytes: a million bytes.
readonly limit_megabytes=120
mkdir -p "$folder"

builder() {
    buildah --root "$folder/storage" --runroot "$folder/run" --storage-driver vfs "$@"
}

. Tests/Image/stand-ins.sh
make_stand_ins

echo "building"
start=$SECONDS
# Layers, so that a second run shows what the order of the Dockerfile saves. Docker's format: OCI's has no health check.
builder build --isolation chroot --format docker --layers --pull-never "${toolchain_volumes[@]}" --tag spillway .
echo "built in $((SECONDS - start)) s"

# The size that `docker images` shows: the layers, unpacked.
rm -f "$folder/spillway.tar"
builder push --quiet spillway "docker-archive:$folder/spillway.tar"
bytes=$(stat --format %s "$folder/spillway.tar")
rm -f "$folder/spillway.tar"
echo "size: $((bytes / 1000000)) MB"

builder inspect --type image spillway >"$folder/spillway.json"
container=$(builder from --pull-never spillway)
trap 'builder rm "$container" >/dev/null' EXIT
# A network of its own: nobody else has its ports.
unshare --net Tests/Image/exercise.py "$(builder mount "$container")" "$folder/spillway.json"

[ "$bytes" -le $((limit_megabytes * 1000000)) ] || { echo "more than $limit_megabytes MB" >&2; exit 1; }
