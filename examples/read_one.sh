#!/bin/sh
# Has a worker read one page, with curl alone:  examples/read_one.sh PAGE
# RECTO_URL (default http://localhost:8080), RECTO_USER and RECTO_PASSWORD say where and who.
set -eu
base=${RECTO_URL:-http://localhost:8080}
field() { sed "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/"; }

token=$(curl -sf "$base/api/token/" -d "username=$RECTO_USER" --data-urlencode "password=$RECTO_PASSWORD" | field access)
task=$(base64 -w 0 "$1" | sed 's/.*/{"image_data": "&"}/' |
    curl -sf "$base/api/fastapi/image" -H "Authorization: Bearer $token" -H "Content-Type: application/json" -d @- | field task_id)

while :; do
    answer=$(curl -sf "$base/api/fastapi/image?task_id=$task" -H "Authorization: Bearer $token")
    case $(printf %s "$answer" | field status) in
        completed | failed | cancelled) break ;;
    esac
    sleep 0.5
done
printf '%s\n' "$answer"
