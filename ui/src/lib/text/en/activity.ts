// The activity record as a view of its own. Loaded with it.

import type { ActivityFormat, Topic } from '../../ipc/bindings';
import type { Span } from '../../state/record.svelte';
import { count } from './count';

const topics: Record<Topic, string> = {
  sign_ins: 'Sign-ins',
  refreshes: 'Refreshes and checks',
  releases: 'Tokens handed out',
  failures: 'Failures',
  changes: 'Changes',
};

const spans: Record<Span, string> = {
  hour: 'Last hour',
  day: 'Last 24 hours',
  week: 'Last 7 days',
  month: 'Last 30 days',
};

const formats: Record<ActivityFormat, string> = { jsonl: 'Export JSON Lines', csv: 'Export CSV' };

export const words = {
  title: 'Activity',
  back: 'Back',
  filters: 'Filter',
  words: 'Words',
  wordsPlaceholder: 'Name, code, detail',
  connection: 'Connection',
  topic: 'Kind',
  channel: 'Channel',
  span: 'Time',
  anyConnection: 'All connections',
  anyTopic: 'All kinds',
  anyChannel: 'All channels',
  anyTime: 'Any time',
  topics,
  spans,
  formats,
  clear: 'Clear the filter',
  none: 'Nothing has happened yet.',
  noMatch: 'Nothing like that has happened.',
  more: 'Show more',
  fresh: (n: number) => count(n, 'new line', 'new lines'),
  today: 'Today',
  yesterday: 'Yesterday',
  open: (name: string) => `Open ${name}`,
  noName: 'no connection',
};
