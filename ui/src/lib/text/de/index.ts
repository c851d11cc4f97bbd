import type { Text } from '..';
import { adding } from './adding';
import { connection } from './connection';
import { console } from './console';
import { settings } from './settings';
import { table } from './table';
import { words } from './words';

export const text: Text = {
  locale: 'de',
  direction: 'ltr',
  ...words,
  ...console,
  ...connection,
  ...adding,
  ...settings,
  ...table,
};
