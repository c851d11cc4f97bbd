import { describe, expect, it } from 'vitest';

import type { ConnectionView, Snapshot, StatusKind } from '../../src/lib/ipc/bindings';
import { connection, kinds, ready, settings } from '../../src/lib/ipc/fake-data';
import { Connections } from '../../src/lib/state/connections.svelte';

const snapshot = (revision: number, connections: ConnectionView[]): Snapshot => ({
  revision,
  connections,
  vault: ready,
  settings,
});
const named = (n: number, kind: Parameters<typeof connection>[0], name: string): ConnectionView => ({
  ...connection(kind, n),
  name,
});
const changed = (revision: number, ...views: ConnectionView[]) =>
  ({ event: 'connections', revision, changed: views, removed: [] as string[] }) as const;

describe('revisions', () => {
  it('ignores what is older than what is shown, per connection', () => {
    const store = new Connections();
    const [a, b] = [named(1, 'connected', 'a'), named(2, 'connected', 'b')];
    store.reset(snapshot(5, [a, b]));
    store.apply(changed(7, { ...a, name: 'a7' }));
    store.apply(changed(6, { ...a, name: 'a6' }, { ...b, name: 'b6' }));
    expect(store.get(a.id)?.name).toBe('a7');
    expect(store.get(b.id)?.name).toBe('b6');
    store.apply(changed(4, { ...b, name: 'b4' }));
    expect(store.get(b.id)?.name).toBe('b6');
  });

  it('does not bring back what was forgotten', () => {
    const store = new Connections();
    const a = named(1, 'connected', 'a');
    store.reset(snapshot(1, [a]));
    store.apply({ event: 'connections', revision: 3, changed: [], removed: [a.id] });
    store.apply(changed(2, a));
    expect(store.get(a.id)).toBeUndefined();
    expect(store.sorted).toEqual([]);
  });

  it('does not forget because of an old removal', () => {
    const store = new Connections();
    const a = named(1, 'connected', 'a');
    store.reset(snapshot(4, [a]));
    store.apply({ event: 'connections', revision: 2, changed: [], removed: [a.id] });
    expect(store.get(a.id)).toBeDefined();
  });

  it('takes a newer snapshot whole and an older one not at all', () => {
    const store = new Connections();
    const [a, b] = [named(1, 'connected', 'a'), named(2, 'connected', 'b')];
    store.reset(snapshot(5, [a]));
    store.reset(snapshot(3, [b]));
    expect(store.sorted.map((c) => c.name)).toEqual(['a']);
    store.reset(snapshot(6, [b]));
    expect(store.sorted.map((c) => c.name)).toEqual(['b']);
  });

  it('tells which statuses changed', () => {
    const store = new Connections();
    const a = named(1, 'connected', 'a');
    store.reset(snapshot(1, [a]));
    expect(store.apply(changed(2, { ...a, account: 'other' }))).toEqual([]);
    expect(store.apply(changed(3, named(1, 'offline', 'a'))).map((c) => c.status.kind)).toEqual(['offline']);
  });
});

describe('order and summary', () => {
  it('puts what needs a person first and keeps a refreshing row in its place', () => {
    const store = new Connections();
    const rows = [
      named(1, 'connected', 'b'),
      named(2, 'refreshing', 'a 10'),
      named(3, 'connected', 'a 9'),
      named(4, 'action_needed', 'z'),
      named(5, 'not_connected', 'a'),
      named(6, 'unsaved', 'zz'),
    ];
    store.reset(snapshot(1, rows));
    expect(store.sorted.map((c) => c.name)).toEqual(['zz', 'z', 'a 9', 'a 10', 'b', 'a']);
    expect(store.summary).toBe('3 connected, 2 need you, 1 not connected.');
  });

  const summary = (...kinds: StatusKind[]): string => {
    const store = new Connections();
    store.reset(
      snapshot(
        1,
        kinds.map((kind, n) => named(n, kind, kind)),
      ),
    );
    return store.summary;
  };

  it.each<[StatusKind, one: string, two: string]>([
    ['connected', '1 connected.', '2 connected.'],
    ['expires_soon', '1 connected.', '2 connected.'],
    ['refreshing', '1 connected.', '2 connected.'],
    ['waiting_for_browser', '1 waiting.', '2 waiting.'],
    ['retrying', '1 retrying.', '2 retrying.'],
    ['offline', '1 offline.', '2 offline.'],
    ['unsaved', '1 needs you.', '2 need you.'],
    ['provider_error', '1 needs you.', '2 need you.'],
    ['action_needed', '1 needs you.', '2 need you.'],
    ['keychain_locked', '1 needs you.', '2 need you.'],
    ['expired', '1 needs you.', '2 need you.'],
    ['not_connected', '1 not connected.', '2 not connected.'],
  ])('sums up %s', (kind, one, two) => {
    expect(summary(kind)).toBe(one);
    expect(summary(kind, kind)).toBe(two);
  });

  it('sums up nothing, and everything so that it adds up', () => {
    expect(summary()).toBe('No connections yet.');
    expect(summary(...kinds)).toBe('3 connected, 5 need you, 1 waiting, 1 retrying, 1 offline, 1 not connected.');
  });
});
