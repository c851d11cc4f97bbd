import { adding } from './adding';
import { connection } from './connection';
import { console } from './console';
import { table } from './table';
import { vault } from './vault';
import { words } from './words';

export const text = {
  /** For dates, numbers and the order of names. */
  locale: 'en-GB',
  direction: 'ltr' as 'ltr' | 'rtl',
  ...words,
  ...console,
  ...connection,
  ...adding,
  ...table,
  ...vault,
};
