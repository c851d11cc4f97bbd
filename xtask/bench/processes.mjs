// What the system knows of processes: proc(5).
import { readFileSync, readdirSync } from 'node:fs';

/** A process and all it has started. */
export function family(root) {
  const parents = new Map();
  for (const pid of readdirSync('/proc').filter(name => /^\d+$/.test(name))) {
    const stat = read(`/proc/${pid}/stat`);
    if (stat) parents.set(pid, stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  }
  const family = [String(root)];
  for (const head of family) for (const [pid, parent] of parents) if (parent === head) family.push(pid);
  return family;
}

/** Bytes of all of them; what is shared counts by its share. */
export function pss(root) {
  const size = pid => Number(/^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  return family(root).reduce((sum, pid) => sum + size(pid) * 1024, 0);
}

/** Its name, as far as the system keeps it. */
export const name = pid => read(`/proc/${pid}/comm`).trim();

/** Milliseconds that a process's main thread has worked. */
export const worked = pid => Number(read(`/proc/${pid}/task/${pid}/schedstat`).split(' ')[0]) / 1e6;

/** Nothing when it has ended meanwhile. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
