import { adding } from './adding';
import { connection } from './connection';
import { console } from './console';
import { settings } from './settings';
import { table } from './table';
import { words } from './words';

export const text = {
  /** For dates, numbers and the order of names. */
  locale: 'en-GB',
  direction: 'ltr' as 'ltr' | 'rtl',
  ...words,
  ...console,
  ...connection,
  ...adding,
  ...settings,
  ...table,
};
