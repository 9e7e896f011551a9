/**
 * A shell script that waits until its standard input closes, then ends the server on the data folder `$1` and
 * removes the paths after it. A shell and not Node: it costs 1 MB, and no file of ours has to be found to run it.
 *
 * - The pid is believed only if its arguments name the data folder.
 * - SIGQUIT ends a server without the checkpoint, which nobody will need.
 * - Removing is repeated, since a server or initdb that was just being started may still write.
 */
export const watchdogScript = `
trap '' INT TERM HUP
cat >/dev/null
data=$1
shift
arguments() { tr '\\0' ' ' </proc/"$1"/cmdline 2>/dev/null || ps -ww -o args= -p "$1" 2>/dev/null; }
runs() { case "$(arguments "$1")" in *"$data"*) return 0 ;; *) return 1 ;; esac; }
round=0
while [ "$round" -lt 20 ]; do
  pid=$(head -n 1 "$data/postmaster.pid" 2>/dev/null)
  wait=0
  while [ -n "$pid" ] && runs "$pid" && [ "$wait" -lt 200 ]; do
    kill -QUIT "$pid" 2>/dev/null
    sleep 0.05
    wait=$((wait + 1))
  done
  rm -rf -- "$@" 2>/dev/null && [ ! -e "$data" ] && exit 0
  round=$((round + 1))
  sleep 0.5
done
exit 1
`;
