#!/bin/sh
# Make .venv ready: `sh setup.sh` for running, `sh setup.sh model` for a model (adds torch),
# `sh setup.sh test` for tests (adds torch and pyarrow).
# Says in one line what is missing. Safe to run again: does nothing when all is there.
set -eu
cd "$(dirname "$0")"

TORCH=2.13.0
stop() { printf 'setup: %s\n' "$*" >&2; exit 1; }
# Run quietly, with a dot every few seconds so that nobody thinks it hangs.
busy() {
    began=$(date +%s)
    (while sleep 3; do printf . >&2; done) &
    dots=$!
    "$@" && code=0 || code=$?
    quiet
    [ "$(($(date +%s) - began))" -lt 3 ] || say ""
    return "$code"
}
quiet() {
    [ -z "${dots:-}" ] || { kill "$dots" && wait "$dots"; } 2>/dev/null || true
    dots=
}
say() { printf '%s\n' "$*" >&2; }
exec 3>&2 # What runs may have its words written elsewhere.
trap 'quiet; printf "\nsetup: interrupted; run it again, and it goes on\n" >&3; exit 130' INT TERM HUP

[ "$(uname -s)" = Linux ] || stop "this is $(uname -s); Jianbao runs on Linux (x86-64 or ARM, glibc). On other systems use docker compose."
case "$(uname -m)" in x86_64 | aarch64 | arm64) ;; *) stop "processor $(uname -m) has no embedded PostgreSQL; use docker compose on x86-64 or ARM." ;; esac

find_python() {
    for name in ${PYTHON:-} python3.11 python3.12 python3.13 python3 python; do
        command -v "$name" >/dev/null 2>&1 || continue
        "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && {
            command -v "$name"
            return
        }
    done
}

sum=$(cat requirements.lock pyproject.toml setup.sh | cksum)
for what in ${1:-run} $([ "${1:-run}" = run ] && echo model) test; do
    if [ -x .venv/bin/jianbao ] && [ "$(cat .venv/ready 2>/dev/null)" = "$sum $what $PWD" ]; then exit 0; fi
done

python=$(find_python)
[ -n "$python" ] || stop "Python 3.11, 3.12 or 3.13 is needed and was not found; install one, or name it: make PYTHON=/path/to/python3.12 demo"
"$python" -c 'import venv, ensurepip' 2>/dev/null || stop "$python has no venv/ensurepip; on Debian or Ubuntu: apt install python3-venv"
free=$(df -Pk . | awk 'NR == 2 {print int($4 / 1024)}')
[ "$free" -ge 3000 ] || stop "only $free MB free here; 3000 MB are needed for the environment and the demo"

# A virtual environment cannot be moved: make it anew where the folder was copied or renamed, and
# where making it was interrupted.
if [ -d .venv ] && ! .venv/bin/python -c "import pip, sys, os; sys.exit(os.path.realpath(sys.prefix) != os.path.realpath('.venv'))" 2>/dev/null; then
    rm -rf .venv
fi
[ -x .venv/bin/python ] || { say "Making .venv with $("$python" --version)"; "$python" -m venv .venv >/dev/null 2>&1 || stop "cannot make .venv here; is the folder writable and the disk not full?"; }

pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_PROGRESS_BAR=off .venv/bin/python -m pip"
uv_version=$(sed -n 's/^uv==\([0-9.]*\).*/\1/p' requirements.lock)
if ! .venv/bin/uv --version 2>/dev/null | grep -q "$uv_version"; then
    say "Getting uv $uv_version, which installs the rest"
    # It may be there by halves.
    busy $pip install -q --force-reinstall "uv==$uv_version" 2>.venv/pip.log ||
        stop "no package index can be reached, or it has no uv; set PIP_INDEX_URL to a mirror near you and try again (pip's words: .venv/pip.log)"
fi

# uv does not read pip's settings: hand the mirror on.
if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    mirror=${PIP_INDEX_URL:-$($pip config get global.index-url 2>/dev/null || true)}
    [ -z "$mirror" ] || export UV_DEFAULT_INDEX="$mirror"
fi

say "Installing $(grep -c '^[a-z].*==' requirements.lock) locked packages (about 250 MB to download the first time)"
# Compiled once here: a service that may not write into .venv would do it at every start of a task.
busy .venv/bin/uv pip install -q --compile-bytecode --python .venv/bin/python --require-hashes -r requirements.lock || stop "installing failed (see above); a mirror can be set with PIP_INDEX_URL, and make continues where it stopped"
.venv/bin/uv pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e . 2>/dev/null ||
    .venv/bin/uv pip install -q --python .venv/bin/python --no-deps -e . || stop "installing the project itself failed (see above)"
# With LC_ALL=C Python reads no folder name that is not ASCII from this file.
for path in .venv/lib/python3*/site-packages/_editable_impl_jianbao.pth; do
    [ ! -f "$path" ] || echo ../../../.. >"$path"
done

# Too large for everybody's lock: only who exports Parquet needs it, and the tests.
if [ "${1:-run}" = test ] && ! .venv/bin/python -c 'import pyarrow' 2>/dev/null; then
    say "Installing pyarrow for the tests of Parquet"
    busy .venv/bin/uv pip install -q --python .venv/bin/python --no-deps 'pyarrow>=21' || stop "pyarrow could not be installed"
fi
if [ "${1:-run}" != run ] && ! .venv/bin/python -c 'import torch' 2>/dev/null; then
    if $pip install -q --dry-run --no-index --no-deps "torch==$TORCH" >/dev/null 2>&1; then
        say "Installing torch $TORCH for models, from a local file"
        busy $pip install -q "torch==$TORCH" 2>.venv/pip.log || { tail -n 3 .venv/pip.log >&2; stop "torch $TORCH could not be installed"; }
    else
        say "Installing torch $TORCH for models (CPU build, about 200 MB)"
        busy .venv/bin/uv pip install -q --python .venv/bin/python --torch-backend cpu "torch==$TORCH" 2>/dev/null || {
            say "No CPU build can be reached; installing the default build of torch (about 2.5 GB)"
            $pip install "torch==$TORCH" || stop "torch $TORCH could not be installed"
        }
    fi
fi
# What was installed when setup was interrupted may not be compiled.
busy .venv/bin/python -m compileall -qq -j 0 .venv/lib/python3*/site-packages >/dev/null 2>&1 || true
printf '%s' "$sum ${1:-run} $PWD" >.venv/ready
