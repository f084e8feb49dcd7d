/**
 * The small programs that the ssh body runs on the Dom0, each as `sh -c TEXT name ARGUMENTS`. POSIX
 * sh; text of ours only, arguments apart.
 */
import { createHash } from 'node:crypto';
import { lockDir, runDir } from './script-call';

/** Exit codes of these programs, besides those of the scripts. */
export const NOT_THERE = 44;
export const NOT_INSTALLED = 46;

/**
 * SCRIPT_PATH, then the words of the locked command up to and with `--`-less flock arguments as
 * flockArgv makes them, then the arguments. Once started the script depends on nothing of the
 * connection: a session of its own, deaf to hang-ups, its output in nameless files. A pipe would
 * break with the connection, and xl would die of it half way through a create.
 */
export const runLocked = `
script=$1
shift
[ -r "$script" ] || exit ${NOT_INSTALLED}
R=\${XENFLEET_ROOT:-}
umask 077
mkdir -p "$R${lockDir}" "$R${runDir}" || exit 41
file=$R${runDir}/.$$
exec 3>"$file.out" 4<"$file.out" 5>"$file.err" 6<"$file.err" || exit 41
rm -f "$file.out" "$file.err"
trap '' HUP
setsid "$@" >&3 2>&5 3>&- 4<&- 5>&- 6<&- <&0 &
wait $!
code=$?
cat <&4
cat <&6 >&2
exit $code`;

/** PATH */
export const readText = `
[ -e "$1" ] || [ -h "$1" ] || exit ${NOT_THERE}
exec cat -- "$1"`;

/** PATH BYTES: what arrives short, because the connection broke, never takes the file's place. */
export const putText = `
umask 077
folder=\${1%/*}
part=$folder/.\${1##*/}.$$
mkdir -p -- "\${folder:-/}" || exit 1
cat >"$part" && [ "$(wc -c <"$part")" -eq "$2" ] && sync "$part" && mv -fT -- "$part" "$1" && sync "\${folder:-/}" && exit 0
rm -f -- "$part"
exit 1`;

/** PATH */
export const removeText = `
[ -e "$1" ] || [ -h "$1" ] || exit 0
exec rm -f -- "$1"`;

/** PATH */
export const listText = `
[ -d "$1" ] || exit ${NOT_THERE}
exec ls -1 -- "$1"`;

/**
 * Where a script is kept on the Dom0: its text decides, so that agents of two versions do not
 * disturb each other.
 */
export function installedPath(script: string, text: string): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 16);
  return `/var/lib/xenfleet/lib/${hash}/${script}.sh`;
}
