import type { ConnectionView } from '$lib/ipc/bindings';

import type { Connections } from './connections.svelte';
import type { Notices } from './notices.svelte';

/** How long a person can take back what can be taken back. */
const UNDO_MS = 10_000;

/** Connections that are about to be forgotten: all together, some time after the last of them was said. */
export class Leaving {
  /** In the order in which it was said. */
  ids = $state.raw<string[]>([]);
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly connections: Connections,
    private readonly notices: Notices,
    private readonly forget: (id: string) => Promise<void>,
  ) {}

  begin(views: ConnectionView[]): void {
    this.ids = [...this.ids, ...views.map(({ id }) => id)];
    for (const { id } of views) this.connections.leaving.add(id);
    const names = this.ids.flatMap((id) => this.connections.get(id)?.name ?? []);
    this.notices.add({ kind: 'forgetting', names });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#end(), UNDO_MS);
  }

  /** Keeps all of them; answers which. */
  undo(): string[] {
    const ids = this.#over();
    for (const id of ids) this.connections.leaving.delete(id);
    return ids;
  }

  async #end(): Promise<void> {
    await Promise.all(
      this.#over().map(async (id) => {
        await this.forget(id);
        this.connections.leaving.delete(id);
      }),
    );
  }

  #over(): string[] {
    clearTimeout(this.#timer);
    const { ids } = this;
    this.ids = [];
    this.notices.forgotten();
    return ids;
  }
}
