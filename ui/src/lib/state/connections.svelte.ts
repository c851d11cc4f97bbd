import { SvelteMap, SvelteSet } from 'svelte/reactivity';

import { shares } from '$lib/arrange';
import type { ConnectionView, Snapshot } from '$lib/ipc/bindings';
import type { FaceEvent } from '$lib/ipc/contract';
import { byAttention } from '$lib/status';
import { text } from '$lib/text';

type Change = Extract<FaceEvent, { event: 'connections' }>;

/** All connections as the core last told them. Anything older than what is shown is ignored, per connection. */
export class Connections {
  loaded = $state(false);
  #views = new SvelteMap<string, ConnectionView>();
  #revisions = new Map<string, number>();
  /** Nothing at or before this revision can bring back a connection the snapshot did not have. */
  #base = -1;

  /** Those that are about to be forgotten: neither shown nor counted. */
  readonly leaving = new SvelteSet<string>();
  readonly sorted = $derived([...this.#views.values()].filter(({ id }) => !this.leaving.has(id)).sort(byAttention));
  readonly #shares = $derived.by(() => shares(this.sorted));

  /** Said anew each time it is shown, in the language spoken then. */
  get summary(): string {
    return text.summary(this.#shares);
  }

  get(id: string): ConnectionView | undefined {
    return this.#views.get(id);
  }

  reset(snapshot: Snapshot): void {
    if (snapshot.revision < this.#base) return;
    this.#base = snapshot.revision;
    const seen = new Set<string>();
    for (const view of snapshot.connections) {
      seen.add(view.id);
      this.#put(view, snapshot.revision);
    }
    for (const id of [...this.#views.keys()]) {
      if (!seen.has(id) && (this.#revisions.get(id) ?? -1) <= snapshot.revision) this.#views.delete(id);
    }
    this.loaded = true;
  }

  /** Those whose sign-in has brought another account than the one before, as this change is the first to say. */
  withOtherAccount({ changed, revision }: Change): ConnectionView[] {
    return changed.filter(({ id, account_before: before }) => {
      const known = this.#views.get(id);
      return before !== null && known && before !== known.account_before && this.#isNews(id, revision);
    });
  }

  /** Answers the views whose status word changed. */
  apply(change: Change): ConnectionView[] {
    const news: ConnectionView[] = [];
    for (const view of change.changed) {
      const before = this.#views.get(view.id)?.status.kind;
      if (this.#put(view, change.revision) && before !== undefined && before !== view.status.kind) news.push(view);
    }
    for (const id of change.removed) {
      if (this.#isNews(id, change.revision)) {
        this.#revisions.set(id, change.revision);
        this.#views.delete(id);
      }
    }
    return news;
  }

  #isNews(id: string, revision: number): boolean {
    return revision >= Math.max(this.#revisions.get(id) ?? -1, this.#base);
  }

  #put(view: ConnectionView, revision: number): boolean {
    if (!this.#isNews(view.id, revision)) return false;
    this.#revisions.set(view.id, revision);
    this.#views.set(view.id, view);
    return true;
  }
}
