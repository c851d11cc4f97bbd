import type { DisconnectView, ProblemView } from '$lib/ipc/bindings';
import { hasTokens } from '$lib/status';
import { text } from '$lib/text';

import type { Connections } from './connections.svelte';

export type Notice = { key: number } & (
  | {
      kind: 'problem';
      problem: ProblemView;
      connection: string | null;
      /** Which failed, as `verb:id`; null for what no command did. */
      command: string | null;
      retry: (() => void) | null;
    }
  | { kind: 'disconnect'; outcome: DisconnectView; name: string; provider: string }
  | { kind: 'account'; connection: string }
  | { kind: 'refreshed'; connection: string }
  | { kind: 'forgetting'; names: string[] }
);

type New = Notice extends infer N ? (N extends Notice ? Omit<N, 'key'> : never) : never;

const MOST = 3;

/** What went wrong or was done outside any row: the newest, and what can be taken back. */
export class Notices {
  list = $state.raw<Notice[]>([]);
  #next = 0;

  constructor(private readonly connections: Connections) {}

  /** A notice never repeats what a row already shows, nor says of an account or of tokens what is over. */
  readonly shown: Notice[] = $derived.by(() =>
    this.list.filter((n) => {
      const view = 'connection' in n && n.connection !== null ? this.connections.get(n.connection) : undefined;
      if (n.kind === 'account') return view?.account_before;
      if (n.kind === 'refreshed') return view && hasTokens(view);
      return n.kind !== 'problem' || view?.problem?.code !== n.problem.code;
    }),
  );

  add(notice: New): void {
    this.#next += 1;
    const added = { ...notice, key: this.#next };
    const all = [...this.list.filter((old) => !replaces(added, old)), added];
    const undoable = all.filter(({ kind }) => kind === 'forgetting');
    const others = all.filter(({ kind }) => kind !== 'forgetting').slice(undoable.length - MOST);
    this.list = all.filter((one) => undoable.includes(one) || others.includes(one));
  }

  /** It has worked since. */
  succeeded(command: string): void {
    this.list = this.list.filter((notice) => notice.kind !== 'problem' || notice.command !== command);
  }

  /** Answers whether there was one. What can be taken back goes by itself. */
  dismissNewest(): boolean {
    const newest = this.shown.findLast(({ kind }) => kind !== 'forgetting');
    if (newest) this.dismiss(newest.key);
    return newest !== undefined;
  }

  /** They are forgotten now, or kept. */
  forgotten(): void {
    this.list = this.list.filter(({ kind }) => kind !== 'forgetting');
  }

  dismiss(key: number): void {
    this.list = this.list.filter((notice) => notice.key !== key);
  }
}

/** What came of the same command, the same failure again, and what is forgotten together are said once. */
function replaces(a: Notice, b: Notice): boolean {
  if (a.kind === 'forgetting' || a.kind === 'refreshed') return b.kind === a.kind;
  if (a.kind === 'account') return b.kind === 'account' && a.connection === b.connection;
  if (a.kind === 'disconnect') return b.kind === 'disconnect' && a.outcome.connection === b.outcome.connection;
  if (b.kind !== 'problem') return false;
  if (a.command !== null && a.command === b.command) return true;
  return a.problem.code === b.problem.code && a.connection === b.connection;
}

/** Whatever a command rejected with, as a problem: anything that is not one is our own mistake. */
export function asProblem(error: unknown): ProblemView {
  if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error && 'docs_url' in error) {
    return error as ProblemView;
  }
  return {
    code: text.problem.unknownCode,
    message: text.problem.unknown,
    cause: String(error).slice(0, 300),
    ours: false,
    suggestion: text.problem.unknownHint,
    action: null,
    http_status: null,
    docs_url: '',
  };
}
