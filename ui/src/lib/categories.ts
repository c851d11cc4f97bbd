// The gallery's headings.

import type { ProviderView } from './ipc/bindings';
import { collator, text } from './text';

export interface Category {
  id: string;
  members: ProviderView[];
}

/** Providers by category, each in the order they came; categories by their name, "Other" last. */
export function byCategory(providers: readonly ProviderView[]): Category[] {
  const found = new Map<string, ProviderView[]>();
  for (const provider of providers) {
    const members = found.get(provider.category);
    if (members) members.push(provider);
    else found.set(provider.category, [provider]);
  }
  const last = (id: string): number => (id === 'other' ? 1 : 0);
  return [...found]
    .map(([id, members]) => ({ id, members }))
    .sort((a, b) => last(a.id) - last(b.id) || collator.compare(text.category(a.id), text.category(b.id)));
}
