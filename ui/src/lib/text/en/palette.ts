// The command palette. Loaded with it.

import type { RowCommand } from '../../state/commands';
import { count } from './count';

/** A command with the connection it is about. */
const row: Record<RowCommand['id'], (name: string) => string> = {
  connect: (name) => `Connect ${name}`,
  refresh: (name) => `Refresh ${name}`,
  copy: (name) => `Copy token: ${name}`,
  edit: (name) => `Edit settings of ${name}`,
  disconnect: (name) => `Disconnect ${name}…`,
  forget: (name) => `Forget ${name}…`,
  cancel: (name) => `Cancel the sign-in of ${name}`,
  copyLink: (name) => `Copy the sign-in link of ${name}`,
  reopen: (name) => `Open the sign-in of ${name} again`,
  open: (name) => `Open ${name}`,
};

export const words = {
  title: 'Commands',
  label: 'Find a command or a connection',
  row,
  reconnect: (name: string) => `Reconnect ${name}`,
  /** Where no question follows. */
  forgetAtOnce: (name: string) => `Forget ${name}`,
  group: {
    recent: 'Used lately',
    needed: 'Needs you',
    commands: 'Commands',
    connections: 'Connections',
    others: 'Other connections',
  },
  none: (query: string) => `Nothing that can be done now matches “${query}”.`,
  found: (shown: number, all: number) =>
    shown < all ? `The first ${shown} of ${all} are shown; another word narrows them.` : count(all, 'match', 'matches'),
};
