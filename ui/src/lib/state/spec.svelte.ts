import type { CheckView, LeftOut, ProblemView, SpecView } from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';

import { asProblem } from './notices.svelte';

/** How a file begins: the text, and what is known of where it came from. */
export interface Beginning {
  text: string;
  /** The person's own file that is edited. */
  editing?: string;
  /** Nothing would be lost: the text is on the disk, or the same for everybody. */
  kept?: boolean;
  leftOut?: LeftOut[];
}

/** A provider file while it is written: its text, what the core says of it, and how it went when it was tried. */
export class SpecForm {
  text = $state('');
  /** What the core says of the newest text it has seen. */
  view = $state.raw<SpecView | null>(null);
  checks = $state.raw<CheckView[] | null>(null);
  vars = $state<Record<string, string>>({});
  doing = $state<'check' | 'save' | null>(null);
  problem = $state.raw<ProblemView | null>(null);
  /** What was asked for and not begun, because of mistakes. */
  refused = $state<'check' | 'save' | null>(null);

  readonly editing: string | null;
  readonly leftOut: LeftOut[];
  /** What is on the disk, or can be had again without a loss. */
  readonly #kept: string | null;
  #turn = 0;

  constructor(
    private readonly ipc: Ipc,
    { text, editing, kept = false, leftOut = [] }: Beginning,
  ) {
    this.text = text;
    this.editing = editing ?? null;
    this.leftOut = leftOut;
    this.#kept = kept ? text : null;
  }

  readonly unsaved: boolean = $derived.by(() => this.text !== this.#kept);

  /** Another file of the person's own has this id, and is not the one that is edited. */
  readonly taken: boolean = $derived.by(() => this.view?.exists === true && this.view.id !== this.editing);

  /** Saved under another id than it was opened with, beside which the old file stays. */
  readonly renamed: boolean = $derived.by(
    () => this.editing !== null && this.view !== null && this.view.id !== null && this.view.id !== this.editing,
  );

  readonly fits: boolean = $derived.by(() => this.view?.findings.length === 0 && !this.taken);

  /** Asks the core; a late answer to an older text is dropped. */
  async look(): Promise<void> {
    this.#turn += 1;
    const turn = this.#turn;
    const view = await this.ipc.lintspec(this.text);
    if (turn === this.#turn) this.view = view;
  }

  /** What was said of an older text says nothing of this one. */
  changed(): void {
    this.checks = null;
    this.problem = null;
    this.refused = null;
  }

  /** Tries what is written. Answers whether that could be done. */
  check = (): Promise<boolean> =>
    this.#do('check', async () => {
      const asked = this.text;
      const checks = await this.ipc.checkspec(asked, $state.snapshot(this.vars));
      if (asked === this.text) this.checks = checks;
    });

  /** Saves what is written; answers the id, or nothing where it was refused. */
  async save(): Promise<string | null> {
    let id: string | null = null;
    await this.#do('save', async () => {
      const before = this.editing !== null && !this.renamed ? this.#kept : null;
      id = await this.ipc.savespec(this.text, before);
    });
    return id;
  }

  /** Only a text without mistakes is worth a try; what is wrong with another shows beside it. */
  async #do(what: 'check' | 'save', command: () => Promise<void>): Promise<boolean> {
    if (this.doing !== null) return false;
    this.problem = this.refused = null;
    this.doing = what;
    try {
      await this.look();
      if (this.view?.findings.length !== 0 || (what === 'save' && this.taken)) {
        this.refused = what;
        return false;
      }
      await command();
      return true;
    } catch (error) {
      this.problem = asProblem(error);
      return false;
    } finally {
      this.doing = null;
    }
  }
}
