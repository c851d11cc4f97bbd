import type { Text } from '..';
import { adding } from './adding';
import { connection } from './connection';
import { console } from './console';
import { table } from './table';
import { vault } from './vault';
import { words } from './words';

export const text: Text = {
  locale: 'de',
  direction: 'ltr',
  ...words,
  ...console,
  ...connection,
  ...adding,
  ...table,
  ...vault,
};
