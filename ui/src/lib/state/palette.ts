import type { ConnectionView } from '$lib/ipc/bindings';
import { endsByForgetting, hasTokens, meaning } from '$lib/status';
import { room } from '$lib/text';

import type { App } from './app.svelte';
import { globalCommands, rowCommands, type GlobalCommand, type RowCommand } from './commands';

/** A line of the palette. */
export interface Entry {
  /** Stable, to be remembered by. */
  key: string;
  title: string;
  /** Found by these as well. */
  more: string;
  /** Whose it is, for a connection's. */
  view: ConnectionView | null;
  command: GlobalCommand['id'] | RowCommand['id'];
  /** As the list of keys writes them. */
  keys: string | null;
  run(app: App): void;
}

export interface Group {
  title: string;
  entries: Entry[];
}

/** So many lines a person still reads. */
const MOST = 60;
const LATELY = 5;

const again = (view: ConnectionView): boolean => hasTokens(view) || view.status.kind === 'action_needed';

const about = ({ provider_name, environment, account }: ConnectionView): string =>
  [provider_name, environment, account].filter(Boolean).join(' · ');

function ofRow(command: RowCommand, view: ConnectionView): Entry {
  const { words } = room('palette');
  const say =
    command.id === 'connect' && again(view)
      ? words.reconnect
      : command.id === 'forget' && !endsByForgetting(view)
        ? words.forgetAtOnce
        : words.row[command.id];
  return {
    key: `${command.id}:${view.id}`,
    title: say(view.name),
    more: about(view),
    view,
    command: command.id,
    keys: command.key,
    run: (app) => command.run(app, view),
  };
}

const ofAll = (command: GlobalCommand): Entry => ({
  key: command.id,
  title: command.label,
  more: '',
  view: null,
  command: command.id,
  keys: command.keys,
  run: (app) => command.run(app),
});

/** What mends a connection that waits for a person, as far as it is a command of its row. */
function remedy({ status }: ConnectionView): RowCommand['id'] {
  if (status.next === 'edit_connection') return 'edit';
  return status.next === 'connect' || status.next === 'refresh' ? status.next : 'open';
}

const possible = (view: ConnectionView): RowCommand[] => rowCommands.filter((command) => command.possible(view));

/** The connection a person is at: the open one, or the row that holds the tab stop. */
function active(app: App): ConnectionView | undefined {
  const id = app.route.open ?? app.table.active;
  return id === null ? undefined : app.connections.get(id);
}

/**
 * What can be done now, and contains every word of the query, in groups: what was used lately, what concerns the
 * connection at hand, what needs a person, all other commands. Other connections are searched, not listed. Who types a
 * connection's name and no more is offered to open it, before anything that changes it.
 */
export function find(app: App, query: string): { groups: Group[]; all: number } {
  const asked = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = ({ title, more }: Entry): boolean => {
    const hay = `${title} ${more}`.toLowerCase();
    return asked.every((word) => hay.includes(word));
  };
  const isNamed = ({ view }: Entry): boolean => {
    const hay = view === null ? '' : `${view.name} ${about(view)}`.toLowerCase();
    return view !== null && asked.length > 0 && asked.every((word) => hay.includes(word));
  };
  const here = active(app);
  const all = asked.length === 0 ? [] : app.connections.sorted;
  const needed = app.connections.sorted.filter(({ status }) => meaning(status.kind).share === 'needsPerson');
  const open = rowCommands.filter(({ id }) => id === 'open');

  const mine = here === undefined ? [] : possible(here).map((command) => ofRow(command, here));
  const urgent = needed.flatMap((view) =>
    rowCommands.filter(({ id }) => id === remedy(view)).map((c) => ofRow(c, view)),
  );
  const commands = globalCommands.filter((c) => c.id !== 'palette' && c.possible(app)).map(ofAll);
  const connections = all.flatMap((view) => open.map((command) => ofRow(command, view)));
  const others = all.flatMap((view) => possible(view).map((command) => ofRow(command, view)));

  const lists: [string, Entry[]][] = [
    [room('palette').words.group.recent, lately(app)],
    [here?.name ?? '', mine],
    [room('palette').words.group.needed, asked.length === 0 ? urgent.slice(0, LATELY) : urgent],
  ];
  const early = lists.map(([title, entries]): [string, Entry[]] => [title, entries.filter((entry) => !isNamed(entry))]);
  const late: [string, Entry[]][] = [
    [room('palette').words.group.commands, commands],
    [room('palette').words.group.connections, connections],
    [room('palette').words.group.others, others],
  ];
  return group([...early, ...late], fits);
}

/** What was used before, if it can be done now; the newest first. */
function lately(app: App): Entry[] {
  const entries = app.preferences.used.flatMap((key) => {
    const [id, whose] = key.split(':');
    if (whose === undefined) return globalCommands.filter((c) => c.id === id && c.possible(app)).map(ofAll);
    const view = app.connections.get(whose);
    return view === undefined ? [] : possible(view).flatMap((c) => (c.id === id ? ofRow(c, view) : []));
  });
  return entries.slice(0, LATELY);
}

/** Nothing twice, nothing that does not fit, and no more than can be read. */
function group(lists: [string, Entry[]][], fits: (entry: Entry) => boolean): { groups: Group[]; all: number } {
  const seen = new Set<string>();
  const groups: Group[] = [];
  let all = 0;
  for (const [title, entries] of lists) {
    const found = entries.filter((entry) => !seen.has(entry.key) && fits(entry));
    for (const { key } of found) seen.add(key);
    const shown = found.slice(0, Math.max(0, MOST - all));
    all += found.length;
    if (shown.length > 0) groups.push({ title, entries: shown });
  }
  return { groups, all };
}
