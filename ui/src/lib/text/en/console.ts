// The console: the table, the sentence on top, keys, announcements.

import type { Share } from '../../status';
import { count } from './count';

export const console = {
  /** Every connection is counted once, so that the numbers add up. */
  summary(shares: Record<Share, number>): string {
    const { connected, waiting, retrying, offline, needsPerson, notConnected } = shares;
    const parts = [
      connected > 0 && `${connected} connected`,
      waiting > 0 && `${waiting} waiting`,
      retrying > 0 && `${retrying} retrying`,
      offline > 0 && `${offline} offline`,
      needsPerson > 0 && count(needsPerson, 'needs you', 'need you'),
      notConnected > 0 && `${notConnected} not connected`,
    ].filter(Boolean);
    return parts.length === 0 ? 'No connections yet.' : `${parts.join(', ')}.`;
  },
  console: {
    title: 'Connections',
    add: 'Add connection',
    settings: 'Settings',
    filter: 'Filter connections',
    filterPlaceholder: 'Filter',
    loading: 'Reading your connections…',
    empty: 'Connections you add appear here, each with a status you can trust.',
    emptyButton: 'Add your first connection',
    noMatch: (query: string) => `Nothing matches “${query}”.`,
    clearFilter: 'Clear the filter',
    failed: 'Tokenrack could not read your connections',
  },
  time: {
    hours: (hours: number, minutes: string) => `${hours} h ${minutes} min`,
    days: (days: number, hours: number) => `${days} d ${hours} h`,
    now: 'now',
    minutes: (n: number) => `${n} min`,
    wholeHours: (n: number) => `${n} h`,
    wholeDays: (n: number) => `${n} d`,
    justNow: 'just now',
    secondsAgo: (n: number) => `${n} s ago`,
    minutesAgo: (n: number) => `${n} min ago`,
    hoursAgo: (n: number) => `${n} h ago`,
    daysAgo: (n: number) => `${n} d ago`,
    dayAndTime: (day: string, time: string) => `${day} ${time}`,
  },
  column: {
    status: 'Status',
    name: 'Name',
    provider: 'Provider',
    environment: 'Env',
    left: 'Time left',
    scopes: 'Scopes',
    last: 'Last event',
    step: 'Next step',
  },
  row: {
    noAccount: 'no account yet',
    none: '–',
    noEnd: 'no end known',
    remaining: 'left',
    ended: 'ended',
    nextTry: 'next try',
    signIn: 'to sign in',
    exchanging: 'fetching tokens…',
    fewerScopes: (granted: number, asked: number) => `${granted} of ${asked} scopes granted`,
    scopes: (n: number) => count(n, 'scope', 'scopes'),
    copied: (left: string) => `Copied, clears in ${left}`,
  },
  shortcuts: {
    title: 'Keys',
    open: 'Keys',
    hint: 'keys',
    anywhere: 'Anywhere',
    table: 'In the table',
    close: 'Close',
    move: 'Move between connections',
    ends: 'First, last connection',
    buttons: 'To the buttons of a row',
    openRow: 'Open the connection',
    filter: 'Filter',
    back: 'One level back; cancels a sign-in',
    add: 'Add a connection',
    saveSpec: 'Save a provider file',
    settings: 'Settings',
    help: 'This list',
    connect: 'Connect',
    refresh: 'Refresh',
    copy: 'Copy token',
    disconnect: 'Disconnect',
    edit: 'Edit settings',
  },
  announce: {
    soon: (n: number, minutes: number) =>
      n === 1
        ? `One connection ends in less than ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
        : `${n} connections end in less than ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`,
    ended: (n: number) => (n === 1 ? 'One token has ended.' : `${n} tokens have ended.`),
    status: (name: string, word: string) => `${name}: ${word}.`,
    changes: (n: number) => `${n} connections changed.`,
    copied: (name: string) => `Token of ${name} copied.`,
    /** Letter by letter, as it has to be typed. */
    code: (name: string, code: string, page: string) => `${name}: enter the code ${[...code].join(' ')} at ${page}.`,
    edited: (name: string) => `Settings of ${name} saved.`,
    provider: (id: string) => `${id}.toml saved.`,
    matches: (n: number) => count(n, 'connection matches.', 'connections match.'),
  },
  clipboard: {
    copied: (name: string) => `Token of ${name} is on the clipboard`,
    copiedShort: 'Token on the clipboard',
    clears: 'clears in',
    clear: 'Clear now',
    cleared: 'The clipboard was cleared.',
  },
  notices: 'Notices',
};
