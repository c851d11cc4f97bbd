// The table's filter, its groups, its selection, and what is done with several connections at once.

import type { Verb } from '../../state/batch.svelte';
import type { Facet } from '../../arrange';
import type { Grouping } from '../../ipc/bindings';
import type { Share } from '../../status';
import { count } from './count';

type Count = Record<'waiting' | 'running' | 'stopped' | 'done' | 'failed', number>;

const facet: Record<Facet, string> = { status: 'Status', environment: 'Environment', provider: 'Provider' };

const share: Record<Share, string> = {
  connected: 'Connected',
  waiting: 'Waiting',
  retrying: 'Retrying',
  offline: 'Offline',
  needsPerson: 'Needs you',
  notConnected: 'Not connected',
};

const grouping: Record<Grouping, string> = { nothing: 'Nothing', ...facet };

const doing: Record<Verb, string> = { refresh: 'Refreshing', disconnect: 'Disconnecting', forget: 'Forgetting' };
const done: Record<Verb, string> = { refresh: 'refreshed', disconnect: 'disconnected', forget: 'forgotten' };

export const table = {
  table: {
    facet,
    share,
    noEnvironment: 'No environment',
    arrange: 'Filter and group',
    groupBy: 'Group by',
    grouping,
    chip: (of: string, value: string) => `${of}: ${value}`,
    removeChip: (of: string, value: string) => `Remove the filter ${of}: ${value}`,
    chips: 'Filters',
    shown: (n: number, all: number) => `${n} of ${all}`,
    showAll: 'Show all',
    group: (name: string, n: number) => `${name}, ${count(n, 'connection', 'connections')}`,
    selection: 'Selection',
    selected: (n: number, hidden: number) =>
      hidden === 0 ? `${n} selected` : `${n} selected, ${count(hidden, 'of them not shown', 'of them not shown')}`,
    refresh: (able: number, all: number) => (able === all ? 'Refresh' : `Refresh ${able} of ${all}`),
    disconnect: (able: number, all: number) => (able === all ? 'Disconnect…' : `Disconnect ${able} of ${all}…`),
    forget: (asks: boolean): string => (asks ? 'Forget…' : 'Forget'),
    selectAll: (n: number) => `Select all ${n}`,
    clear: 'Clear',
  },
  batch: {
    running: (verb: Verb, n: number, all: number) => `${doing[verb]} ${n} of ${all}…`,
    stopping: (n: number) =>
      count(n, 'is still under way; nothing more is begun.', 'are still under way; nothing more is begun.'),
    /** How it went, every connection counted once. */
    over(verb: Verb, { done: well, failed, stopped }: Count): string {
      const parts = [
        (well > 0 || failed + stopped === 0) && `${well} ${done[verb]}`,
        failed > 0 && `${failed} failed`,
        stopped > 0 && `${stopped} not begun`,
      ].filter(Boolean);
      return `${parts.join(', ')}.`;
    },
    cancel: 'Cancel',
    retry: 'Retry',
    retryLabel: (name: string) => `Retry: ${name}`,
    retryAll: (n: number) => `Retry ${n}`,
    details: 'Details',
    hide: 'Hide details',
    close: 'Dismiss the outcome',
    list: 'Outcome of each connection',
    state: {
      waiting: 'Not begun yet',
      running: 'Under way',
      stopped: 'Not begun',
      refreshed: 'Refreshed',
      forgotten: 'Forgotten',
    },
  },
  confirmSeveral: {
    disconnect: {
      title: (n: number) => `Disconnect ${n} connections?`,
      text: 'Tokenrack asks the providers to end these accesses and deletes their tokens from this machine. The connections stay in the list; connecting again needs a sign-in each. This cannot be undone.',
      names: 'To be disconnected',
      go: (n: number) => `Disconnect ${n}`,
    },
    forget: {
      title: (n: number) => `Forget ${n} connections?`,
      text: 'Tokenrack asks the providers to end the accesses there are, deletes their tokens and removes the connections with their client ids and secrets. This cannot be undone.',
      names: 'To be forgotten',
      go: (n: number) => `Forget ${n}`,
    },
  },
};
