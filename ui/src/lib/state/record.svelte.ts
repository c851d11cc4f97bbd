import type { ActivityEntry, ActivityFilter, ActivityFormat, Channel, ProblemView, Topic } from '$lib/ipc/bindings';
import type { Ipc } from '$lib/ipc/contract';

import { asProblem } from './notices.svelte';

export type Span = 'hour' | 'day' | 'week' | 'month';

const HOUR = 3_600_000;
const lengths: Record<Span, number> = { hour: HOUR, day: 24 * HOUR, week: 7 * 24 * HOUR, month: 30 * 24 * HOUR };

/** What a person looks for; an empty word leaves nothing out. */
export interface Wanted {
  words: string;
  connection: string;
  topic: Topic | '';
  channel: Channel | '';
  span: Span | '';
}

const everything: Wanted = { words: '', connection: '', topic: '', channel: '', span: '' };
const PAGE = 100;

/** The part of the activity record that is looked at: newest first, page by page, and what comes while one looks. */
export class ActivityRecord {
  wanted = $state<Wanted>({ ...everything });
  lines = $state.raw<ActivityEntry[]>([]);
  /** There are older ones. */
  more = $state(false);
  loaded = $state(false);
  problem = $state<ProblemView | null>(null);

  readonly narrowed = $derived(Object.values(this.wanted).some((word: string) => word.trim() !== ''));
  /** Grows with every question, so that a late answer to an earlier one is dropped. */
  #asked = 0;

  constructor(private readonly ipc: Ipc) {}

  clear(): void {
    this.wanted = { ...everything };
  }

  /** As the engine is asked. */
  get filter(): ActivityFilter {
    const { words, connection, topic, channel, span } = this.wanted;
    return {
      ...(words.trim() === '' ? {} : { words }),
      ...(connection === '' ? {} : { connection }),
      ...(topic === '' ? {} : { topic }),
      ...(channel === '' ? {} : { channel }),
      ...(span === '' ? {} : { since: new Date(Date.now() - lengths[span]).toISOString() }),
    };
  }

  /** The newest page of what is wanted. */
  async read(): Promise<void> {
    this.#asked += 1;
    await this.#ask({ ...this.filter, limit: PAGE }, (found) => {
      this.lines = found;
      this.more = found.length === PAGE;
    });
  }

  /** The page after the oldest line. */
  async older(): Promise<void> {
    const before = this.lines.at(-1)?.seq;
    if (before === undefined) return;
    await this.#ask({ ...this.filter, before, limit: PAGE }, (found) => {
      this.lines = [...this.lines, ...found.filter((line) => line.seq < (this.lines.at(-1)?.seq ?? 0))];
      this.more = found.length === PAGE;
    });
  }

  /** What has come since; `put` is handed the change, to keep the reader's place around it. */
  async newer(put: (come: number, change: () => void) => void): Promise<void> {
    const after = this.lines[0]?.seq;
    if (!this.loaded || after === undefined) return this.read();
    await this.#ask({ ...this.filter, after, limit: PAGE }, (found) => {
      // So many that some are left out between.
      if (found.length === PAGE) return void this.read();
      const news = found.filter((line) => line.seq > (this.lines[0]?.seq ?? 0));
      if (news.length > 0) put(news.length, () => (this.lines = [...news, ...this.lines]));
    });
  }

  /** Writes all that is wanted where downloads go; answers where. */
  export(format: ActivityFormat): Promise<string> {
    return this.ipc.exportactivity(this.filter, format);
  }

  async #ask(filter: ActivityFilter, take: (found: ActivityEntry[]) => void): Promise<void> {
    const asked = this.#asked;
    try {
      const found = await this.ipc.activity(filter);
      if (asked !== this.#asked) return;
      take(found);
      this.problem = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.problem = asProblem(error);
    }
    this.loaded = true;
  }
}
