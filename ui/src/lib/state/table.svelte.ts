import { SvelteSet } from 'svelte/reactivity';

import { facets, grouped, matching, tally, type Facet, type Group, type Query, type Trait } from '$lib/arrange';
import type { ConnectionView } from '$lib/ipc/bindings';
import { byAttention } from '$lib/status';

import type { Connections } from './connections.svelte';
import type { Preferences } from './preferences.svelte';
import { Selection } from './selection.svelte';

/** A row of the table: a connection, or the head of a group. */
export type Item =
  | { id: string; view: ConnectionView; group: string | null }
  | { id: string; head: Group; group: string; collapsed: boolean };

const none: Query['chosen'] = { provider: [], environment: [], status: [] };

/** The table: what it shows and how, the row the arrows are on, and the rows that are selected. Kept by id, so that
 * sorting does not move the focus. */
export class Table {
  filter = $state('');
  chosen = $state.raw(none);
  readonly selection = new Selection();
  #collapsed = new SvelteSet<string>();
  #active = $state<string | null>(null);
  #connections: Connections;
  #preferences: Preferences;
  #lastIndex = 0;

  constructor(connections: Connections, preferences: Preferences) {
    this.#connections = connections;
    this.#preferences = preferences;
  }

  readonly #query: Query = $derived({
    words: this.filter.toLowerCase().split(/\s+/).filter(Boolean),
    chosen: this.chosen,
  });

  /** What the filter lets through. */
  readonly rows: ConnectionView[] = $derived.by(() => matching(this.#connections.sorted, this.#query));
  readonly grouping = $derived.by(() => this.#preferences.current.grouping);

  /** What is drawn, in its order. */
  readonly items: Item[] = $derived.by(() => {
    if (this.grouping === 'nothing') return this.rows.map((view) => ({ id: view.id, view, group: null }));
    const by = this.grouping;
    return grouped(this.rows, by).flatMap((head): Item[] => {
      const group = `${by}:${head.key}`;
      const collapsed = this.#collapsed.has(group);
      const rows = collapsed ? [] : head.views.map((view): Item => ({ id: view.id, view, group }));
      return [{ id: group, head, group, collapsed }, ...rows];
    });
  });

  /** The index of the item that holds the tab stop; when it has gone, the one that took its place. */
  readonly index: number = $derived.by(() => {
    const found = this.items.findIndex(({ id }) => id === this.#active);
    return found >= 0 ? found : Math.min(this.#lastIndex, Math.max(0, this.items.length - 1));
  });

  readonly current: Item | undefined = $derived(this.items[this.index]);
  readonly active: string | null = $derived(this.current?.id ?? null);

  /** The connections that are drawn. */
  readonly shown: string[] = $derived(this.items.flatMap((item) => ('view' in item ? [item.id] : [])));

  /** The selected connections by attention, and how many of them are not drawn. */
  readonly selected: ConnectionView[] = $derived.by(() =>
    this.selection.ids.flatMap((id) => this.#connections.get(id) ?? []).sort(byAttention),
  );
  readonly hidden: number = $derived.by(() => {
    const shown = new Set(this.shown);
    return this.selected.filter(({ id }) => !shown.has(id)).length;
  });

  /** How much of the table's end something stands over, in px. */
  cover = $state(0);

  activate(id: string): void {
    this.#active = id;
    this.#lastIndex = Math.max(
      0,
      this.items.findIndex((item) => item.id === id),
    );
  }

  /** Moves by rows, stopping at the ends; answers where it came to. `extend`: and selects what lies between. */
  move(by: number, extend = false): Item | undefined {
    const from = this.active;
    const target = this.items[Math.min(this.items.length - 1, Math.max(0, this.index + by))];
    if (!target) return undefined;
    this.activate(target.id);
    if (extend) this.extend(from, target.id);
    return target;
  }

  /** Selects from where the last range began, or else from `from`, to `to`. */
  extend(from: string | null, to: string): void {
    const place = (id: string | null): number => this.items.findIndex((item) => item.id === id);
    const { anchor } = this.selection;
    const begin = anchor !== null && place(anchor) >= 0 ? anchor : (from ?? to);
    const [first = 0, last = 0] = [place(begin), place(to)].sort((a, b) => a - b);
    const between = this.items.slice(first, last + 1).filter((item) => 'view' in item);
    this.selection.range(
      begin,
      between.map(({ id }) => id),
    );
  }

  /** A connection; of a group, all that are in it. */
  select(item: Item): void {
    if ('view' in item) this.selection.toggle(item.id);
    else this.selection.toggleAll(item.head.views.map(({ id }) => id));
  }

  collapse(group: string, collapsed: boolean): void {
    if (collapsed) this.#collapsed.add(group);
    else this.#collapsed.delete(group);
  }

  /** What could be chosen of a facet. */
  tally = (facet: Facet): (Trait & { count: number })[] => tally(this.#connections.sorted, this.#query, facet);

  choose(facet: Facet, { key, label }: Trait): void {
    const others = this.chosen[facet].filter((trait) => trait.key !== key);
    const added = others.length === this.chosen[facet].length ? [{ key, label }] : [];
    this.chosen = { ...this.chosen, [facet]: [...others, ...added] };
  }

  readonly filtered = $derived.by(() => this.#query.words.length > 0 || this.chips.length > 0);
  readonly chips: (Trait & { facet: Facet })[] = $derived(
    facets.flatMap((facet) => this.chosen[facet].map((trait) => ({ facet, ...trait }))),
  );

  showAll(): void {
    this.filter = '';
    this.chosen = none;
  }
}
