import type { ConnectionView } from '$lib/ipc/bindings';
import { canDisconnect, isAlive } from '$lib/status';
import { text } from '$lib/text';
import { focusFilter } from '$lib/focus';

import type { App } from './app.svelte';

/** One registry feeds the keys, the buttons of the panel and the list of keys. */
export interface RowCommand {
  /** Acts only while the table or the panel's heading has the focus. */
  key: string;
  /** Read when it is shown: in the language spoken then. */
  readonly label: string;
  possible(view: ConnectionView): boolean;
  run(app: App, view: ConnectionView): void;
}

export const rowCommands: RowCommand[] = [
  {
    key: 'c',
    get label() {
      return text.shortcuts.connect;
    },
    possible: (view) => view.waiting === null,
    run: (app, view) => void app.connect(view.id),
  },
  {
    key: 'r',
    get label() {
      return text.shortcuts.refresh;
    },
    possible: (view) => isAlive(view) && view.refreshable,
    run: (app, view) => void app.refresh(view.id),
  },
  {
    key: 'y',
    get label() {
      return text.shortcuts.copy;
    },
    possible: isAlive,
    run: (app, view) => void app.copyToken(view.id),
  },
  {
    key: 'e',
    get label() {
      return text.shortcuts.edit;
    },
    possible: (view) => view.waiting === null,
    run: (app, view) => void app.edit(view.id),
  },
  {
    key: 'd',
    get label() {
      return text.shortcuts.disconnect;
    },
    possible: canDisconnect,
    run: (app, view) => (app.route.question = { kind: 'disconnect', id: view.id }),
  },
];

export interface GlobalCommand {
  keys: string;
  readonly label: string;
  matches(event: KeyboardEvent): boolean;
  run(app: App): void;
}

const withControl = (event: KeyboardEvent, key: string): boolean =>
  (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === key;
const plain = (event: KeyboardEvent, key: string): boolean =>
  !event.ctrlKey && !event.metaKey && !event.altKey && event.key === key;

export const globalCommands: GlobalCommand[] = [
  {
    keys: '/',
    get label() {
      return text.shortcuts.filter;
    },
    matches: (event) => plain(event, '/'),
    run: (app) => {
      app.show('console');
      void focusFilter();
    },
  },
  {
    keys: 'Ctrl N',
    get label() {
      return text.shortcuts.add;
    },
    matches: (event) => withControl(event, 'n'),
    run: (app) => app.show('add'),
  },
  {
    keys: 'Ctrl S',
    get label() {
      return text.shortcuts.saveSpec;
    },
    matches: (event) => withControl(event, 's'),
    run: (app) => void app.writing.save(),
  },
  {
    keys: 'Ctrl ,',
    get label() {
      return text.shortcuts.settings;
    },
    matches: (event) => withControl(event, ','),
    run: (app) => app.show('settings'),
  },
  {
    keys: '?',
    get label() {
      return text.shortcuts.help;
    },
    matches: (event) => plain(event, '?'),
    run: (app) => (app.route.keys = true),
  },
];
