import { counting } from '../counting';

/** „1 Verbindung“, „2 Verbindungen“. */
export const count = counting('de');
