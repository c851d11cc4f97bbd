import { describe, expect, it } from 'vitest';

import type { ConnectionView, Grouping, StatusKind } from '../../src/lib/ipc/bindings';
import { connection, ready, settings } from '../../src/lib/ipc/fake-data';
import { Connections } from '../../src/lib/state/connections.svelte';
import { Preferences } from '../../src/lib/state/preferences.svelte';
import { Table } from '../../src/lib/state/table.svelte';

const view = (name: string, provider: string, environment: string | null, kind: StatusKind): ConnectionView => ({
  ...connection(kind, 0),
  id: name,
  name,
  provider: provider.toLowerCase(),
  provider_name: provider,
  environment,
});
const views = [
  view('a1', 'Acme', 'prod', 'connected'),
  view('a2', 'Acme', 'dev', 'offline'),
  view('b1', 'Bolt', 'prod', 'action_needed'),
  view('b2', 'Bolt', null, 'connected'),
  view('c1', 'Core', 'dev', 'refreshing'),
];

function tableOf(grouping: Grouping = 'nothing', shown = views): { table: Table; connections: Connections } {
  const connections = new Connections();
  const preferences = new Preferences();
  preferences.current = { ...settings, grouping };
  connections.reset({ revision: 1, connections: shown, vault: ready, settings });
  return { table: new Table(connections, preferences), connections };
}
const ids = (table: Table): string[] => table.items.map(({ id }) => id);
const of = (label: string) => ({ key: label.toLowerCase(), label: () => label });

describe('filter', () => {
  it('wants every word, wherever it is', () => {
    const { table } = tableOf();
    table.filter = '  PROD acme ';
    expect(ids(table)).toEqual(['a1']);
    table.filter = 'prod acme zzz';
    expect(ids(table)).toEqual([]);
  });

  it('wants one of each facet that is chosen, and the words', () => {
    const { table } = tableOf();
    table.choose('provider', of('Acme'));
    table.choose('provider', of('Bolt'));
    expect(ids(table)).toEqual(['b1', 'a2', 'a1', 'b2']);
    table.choose('environment', of('prod'));
    expect(ids(table)).toEqual(['b1', 'a1']);
    table.filter = 'a1';
    expect(ids(table)).toEqual(['a1']);
    expect(table.chips.map(({ facet, label }) => `${facet} ${label()}`)).toEqual([
      'environment prod',
      'provider Acme',
      'provider Bolt',
    ]);
    table.choose('provider', of('Acme'));
    expect(ids(table)).toEqual([]);
    table.showAll();
    expect([table.filter, table.chips, ids(table).length]).toEqual(['', [], 5]);
  });

  it('takes no environment for one, and a refresh for connected', () => {
    const { table } = tableOf();
    table.choose('environment', { key: '', label: () => 'No environment' });
    expect(ids(table)).toEqual(['b2']);
    table.showAll();
    table.choose('status', { key: 'connected', label: () => 'Connected' });
    expect(ids(table)).toEqual(['a1', 'b2', 'c1']);
  });

  it('counts what each choice would show beside the others', () => {
    const { table } = tableOf();
    const counts = (facet: 'provider' | 'environment' | 'status'): string[] =>
      table.tally(facet).map(({ label, count }) => `${label()} ${count}`);
    expect(counts('provider')).toEqual(['Acme 2', 'Bolt 2', 'Core 1']);
    expect(counts('environment')).toEqual(['dev 2', 'prod 2', 'No environment 1']);
    expect(counts('status')).toEqual(['Needs you 1', 'Offline 1', 'Connected 3']);
    table.choose('provider', of('Acme'));
    expect(counts('provider')).toEqual(['Acme 2', 'Bolt 2', 'Core 1']);
    expect(counts('environment')).toEqual(['dev 1', 'prod 1', 'No environment 0']);
  });
});

describe('groups', () => {
  it('come by their most urgent member, then by name, and hold attention first', () => {
    expect(ids(tableOf('provider').table)).toEqual([
      ...['provider:bolt', 'b1', 'b2'],
      ...['provider:acme', 'a2', 'a1'],
      ...['provider:core', 'c1'],
    ]);
    expect(ids(tableOf('environment').table)).toEqual([
      ...['environment:prod', 'b1', 'a1'],
      ...['environment:dev', 'a2', 'c1'],
      ...['environment:', 'b2'],
    ]);
    expect(ids(tableOf('status').table)).toEqual([
      ...['status:needsPerson', 'b1'],
      ...['status:offline', 'a2'],
      ...['status:connected', 'a1', 'b2', 'c1'],
    ]);
  });

  it('fold, and keep the tab stop', () => {
    const { table } = tableOf('provider');
    table.activate('provider:bolt');
    table.collapse('provider:bolt', true);
    expect(ids(table).slice(0, 3)).toEqual(['provider:bolt', 'provider:acme', 'a2']);
    expect(table.active).toBe('provider:bolt');
    expect(table.rows).toHaveLength(5);
    table.collapse('provider:bolt', false);
    expect(table.move(1)?.id).toBe('b1');
  });
});

describe('selection', () => {
  it('extends from where it began, forth and back, and leaves what was selected before', () => {
    const { table } = tableOf();
    expect(ids(table)).toEqual(['b1', 'a2', 'a1', 'b2', 'c1']);
    table.selection.toggle('b1');
    table.activate('a1');
    table.selection.toggle('a1');
    table.move(1, true);
    table.move(1, true);
    expect(table.selection.ids.sort()).toEqual(['a1', 'b1', 'b2', 'c1']);
    table.move(-1, true);
    expect(table.selection.ids.sort()).toEqual(['a1', 'b1', 'b2']);
    table.move(-2, true);
    expect(table.selection.ids.sort()).toEqual(['a1', 'a2', 'b1']);
  });

  it('extends over the heads of groups without selecting them; a head selects its group', () => {
    const { table } = tableOf('provider');
    table.activate('b2');
    table.move(3, true);
    expect(table.active).toBe('a1');
    expect(table.selection.ids.sort()).toEqual(['a1', 'a2', 'b2']);
    const [bolt] = table.items;
    if (bolt) table.select(bolt);
    expect(table.selection.ids.sort()).toEqual(['a1', 'a2', 'b1', 'b2']);
    if (bolt) table.select(bolt);
    expect(table.selection.ids.sort()).toEqual(['a1', 'a2']);
  });

  it('survives filters and folding, and says how much of it is not shown', () => {
    const { table } = tableOf('provider');
    table.selection.add(table.shown);
    expect(table.hidden).toBe(0);
    table.filter = 'acme';
    expect([table.selected.length, table.hidden]).toEqual([5, 3]);
    table.collapse('provider:acme', true);
    expect([table.selected.length, table.hidden]).toEqual([5, 5]);
    table.showAll();
    expect(table.hidden).toBe(2);
  });

  it('survives a change, not a removal', () => {
    const { table, connections } = tableOf();
    table.selection.add(['a1', 'a2']);
    connections.apply({
      event: 'connections',
      revision: 2,
      changed: [view('a1', 'Acme', 'prod', 'unsaved')],
      removed: ['a2'],
    });
    expect(table.selected.map(({ id, status }) => `${id} ${status.kind}`)).toEqual(['a1 unsaved']);
  });

  it('begins anew where its beginning is not shown any more', () => {
    const { table } = tableOf();
    table.activate('b1');
    table.selection.toggle('b1');
    table.filter = 'connected';
    table.activate('a1');
    table.move(1, true);
    expect(table.selection.ids.sort()).toEqual(['a1', 'b1', 'b2']);
  });
});
