import { focusFilter } from '$lib/focus';
import type { ConnectionView, Settings } from '$lib/ipc/bindings';
import { canCopy, canDisconnect, canRefresh, endsByForgetting } from '$lib/status';
import { text, type Text } from '$lib/text';

import type { App } from './app.svelte';

// One registry feeds the keys, the list of keys and the palette. What stands here has a button somewhere as well.

/** Something that is done with one connection. */
export interface RowCommand {
  id: keyof Text['commands']['row'];
  /** Acts only while the table or the panel's heading has the focus; without one, by the palette and its button. */
  key: string | null;
  /** Read when it is shown: in the language spoken then. */
  readonly label: string;
  possible(view: ConnectionView): boolean;
  run(app: App, view: ConnectionView): void;
  /** With those of several for which it is possible; a command without this acts on one only. */
  together?: { label(able: ConnectionView[], all: number): string; run(app: App, views: ConnectionView[]): void };
}

const row = (
  id: RowCommand['id'],
  key: string | null,
  possible: RowCommand['possible'],
  run: RowCommand['run'],
  together?: RowCommand['together'],
): RowCommand => ({
  id,
  key,
  get label() {
    return text.commands.row[id];
  },
  possible,
  run,
  ...(together && { together }),
});

const isFree = (view: ConnectionView): boolean => view.waiting === null;
const isAwaited = (view: ConnectionView): boolean => view.waiting !== null && !view.waiting.exchanging;
const hasLink = (view: ConnectionView): boolean =>
  isAwaited(view) && view.waiting?.device === null && view.waiting.authorization_url !== null;

export const rowCommands: RowCommand[] = [
  row('connect', 'c', isFree, (app, view) => void app.connect(view.id)),
  row('refresh', 'r', canRefresh, (app, view) => void app.refresh(view.id), {
    label: (able, all) => text.table.refresh(able.length, all),
    run: (app, views) => app.begin('refresh', views),
  }),
  row('copy', 'y', canCopy, (app, view) => void app.copyToken(view.id)),
  row('edit', 'e', isFree, (app, view) => void app.edit(view.id)),
  row('disconnect', 'd', canDisconnect, (app, view) => (app.route.question = { kind: 'disconnect', ids: [view.id] }), {
    label: (able, all) => text.table.disconnect(able.length, all),
    run: (app, views) => (app.route.question = { kind: 'disconnect', ids: views.map(({ id }) => id) }),
  }),
  row(
    'forget',
    'Delete',
    () => true,
    (app, view) => app.forget([view]),
    {
      label: (able) => text.table.forget(able.some(endsByForgetting)),
      run: (app, views) => app.forget(views),
    },
  ),
  row('cancel', null, isAwaited, (app, view) => void app.cancel(view.id)),
  row('copyLink', null, hasLink, (app, view) => void app.copyLink(view.id)),
  row('reopen', null, hasLink, (app, view) => void app.reopen(view.id)),
  // In the table Enter opens, as in every grid.
  row(
    'open',
    null,
    () => true,
    (app, view) => app.reveal(view.id),
  ),
];

/** What is selected, or else the row the arrows are on. */
export function targets({ table: { selected, current } }: App): ConnectionView[] {
  if (selected.length > 0) return selected;
  return current && 'view' in current ? [current.view] : [];
}

/** Acts on those for which it is possible. */
export function act(app: App, command: RowCommand): void {
  const views = targets(app);
  const able = views.filter((view) => command.possible(view));
  const [first] = able;
  if (!first) return;
  if (views.length === 1) command.run(app, first);
  else if (command.together) command.together.run(app, able);
  else app.announcer.say(text.announce.oneOnly(command.label));
}

/** Something that concerns no one connection. */
export interface GlobalCommand {
  id: keyof Text['commands']['all'];
  /** One key, or `Ctrl` (on a Mac ⌘) and a key; without one, by the palette and its control. */
  keys: string | null;
  readonly label: string;
  possible(app: App): boolean;
  run(app: App): void;
}

const always = (): boolean => true;
const global = (
  id: GlobalCommand['id'],
  keys: string | null,
  run: GlobalCommand['run'],
  possible: GlobalCommand['possible'] = always,
): GlobalCommand => ({
  id,
  keys,
  get label() {
    return text.commands.all[id];
  },
  possible,
  run,
});

/** Sets one setting to one value, where it has another. */
const setting = <K extends keyof Settings>(id: GlobalCommand['id'], key: K, value: Settings[K]): GlobalCommand =>
  global(
    id,
    null,
    (app) => void app.saveSettings({ ...app.preferences.current, [key]: value }),
    (app) => app.preferences.current[key] !== value,
  );

export const globalCommands: GlobalCommand[] = [
  global('palette', 'Ctrl K', (app) => (app.route.palette = true)),
  global(
    'filter',
    '/',
    (app) => {
      if (app.route.view !== 'activity') app.show('console');
      void focusFilter();
    },
    (app) => app.route.view === 'activity' || app.connections.sorted.length > 0,
  ),
  global('add', 'Ctrl N', (app) => app.show('add')),
  global('activity', 'Ctrl L', (app) => app.show('activity')),
  global('settings', 'Ctrl ,', (app) => app.show('settings')),
  global('sharing', 'Ctrl I', (app) => app.show('sharing')),
  global(
    'saveSpec',
    'Ctrl S',
    (app) => void app.writing.save(),
    (app) => app.route.view === 'provider' && app.route.spec !== null,
  ),
  global(
    'undo',
    'Ctrl Z',
    (app) => app.undo(),
    (app) => app.leaving.ids.length > 0,
  ),
  global(
    'selectAll',
    'Ctrl A',
    (app) => app.table.selection.add(app.table.shown),
    (app) => app.route.view === 'console' && app.table.shown.length > 0,
  ),
  global('quit', 'Ctrl Q', (app) => void app.finishAndQuit()),
  global('keys', '?', (app) => (app.route.keys = true)),
  global(
    'clearClipboard',
    null,
    (app) => void app.clearClipboard(),
    (app) => app.clipboard.clearsAt !== null,
  ),
  global(
    'unlock',
    null,
    (app) => {
      app.show('console');
      void app.unlock();
    },
    (app) => app.vault.blocked,
  ),
  global('ownProvider', null, (app) => void app.writing.open(null)),
  global('copyDiagnostics', null, (app) => void app.copyDiagnostics()),
  setting('themeSystem', 'theme', 'system'),
  setting('themeLight', 'theme', 'light'),
  setting('themeDark', 'theme', 'dark'),
  setting('comfortable', 'density', 'comfortable'),
  setting('compact', 'density', 'compact'),
  setting('notify', 'notifications', true),
  setting('silence', 'notifications', false),
  setting('tray', 'keep_in_tray', true),
  setting('noTray', 'keep_in_tray', false),
];

/** Whether an event is the keys of a command, as the list writes them. */
export function isPressed(keys: string | null, event: KeyboardEvent): boolean {
  if (keys === null || event.altKey) return false;
  const key = keys.replace('Ctrl ', '');
  const wantsControl = key !== keys;
  if (wantsControl !== (event.ctrlKey || event.metaKey)) return false;
  return wantsControl ? event.key.toLowerCase() === key.toLowerCase() : event.key === key;
}
