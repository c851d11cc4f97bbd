import type { DisconnectView, ProblemView } from '$lib/ipc/bindings';
import { text } from '$lib/text';

export type Notice = { key: number } & (
  | { kind: 'problem'; problem: ProblemView; connection: string | null; retry: (() => void) | null }
  | { kind: 'disconnect'; outcome: DisconnectView; provider: string }
  | { kind: 'forgetting'; names: string[] }
);

type New = Notice extends infer N ? (N extends Notice ? Omit<N, 'key'> : never) : never;

/** What went wrong or was done outside any row: the newest three, and what can be taken back. */
export class Notices {
  list = $state<Notice[]>([]);
  #next = 0;

  add(notice: New): void {
    this.#next += 1;
    const added = { ...notice, key: this.#next };
    const all = [...this.list.filter((old) => !same(old, added)), added];
    this.list = all.filter(({ kind }, index) => kind === 'forgetting' || index >= all.length - 3);
  }

  /** They are forgotten now, or kept. */
  forgotten(): void {
    this.list = this.list.filter(({ kind }) => kind !== 'forgetting');
  }

  dismiss(key: number): void {
    this.list = this.list.filter((notice) => notice.key !== key);
  }
}

/** The same failure again replaces the one that is shown, and what is forgotten together is said once. */
function same(a: Notice, b: Notice): boolean {
  if (a.kind === 'forgetting') return b.kind === 'forgetting';
  return (
    a.kind === 'problem' && b.kind === 'problem' && a.problem.code === b.problem.code && a.connection === b.connection
  );
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
