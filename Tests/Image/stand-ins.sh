# Stand-ins for the images that the Dockerfile begins with, made once; for check.sh, which has `builder`.
#
# debian:bookworm-slim is what debootstrap makes of the same packages, without documentation as the real one.
# swift:6.3-bookworm is that, with the packages of the real one; the toolchain is this machine's, which is seen at the same
# place within the build, and so are the Git repositories that this machine reads instead of remote ones, if any.

readonly mirror=http://deb.debian.org/debian
toolchain_volumes=()

make_stand_ins() {
    local swift toolchain repositories
    swift=$(command -v swift) || { echo "Swift is not in PATH" >&2; exit 1; }
    toolchain=$(dirname "$(dirname "$(readlink --canonicalize "$swift")")")
    toolchain_volumes=(--volume "$toolchain:$toolchain:ro")
    for repositories in $(local_repositories); do toolchain_volumes+=(--volume "$repositories:$repositories:ro"); done

    has_image docker.io/library/debian:bookworm-slim || make_debian
    has_image docker.io/library/swift:6.3-bookworm || make_swift "$toolchain/bin"
}

has_image() { builder images --quiet "$1" >/dev/null 2>&1; }

make_debian() {
    echo "making debian:bookworm-slim"
    local container root
    container=$(builder from scratch)
    root=$(builder mount "$container")
    debootstrap --variant=minbase bookworm "$root" "$mirror" >/dev/null
    cat >"$root/etc/apt/sources.list" <<-LIST
	deb $mirror bookworm main
	deb $mirror bookworm-updates main
	deb $mirror-security bookworm-security main
	LIST
    # As the slim image has it, for packages that come later too.
    cat >"$root/etc/dpkg/dpkg.cfg.d/docker" <<-CONFIGURATION
	path-exclude /usr/share/doc/*
	path-include /usr/share/doc/*/copyright
	path-exclude /usr/share/info/*
	path-exclude /usr/share/locale/*
	path-exclude /usr/share/man/*
	path-exclude /usr/share/lintian/*
	CONFIGURATION
    find "$root/usr/share/doc" -type f ! -name copyright -delete
    rm -rf "$root"/usr/share/{info,locale,man,lintian}/* "$root"/var/lib/apt/lists/* "$root"/var/cache/apt/* "$root"/var/log/*
    builder config --cmd bash --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$container"
    builder commit --quiet --rm "$container" docker.io/library/debian:bookworm-slim >/dev/null
}

make_swift() {
    local tools=$1
    echo "making swift:6.3-bookworm"
    local container
    container=$(builder from --pull-never debian:bookworm-slim)
    builder run --isolation chroot "$container" -- sh -c '
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq && apt-get install -y -qq \
            binutils-gold gcc git libcurl4-openssl-dev libedit-dev libicu-dev libncurses-dev libpython3-dev libsqlite3-dev \
            libstdc++-12-dev libxml2-dev pkg-config tzdata uuid-dev >/dev/null'
    git_rewrites >"$(builder mount "$container")/etc/gitconfig"
    builder config --env "PATH=$tools:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" "$container"
    builder commit --quiet --rm "$container" docker.io/library/swift:6.3-bookworm >/dev/null
}

# Folders from which this machine's Git reads what has a remote address.
local_repositories() {
    git config --get-regexp '^url\..*\.insteadof$' | sed --quiet 's|^url\.\(/.*\)\.insteadof .*|\1|p' | sort --unique
}

# The same for the build's Git.
git_rewrites() {
    git config --get-regexp '^url\..*\.insteadof$' \
        | sed --quiet 's|^url\.\(/.*\)\.insteadof \(.*\)|[url "\1"]\n\tinsteadOf = \2|p'
}
