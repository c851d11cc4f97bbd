import type { ActivityEntry } from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';

import { asProblem } from './notices.svelte';

/** As much of one connection's record as a picture needs; the rest is in the command's `log`. */
const MOST = 1000;

/** What happened to one connection, newest first. */
export class Activity {
  /** Null until it was read. */
  entries = $state.raw<ActivityEntry[] | null>(null);
  failed = $state<string | null>(null);

  constructor(private readonly ipc: Ipc) {}

  /** Reads it anew; answers how to let go of a late answer. */
  read(id: string): () => void {
    let stale = false;
    this.ipc.activity({ connection: id, limit: MOST }).then(
      (list) => !stale && ((this.entries = list), (this.failed = null)),
      (error: unknown) => !stale && (this.failed = asProblem(error).message),
    );
    return () => (stale = true);
  }
}
