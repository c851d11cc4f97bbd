// Which connections the table shows, and in which groups. Pure: the order within is the one they come in.

import type { ConnectionView, Grouping } from './ipc/bindings';
import { meaning, type Share } from './status';
import { text } from './text';

/** What a connection can be chosen and grouped by. */
export type Facet = Exclude<Grouping, 'nothing'>;
export const facets: readonly Facet[] = ['status', 'environment', 'provider'];

/** What a connection is with regard to a facet. The status is what the summary counts it as, so that a refresh, which
 * passes, moves nothing. No environment is a value of its own, with an empty key. */
export interface Trait {
  key: string;
  /** In the language spoken when it is shown. */
  label(): string;
}

export function trait(facet: Facet, view: ConnectionView): Trait {
  switch (facet) {
    case 'provider':
      return { key: view.provider, label: () => view.provider_name };
    case 'environment':
      return { key: view.environment ?? '', label: () => view.environment ?? text.table.noEnvironment };
    case 'status': {
      const { share } = meaning(view.status.kind);
      return { key: share, label: () => text.table.share[share] };
    }
  }
}

export interface Query {
  /** Lower case; each must be found somewhere. */
  words: readonly string[];
  /** One of those chosen of a facet is enough; every facet must agree. */
  chosen: Readonly<Record<Facet, readonly Trait[]>>;
}

/** What the words are looked for in. Views are replaced, never changed, so what was put together once stays right. */
const haystacks = new WeakMap<ConnectionView, string>();
function haystack(view: ConnectionView): string {
  let found = haystacks.get(view);
  if (found === undefined) {
    const { name, provider_name, account, environment, status } = view;
    found = [name, provider_name, account ?? '', environment ?? '', text.status[status.kind]].join('\n').toLowerCase();
    haystacks.set(view, found);
  }
  return found;
}

/** `except`: the facet that does not count. */
export function matching(views: ConnectionView[], { words, chosen }: Query, except?: Facet): ConnectionView[] {
  const asked = facets.filter((facet) => facet !== except && chosen[facet].length > 0);
  if (words.length === 0 && asked.length === 0) return views;
  return views.filter(
    (view) =>
      words.every((word) => haystack(view).includes(word)) &&
      asked.every((facet) => chosen[facet].some(({ key }) => key === trait(facet, view).key)),
  );
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
const byLabel = (a: Trait, b: Trait): number =>
  Number(a.key === '') - Number(b.key === '') || collator.compare(a.label(), b.label());

export interface Group extends Trait {
  views: ConnectionView[];
}

function divided(views: ConnectionView[], by: Facet): Group[] {
  const groups = new Map<string, Group>();
  for (const view of views) {
    const of = trait(by, view);
    const group = groups.get(of.key);
    if (group) group.views.push(view);
    else groups.set(of.key, { ...of, views: [view] });
  }
  return [...groups.values()];
}

/** What could be chosen of a facet, with how many connections that would show beside what else is asked for. */
export function tally(views: ConnectionView[], query: Query, facet: Facet): (Trait & { count: number })[] {
  const counts = new Map(divided(matching(views, query, facet), facet).map(({ key, views }) => [key, views.length]));
  return divided(views, facet)
    .map(({ key, label }) => ({ key, label, count: counts.get(key) ?? 0 }))
    .sort(facet === 'status' ? () => 0 : byLabel);
}

/** Of views by attention: groups by their most urgent member, then by name. */
export function grouped(views: ConnectionView[], by: Facet): Group[] {
  const rank = ({ views: [first] }: Group): number => (first ? meaning(first.status.kind).rank : Infinity);
  return divided(views, by).sort((a, b) => rank(a) - rank(b) || byLabel(a, b));
}

/** How many of them the summary counts as what. */
export function shares(views: Iterable<ConnectionView>): Record<Share, number> {
  const sum = { connected: 0, waiting: 0, retrying: 0, offline: 0, needsPerson: 0, notConnected: 0 };
  for (const { status } of views) sum[meaning(status.kind).share] += 1;
  return sum;
}
