import type { BundleView, Choice, Decision, ProblemView, TakenView, ThingView } from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';

import { asProblem } from './notices.svelte';

/** What the person has decided on one thing of a file. */
export class Verdict {
  choice = $state<Choice>('skip');
  name = $state('');

  constructor(readonly thing: ThingView) {
    this.choice = thing.choices[0] ?? 'skip';
    this.name = thing.free_name ?? '';
  }

  readonly nameless: boolean = $derived.by(() => this.choice === 'rename' && this.name.trim() === '');
}

/** A file on its way in: chosen, opened, decided on, taken. The app holds its content, and the page what can be shown. */
export class Incoming {
  /** Chosen and encrypted: its passphrase is awaited. */
  sealed = $state.raw<{ file: string; data: string } | null>(null);
  view = $state.raw<BundleView | null>(null);
  verdicts = $state.raw<Verdict[]>([]);
  olderTokens = $state(false);
  taken = $state.raw<TakenView[] | null>(null);
  doing = $state<'open' | 'take' | null>(null);
  problem = $state.raw<ProblemView | null>(null);
  /** Confirmed with a name missing. */
  refused = $state(false);

  constructor(private readonly ipc: Ipc) {}

  readonly wanted: number = $derived.by(() => this.verdicts.filter(({ choice }) => choice !== 'skip').length);

  /** Opens what was chosen; an encrypted file first waits for its passphrase. */
  open = (file: string, data: string, passphrase: string | null): Promise<void> =>
    this.#do('open', async () => {
      try {
        const view = await this.ipc.openfile(file, data, passphrase);
        this.verdicts = view.things.map((thing) => new Verdict(thing));
        this.view = view;
        this.sealed = null;
      } catch (error) {
        if (asProblem(error).code !== 'file/passphrase_needed') throw error;
        this.sealed = { file, data };
      }
    });

  /** Takes what was decided on. Answers whether anything came of it. */
  async take(): Promise<boolean> {
    this.refused = this.verdicts.some(({ nameless }) => nameless);
    if (this.refused || this.wanted === 0) return false;
    const decisions: Decision[] = this.verdicts.map(({ choice, name }, thing) => ({
      thing,
      choice,
      name: choice === 'rename' ? name : null,
    }));
    await this.#do('take', async () => {
      this.taken = await this.ipc.takefile(decisions, this.olderTokens);
    });
    return this.taken !== null;
  }

  /** Back to the choice of a file. */
  leave(): void {
    if (this.view) void this.ipc.closefile();
    this.view = this.sealed = this.taken = this.problem = null;
    this.verdicts = [];
    this.olderTokens = this.refused = false;
  }

  async #do(what: 'open' | 'take', command: () => Promise<void>): Promise<void> {
    if (this.doing !== null) return;
    this.problem = null;
    this.doing = what;
    try {
      await command();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.doing = null;
    }
  }
}
