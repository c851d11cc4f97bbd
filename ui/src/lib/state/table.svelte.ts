import type { ConnectionView } from '$lib/ipc/bindings';
import { text } from '$lib/text';

import type { Connections } from './connections.svelte';

const haystack = (c: ConnectionView): string =>
  [c.name, c.provider_name, c.account ?? '', c.environment ?? '', text.status[c.status.kind]].join('\n').toLowerCase();

/** The table: its filter, and the row the arrows are on. Kept by id, so that sorting does not move the focus. */
export class Table {
  filter = $state('');
  #active = $state<string | null>(null);
  #connections: Connections;
  #lastIndex = 0;

  constructor(connections: Connections) {
    this.#connections = connections;
  }

  readonly rows: ConnectionView[] = $derived.by(() => {
    const words = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0) return this.#connections.sorted;
    return this.#connections.sorted.filter((c) => words.every((word) => haystack(c).includes(word)));
  });

  /** The index of the row that holds the tab stop; when its connection has gone, the row that took its place. */
  readonly index: number = $derived.by(() => {
    const found = this.rows.findIndex((c) => c.id === this.#active);
    return found >= 0 ? found : Math.min(this.#lastIndex, Math.max(0, this.rows.length - 1));
  });

  readonly active: string | null = $derived(this.rows[this.index]?.id ?? null);

  activate(id: string): void {
    this.#active = id;
    this.#lastIndex = Math.max(
      0,
      this.rows.findIndex((c) => c.id === id),
    );
  }

  /** Moves by rows, stopping at the ends; answers where it came to. */
  move(by: number): string | null {
    const target = this.rows[Math.min(this.rows.length - 1, Math.max(0, this.index + by))];
    if (target) this.activate(target.id);
    return target?.id ?? null;
  }
}
