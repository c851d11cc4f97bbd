import type { ConnectionView, DisconnectView, ProblemView } from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';

import { asProblem } from './notices.svelte';

/** What can be done with several connections. */
export type Verb = 'refresh' | 'disconnect' | 'forget';

/** How far it is with one of them. `stopped`: cancelled before it began. */
export type Step =
  | { state: 'waiting' | 'running' | 'stopped' }
  | { state: 'done'; outcome: DisconnectView | null }
  | { state: 'failed'; problem: ProblemView };

/** One of them, as it was called when it began: a connection may be forgotten meanwhile. */
export interface Entry {
  id: string;
  name: string;
  provider: string;
  step: Step;
}

/** More would only wait for one another at the provider. */
const AT_ONCE = 4;

/** One command over several connections: how far it is, and afterwards how it went with each. */
export class Batch {
  readonly verb: Verb;
  entries = $state<Entry[]>([]);
  readonly count = $derived.by(() => {
    const count = { waiting: 0, running: 0, stopped: 0, done: 0, failed: 0 };
    for (const { step } of this.entries) count[step.state] += 1;
    return count;
  });
  readonly over: boolean = $derived(this.count.waiting + this.count.running === 0);
  #ipc: Ipc;
  #onover: (batch: Batch) => void;

  /** `onover` is called each time that nothing is left to do. */
  constructor(ipc: Ipc, verb: Verb, views: ConnectionView[], onover: (batch: Batch) => void) {
    this.#ipc = ipc;
    this.#onover = onover;
    this.verb = verb;
    this.entries = views.map((view) => ({
      id: view.id,
      name: view.name,
      provider: view.provider_name,
      step: { state: 'waiting' },
    }));
    this.#work();
  }

  /** Begins nothing more. What is under way ends by itself: a refresh that is cut short may lose its tokens. */
  cancel(): void {
    for (const entry of this.entries) if (entry.step.state === 'waiting') entry.step = { state: 'stopped' };
  }

  /** Once more with those that failed or were not begun; `id`: with this one. */
  retry(id?: string): void {
    for (const entry of this.entries) {
      const again = entry.step.state === 'failed' || entry.step.state === 'stopped';
      if (again && (id === undefined || entry.id === id)) entry.step = { state: 'waiting' };
    }
    this.#work();
  }

  #work(): void {
    while (this.count.running < AT_ONCE) {
      const next = this.entries.find(({ step }) => step.state === 'waiting');
      if (!next) break;
      next.step = { state: 'running' };
      void this.#run(next);
    }
    if (this.over) this.#onover(this);
  }

  async #run(entry: Entry): Promise<void> {
    try {
      const outcome =
        this.verb === 'refresh'
          ? await this.#ipc.refresh(entry.id)
          : await this.#ipc.disconnect(entry.id, this.verb === 'forget');
      entry.step = { state: 'done', outcome: outcome ?? null };
    } catch (error) {
      entry.step = { state: 'failed', problem: asProblem(error) };
    }
    this.#work();
  }
}
