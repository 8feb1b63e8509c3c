import type { ChildProcess } from 'node:child_process';

/**
 * Runs the program for as long as this process holds the other end of descriptor 3: a console that is killed leaves nothing behind that
 * still changes a cluster. POSIX sh, which every system with such programs has.
 */
export const whileHeld = `"$0" "$@" 3<&- &
child=$!
(read -r _ <&3; kill -9 "$child") >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$child"
code=$?
kill -9 "$watcher" 2>/dev/null
exit "$code"`;

/** Kills a program that leads a process group, and everything it started. */
export function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of the group is left.
  }
}
