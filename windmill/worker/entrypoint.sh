#!/bin/sh
# Starts the warm interpreter beside the worker, in the same session: so a job is in the process group that Windmill kills.
# WARM=0 runs the worker without it: slower, otherwise the same.
set -eu
home=${WARM_HOME:-/opt/chatmill} python=${WARM_PYTHON:-/opt/chatmill/python/bin/python} folder=${WARM_FOLDER:-/tmp/warm-interpreter}
if [ "${WARM:-1}" != 0 ]; then
    here=$PWD
    cd "$home"
    if "$python" -m worker.warm --folder "$folder" --install --uv "${UV_PATH:-/usr/local/bin/uv}" --packages "$home/packages"; then
        "$python" -m worker.warm --folder "$folder" &
        export PYTHON_PATH="$folder/python" UV_PATH="$folder/uv"
    else
        echo "The worker starts without the warm interpreter." >&2
    fi
    cd "$here"
fi
exec "$@"
